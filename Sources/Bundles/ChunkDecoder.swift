import Platform
import Vocabulary

/// Makes the bytes of chunks and checks each against its digest; one for each thread.
package struct ChunkDecoder: ~Copyable {
    private let zstd = ZstdDecoder()
    private let hash = SHA256()
    private var zeros = ZeroDigests()

    package init() {}

    /// Fills the start of `output` with what the chunk becomes; it may hold anything if this throws.
    package mutating func decode(
        _ record: ChunkRecord, stored: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(BundleError) {
        precondition(output.count >= record.outputLength, "the buffer must hold the chunk")
        let output = UnsafeMutableRawBufferPointer(rebasing: output[..<record.outputLength])
        let stored = UnsafeRawBufferPointer(rebasing: stored.prefix(record.storedLength))
        switch record.kind {
        case .zero:
            guard zeros.digest(of: record.outputLength) == record.digest else {
                throw .chunkDamaged(offset: record.outputOffset)
            }
            output.fillWithZeros()
            return
        case .raw:
            guard stored.count == output.count else {
                throw .chunkLength(
                    offset: record.outputOffset, found: UInt64(stored.count), expected: record.outputLength)
            }
            output.copyMemory(from: stored)
        case .zstd: try decompress(record, stored, into: output)
        case .copy, .patch: throw .chunkMalformed(offset: record.outputOffset, reason: "its kind needs a base")
        }
        hash.update(UnsafeRawBufferPointer(output))
        guard hash.finish() == record.digest else { throw .chunkDamaged(offset: record.outputOffset) }
    }

    private func decompress(
        _ record: ChunkRecord, _ stored: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(BundleError) {
        try Self.frameErrors(of: record) { () throws(CompressionError) in try zstd.decode(stored, into: output) }
    }

    /// Refuses a compressed chunk that is not one frame of the indexed length: what can be told without decoding it.
    static func checkFrame(_ record: ChunkRecord, _ stored: UnsafeRawBufferPointer) throws(BundleError) {
        guard record.kind == .zstd else { return }
        try frameErrors(of: record) { () throws(CompressionError) in
            try ZstdDecoder.check(stored, holds: record.outputLength)
        }
    }

    private static func frameErrors(
        of record: ChunkRecord, _ body: () throws(CompressionError) -> Void
    ) throws(BundleError) {
        do throws(CompressionError) {
            try body()
        } catch .contentLength(let found, let expected) {
            throw .chunkLength(offset: record.outputOffset, found: found, expected: expected)
        } catch {
            throw .chunkMalformed(offset: record.outputOffset, reason: error.description)
        }
    }
}
