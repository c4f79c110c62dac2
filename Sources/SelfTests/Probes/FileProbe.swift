import Documents
import Platform
import Vocabulary

extension Machine {
    func observe(_ check: FileCheck, within time: Duration) async -> Observation {
        let path = located(check.path)
        let deadline = ContinuousClock.now + time
        return await blocking("file test", within: time) {
            let limit = JSON.string(check.digest.hex)
            do throws(StorageError) {
                guard let digest = try digest(of: storage.open(path, .read), until: deadline) else {
                    return Observation(.timedOut, "could not be read within \(time.inSeconds)", limit: limit)
                }
                let holds = digest == check.digest
                return Observation(
                    holds ? .passed : .failed, holds ? "" : "has other content than was declared",
                    value: .string(digest.hex), limit: limit)
            } catch {
                return Observation(.failed, error.description, limit: limit)
            }
        }
    }

    private func digest(of file: OpenFile, until deadline: ContinuousClock.Instant) throws(StorageError) -> Digest? {
        let computation = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while ContinuousClock.now < deadline {
            let count = try buffer.withMutableBytes { (bytes) throws(StorageError) in
                let count = try file.readNext(into: bytes)
                computation.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                return count
            }
            if count == 0 { return computation.finish() }
        }
        return nil
    }
}
