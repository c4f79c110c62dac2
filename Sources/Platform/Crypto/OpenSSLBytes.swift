import COpenSSL
import Vocabulary

/// A buffer that OpenSSL reads from or writes to; freed with its owner.
struct MemoryBuffer: ~Copyable {
    let handle: OpaquePointer

    init(_ bytes: [UInt8] = []) throws(CryptoError) {
        guard let handle = BIO_new(BIO_s_mem()) else { throw .last("make a buffer") }
        guard bytes.isEmpty || BIO_write(handle, bytes, Int32(bytes.count)) == Int32(bytes.count) else {
            BIO_free(handle)
            throw .last("fill a buffer")
        }
        self.handle = handle
    }

    deinit { BIO_free(handle) }

    /// Takes everything that OpenSSL wrote.
    func contents() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(handle))
        let count = BIO_read(handle, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(max(0, count))))
    }
}

/// The DER that one of OpenSSL's `i2d` functions makes.
func derEncoding(
    _ verb: String, _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) throws(CryptoError) -> [UInt8] {
    let count = encode(nil)
    guard count > 0 else { throw .last(verb) }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    let written = bytes.withUnsafeMutableBufferPointer { buffer in
        var cursor = buffer.baseAddress
        return encode(&cursor)
    }
    guard written == count else { throw .last(verb) }
    return bytes
}

/// Hands a DER encoding to one of OpenSSL's `d2i` functions; nil unless it takes every byte.
func derDecoding(
    _ bytes: [UInt8], _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
    free: (OpaquePointer) -> Void
) -> OpaquePointer? {
    bytes.withUnsafeBufferPointer { buffer in
        var cursor = buffer.baseAddress
        guard let handle = decode(&cursor, buffer.count) else { return nil }
        guard cursor == buffer.baseAddress?.advanced(by: buffer.count) else {
            free(handle)
            return nil
        }
        return handle
    }
}

/// A distinguished name as RFC 4514 writes it, without what could disturb a terminal, cut to 256 characters.
func readableName(_ name: OpaquePointer?) throws(CryptoError) -> String {
    let buffer = try MemoryBuffer()
    // XN_FLAG_RFC2253 without ASN1_STRFLGS_ESC_MSB: names of people keep their letters. The macro does not import.
    let escapes = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT
    let dumps = ASN1_STRFLGS_DUMP_UNKNOWN | ASN1_STRFLGS_DUMP_DER
    let layout = (1 << 16) | (1 << 20) | (1 << 24)  // XN_FLAG_SEP_COMMA_PLUS, _DN_REV, _DUMP_UNKNOWN_FIELDS
    guard X509_NAME_print_ex(buffer.handle, name, 0, UInt(Int(escapes | dumps) | layout)) >= 0 else {
        throw .last("print a name")
    }
    return String(decoding: buffer.contents(), as: UTF8.self).printable(limit: 256)
}

/// Seconds since 1970 of one of OpenSSL's times; nil for one that is malformed.
func timestamp(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
    guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
    defer { ASN1_TIME_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
    return Timestamp(seconds: Int64(days) * 86400 + Int64(seconds))
}
