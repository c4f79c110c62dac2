package import Platform
package import SystemPackage
import Vocabulary

/// A file that goes over the line, read by ranges.
package final class SentFile: Sendable {
    private static let headLength: UInt64 = 64 << 10

    package let path: FilePath
    package let size: UInt64
    let offer: StreamOffer
    private let file: OpenFile

    package init(_ path: FilePath, in storage: Storage) throws(TransferError) {
        self.path = path
        do throws(StorageError) {
            file = try storage.open(path, .read)
            size = try file.size()
            let head = try file.read(Int(min(size, Self.headLength)), at: 0)
            offer = StreamOffer(
                name: path.lastComponent?.string ?? "bundle", size: size, head: SHA256.digest(of: head))
        } catch { throw .storage(error) }
    }

    func read(_ range: Range<UInt64>) throws(TransferError) -> [UInt8] {
        do throws(StorageError) { return try file.read(Int(range.length), at: range.lowerBound) } catch {
            if case .ended = error { throw .sourceChanged(path.string) }
            throw .storage(error)
        }
    }
}
