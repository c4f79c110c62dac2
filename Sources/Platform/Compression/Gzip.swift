import CZlib

/// gzip (RFC 1952) of what is held in memory, by zlib: what every HTTP server takes as a `Content-Encoding`.
package enum Gzip {
    /// Small JSON gains little from higher levels.
    private static let level: Int32 = 6

    /// The gzip file of `bytes`; the same bytes give the same file with the same zlib.
    package static func compress(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        var stream = z_stream()
        guard ac_gzip_begin(&stream, level) == Z_OK else { throw .zlib("compress", reason: "no memory") }
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        var input = bytes
        let status = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw .zlib("compress", reason: "zlib said \(status)") }
        output.removeLast(output.count - Int(stream.total_out))
        return output
    }

    /// The content of one whole gzip file, which may have at most `limit` bytes.
    package static func decompress(_ file: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        var stream = z_stream()
        guard ac_gunzip_begin(&stream) == Z_OK else { throw .zlib("decompress", reason: "no memory") }
        defer { inflateEnd(&stream) }
        var (input, content) = (file, [UInt8]())
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let done = Int(stream.total_in)
            let status = input.withUnsafeMutableBufferPointer { input in
                buffer.withUnsafeMutableBufferPointer { buffer in
                    stream.next_in = input.baseAddress?.advanced(by: done)
                    stream.avail_in = UInt32(clamping: input.count - done)
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(clamping: buffer.count)
                    return inflate(&stream, Z_NO_FLUSH)
                }
            }
            content += buffer[..<(buffer.count - Int(stream.avail_out))]
            guard content.count <= limit else { throw .contentLength(found: UInt64(content.count), expected: limit) }
            if status == Z_STREAM_END {
                guard Int(stream.total_in) == file.count else { throw .notOneFrame }
                return content
            }
            // A buffer error says that there is nothing left to read: the file was cut.
            guard status == Z_OK else { throw .zlib("decompress", reason: "zlib said \(status)") }
        }
    }
}
