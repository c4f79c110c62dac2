import Documents
import Platform
import Synchronization
import SystemPackage
import Transfers
import Vocabulary

/// What a device exports, on its way into a file.
final class ExportFile: Sendable {
    private let file: OpenFile
    private let size = Mutex<UInt64>(0)

    init(_ path: FilePath) throws(StorageError) {
        file = try Storage().open(path, [.read, .write, .create], mode: 0o600)
        try file.truncate(to: 0)
    }

    func append(_ bytes: [UInt8]) throws(FaultReport) {
        let offset = size.withLock { size in
            defer { size += UInt64(bytes.count) }
            return size
        }
        do throws(StorageError) { try file.write(bytes, at: offset) } catch { throw FaultReport(error) }
    }

    /// Compares what came with what the device says to have exported.
    func check(_ answer: JSON) throws {
        guard let bytes = answer["bytes"]?.integer, let digest = answer["digest"]?.string else { return }
        let size = size.withLock { $0 }
        let running = SHA256()
        var offset: UInt64 = 0
        while offset < size {
            let piece = try file.read(Int(min(65536, size - offset)), at: offset)
            running.update(piece)
            offset += UInt64(piece.count)
        }
        guard UInt64(bytes) == size, running.finish().hex == digest else {
            throw TransferError.exportDamaged(bytes: size, expected: "\(bytes) bytes with the digest \(digest)")
        }
        try file.flush()
    }
}
