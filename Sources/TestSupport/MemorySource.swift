package import Bundles
import Synchronization

/// A bundle in memory that is read as a file is, or as a pipe that gives a few bytes at a time.
package final class MemorySource: ByteSource {
    package let totalSize: UInt64?
    private let bytes: [UInt8]
    private let largestRead: Int
    private let offset = Mutex(0)

    /// A pipe does not know its length and gives at most `largestRead` bytes at a time.
    package init(_ bytes: [UInt8], asPipe: Bool = false, largestRead: Int = .max) {
        self.bytes = bytes
        self.largestRead = largestRead
        totalSize = asPipe ? nil : UInt64(bytes.count)
    }

    /// How many bytes were read or passed over so far.
    package var position: Int { offset.withLock { $0 } }

    package var canRewind: Bool { totalSize != nil }

    package func rewind(to offset: UInt64) { self.offset.withLock { $0 = Int(offset) } }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(BundleError) -> Int {
        let start = position
        let count = min(buffer.count, largestRead, bytes.count - start)
        buffer.copyBytes(from: bytes[start..<(start + count)])
        offset.withLock { $0 += count }
        return count
    }
}
