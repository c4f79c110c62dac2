import CZstd

/// Decodes zstd frames one at a time (RFC 8878); memory is bounded by the output that the caller gives.
package struct ZstdDecoder: ~Copyable {
    private let context: OpaquePointer

    package init() {
        // It fails only when memory is gone, which cannot be handled here.
        guard let context = ZSTD_createDCtx() else { preconditionFailure("zstd has no memory") }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Refuses what is not one whole frame that says it holds `count` bytes; nothing is decoded for it.
    package static func check(_ frame: UnsafeRawBufferPointer, holds count: Int) throws(CompressionError) {
        let length = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        // The two largest numbers say "unknown" and "error" (ZSTD_CONTENTSIZE_*, macros that Swift does not see).
        guard length < UInt64.max - 1,
            ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count) == frame.count
        else { throw .notOneFrame }
        guard length == UInt64(count) else { throw .contentLength(found: length, expected: count) }
    }

    /// Fills `output` with the content of `frame`, which must be one frame of exactly that length.
    package func decode(
        _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) {
        // A frame may say what it likes about its content: nothing is decoded, let alone allocated, before it says the right length.
        try Self.check(frame, holds: output.count)
        let count = ZSTD_decompressDCtx(
            context, output.baseAddress, output.count, frame.baseAddress, frame.count)
        guard ZSTD_isError(count) == 0 else {
            throw .zstd("decompress", reason: String(cString: ZSTD_getErrorName(count)))
        }
        guard count == output.count else { throw .contentLength(found: UInt64(count), expected: output.count) }
    }
}
