import CCBOR

extension CBOR {
    /// The value's bytes, the same for the same value: the keys of maps by length, then by bytes (RFC 7049 §3.9).
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .unsigned(let number): Self.head(&bytes) { cbor_encode_uint(number, $0, $1) }
        case .negative(let less): Self.head(&bytes) { cbor_encode_negint(less, $0, $1) }
        case .bytes(let content):
            Self.head(&bytes) { cbor_encode_bytestring_start(content.count, $0, $1) }
            bytes += content
        case .text(let text):
            let content = Array(text.utf8)
            Self.head(&bytes) { cbor_encode_string_start(content.count, $0, $1) }
            bytes += content
        case .array(let elements):
            Self.head(&bytes) { cbor_encode_array_start(elements.count, $0, $1) }
            for element in elements { element.write(to: &bytes) }
        case .map(let members):
            Self.head(&bytes) { cbor_encode_map_start(members.count, $0, $1) }
            for (key, value) in members.sorted(by: { Self.comesFirst($0.key, $1.key) }) {
                CBOR.text(key).write(to: &bytes)
                value.write(to: &bytes)
            }
        case .bool(let flag): Self.head(&bytes) { cbor_encode_bool(flag, $0, $1) }
        case .null: Self.head(&bytes) { cbor_encode_null($0, $1) }
        case .undefined: Self.head(&bytes) { cbor_encode_undef($0, $1) }
        case .decimal(let number): Self.head(&bytes) { cbor_encode_double(number, $0, $1) }
        }
    }

    private static func comesFirst(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            ? one.utf8.lexicographicallyPrecedes(other.utf8) : one.utf8.count < other.utf8.count
    }

    /// An item's head has at most nine bytes.
    private static func head(
        _ bytes: inout [UInt8], _ encode: (UnsafeMutablePointer<UInt8>?, Int) -> Int
    ) {
        bytes += [UInt8](unsafeUninitializedCapacity: 9) { buffer, count in count = encode(buffer.baseAddress, 9) }
    }
}
