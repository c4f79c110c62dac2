import Platform
import Synchronization
package import Trust

/// A bundle whose signatures, manifest and index hold; only verification makes one, and only one of these can be
/// installed.
///
/// The payload is read from front to back. Several threads may read at the same time, each into a buffer of its
/// own: each gets the next chunk, in the order of the payload.
package final class VerifiedBundle: Sendable {
    /// Its manifest and who approved that.
    package let release: VerifiedRelease
    package let header: BundleHeader
    package let index: ChunkIndex
    private let source: any ByteSource
    private let progress = Mutex(Progress())

    private struct Progress {
        var next = 0
        /// After one failed read nothing is where it should be: every later one fails the same way.
        var failure: BundleError?
    }

    init(
        release: VerifiedRelease, header: BundleHeader, index: ChunkIndex, source: any ByteSource
    ) {
        self.release = release
        self.header = header
        self.index = index
        self.source = source
    }

    package var manifest: Manifest { release.manifest }
    /// The exact bytes that were signed.
    package var manifestBytes: [UInt8] { release.manifestBytes }
    /// Who approved it, in which roles, and until when that holds.
    package var content: VerifiedContent { release.content }

    /// The bytes that a buffer for `readChunk` must hold: at most `BundleFormat.largestChunk`.
    package var readBufferLength: Int { max(index.largestStoredLength, 1) }

    /// The next chunk, its stored bytes at the start of `buffer`; nil when all were read and the source has ended
    /// there.
    ///
    /// The stored bytes are as they came: only what `ChunkDecoder` makes of them is checked.
    package func readChunk(into buffer: UnsafeMutableRawBufferPointer) throws(BundleError) -> ChunkRecord? {
        try readNumberedChunk(into: buffer) { _ in true }?.record
    }

    /// Reads the next chunk that `wanted` says yes to, and passes over the others without reading them where the
    /// source can.
    ///
    /// Gives the chunk's number in the index too. `wanted` is called once for each chunk, in order, by one thread at
    /// a time.
    package func readNumberedChunk(
        into buffer: UnsafeMutableRawBufferPointer, where wanted: (ChunkRecord) -> Bool
    ) throws(BundleError) -> (number: Int, record: ChunkRecord)? {
        precondition(buffer.count >= index.largestStoredLength, "the buffer must hold the largest chunk")
        return try progress.withLock { (progress) throws(BundleError) in
            if let failure = progress.failure { throw failure }
            do throws(BundleError) {
                while progress.next < index.count {
                    let number = progress.next
                    let record = index[number]
                    progress.next += 1
                    guard wanted(record) else {
                        try skip(record)
                        continue
                    }
                    try source.fill(
                        UnsafeMutableRawBufferPointer(rebasing: buffer[..<record.storedLength]), from: .payload)
                    return (number, record)
                }
                try expectEnd()
                return nil
            } catch {
                progress.failure = error
                throw error
            }
        }
    }

    /// Whether a chunk that a slot holds already should be passed over rather than read.
    package var isReadSparingly: Bool { source.isSlow }

    var canStartOver: Bool { source.canRewind }

    /// Has the next chunk be the first one again.
    func startOver() {
        progress.withLock { progress in
            source.rewind(to: header.payloadOffset)
            progress = Progress()
        }
    }

    private func skip(_ record: ChunkRecord) throws(BundleError) {
        let length = UInt64(record.storedLength)
        let skipped = try source.skip(length)
        guard skipped == length else { throw .truncated(.payload, missing: length - skipped) }
    }

    private func expectEnd() throws(BundleError) {
        var byte: [UInt8] = [0]
        var count = 0
        try byte.withMutableBytes { (buffer) throws(BundleError) in count = try source.read(into: buffer) }
        guard count == 0 else { throw .trailingBytes(after: header.bundleLength) }
    }
}
