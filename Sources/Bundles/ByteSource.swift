package import Platform
import Synchronization
package import SystemPackage

/// Where a bundle comes from, read from front to back: a file, a pipe, an HTTP body, a serial line.
package protocol ByteSource: Sendable {
    /// The length in bytes of everything there is to read, where that is known beforehand.
    var totalSize: UInt64? { get }

    /// Reads on, at most as much as fits; 0 only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(BundleError) -> Int

    /// Passes over bytes that nobody wants and gives how many there were: fewer only at the end.
    func skip(_ count: UInt64) throws(BundleError) -> UInt64

    /// Ends a read that blocks on another thread, as far as the source can be woken, and every later one.
    func cancel()

    /// Whether its bytes cost more than looking whether they are needed: those that are not are passed over.
    var isSlow: Bool { get }

    /// Whether what was read can be read again.
    var canRewind: Bool { get }

    /// Has the next read start at `offset`, counted from the start of the source, which must be one that can rewind.
    func rewind(to offset: UInt64)
}

extension ByteSource {
    package func cancel() {}

    package var isSlow: Bool { false }

    package var canRewind: Bool { false }

    package func rewind(to offset: UInt64) { preconditionFailure("this source is read once") }

    package func skip(_ count: UInt64) throws(BundleError) -> UInt64 { try readAndForget(count) }

    func readAndForget(_ count: UInt64) throws(BundleError) -> UInt64 {
        var left = count
        var scratch = [UInt8](repeating: 0, count: Int(min(count, 65536)))
        while left > 0 {
            let wanted = Int(min(left, UInt64(scratch.count)))
            let got = try scratch.withMutableBytes { (bytes) throws(BundleError) in
                try read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted]))
            }
            if got == 0 { break }
            left -= UInt64(got)
        }
        return count - left
    }

    /// Fills the whole buffer; what ends before that is truncated in `section`.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from section: BundleSection) throws(BundleError) {
        var done = 0
        while done < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            guard count > 0 else { throw .truncated(section, missing: UInt64(buffer.count - done)) }
            done += count
        }
    }

    /// The next `count` bytes.
    ///
    /// Memory grows with what arrives, so a length that lies costs nothing.
    func bytes(_ count: Int, of section: BundleSection) throws(BundleError) -> [UInt8] {
        let piece = AlignedBuffer(byteCount: 65536)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: piece.bytes[..<min(count - bytes.count, 65536)])
            let got = try read(into: wanted)
            guard got > 0 else { throw .truncated(section, missing: UInt64(count - bytes.count)) }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: wanted[..<got]))
        }
        return bytes
    }
}

/// A bundle in a file, or from a pipe such as `/dev/stdin`.
package final class FileSource: ByteSource {
    package let totalSize: UInt64?
    private let file: OpenFile
    private let offset = Mutex<UInt64>(0)

    package init(_ file: OpenFile) throws(BundleError) {
        self.file = file
        do throws(StorageError) {
            totalSize = file.isRegular ? try file.size() : nil
        } catch { throw .unreadable(error) }
    }

    package static func open(_ path: FilePath, in storage: Storage) throws(BundleError) -> FileSource {
        let file: OpenFile
        do throws(StorageError) { file = try storage.open(path, .read) } catch { throw .unreadable(error) }
        return try FileSource(file)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(BundleError) -> Int {
        do throws(StorageError) {
            guard let totalSize else { return try file.readNext(into: buffer) }
            let start = take(UInt64(buffer.count), of: totalSize)
            try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<start.count]), at: start.offset)
            return start.count
        } catch { throw .unreadable(error) }
    }

    package func skip(_ count: UInt64) throws(BundleError) -> UInt64 {
        guard let totalSize else { return try readAndForget(count) }
        return UInt64(take(count, of: totalSize).count)
    }

    package var canRewind: Bool { totalSize != nil }

    package func rewind(to offset: UInt64) {
        precondition(canRewind, "a pipe is read once")
        self.offset.withLock { $0 = offset }
    }

    private func take(_ count: UInt64, of size: UInt64) -> (offset: UInt64, count: Int) {
        offset.withLock { offset in
            let start = offset
            let taken = min(count, size - min(size, start))
            offset += taken
            return (start, Int(taken))
        }
    }
}
