import CZstd

/// Makes zstd frames, each by itself: the same bytes and level give the same frame with the same library.
package struct ZstdEncoder: ~Copyable {
    package static let levels = 1...22
    private let context: OpaquePointer

    package init(level: Int) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .zstd("start zstd", reason: "no memory") }
        let status = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        guard ZSTD_isError(status) == 0 else {
            ZSTD_freeCCtx(context)
            throw .zstd("set level \(level)", reason: String(cString: ZSTD_getErrorName(status)))
        }
        self.context = context
    }

    deinit { ZSTD_freeCCtx(context) }

    /// How many bytes the frame of `count` bytes needs at most.
    package static func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

    /// Writes the frame of `bytes` to the start of `output`, which has room for `bound(bytes.count)`, and gives its length.
    package func encode(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        let count = ZSTD_compress2(context, output.baseAddress, output.count, bytes.baseAddress, bytes.count)
        guard ZSTD_isError(count) == 0 else {
            throw .zstd("compress", reason: String(cString: ZSTD_getErrorName(count)))
        }
        return count
    }
}
