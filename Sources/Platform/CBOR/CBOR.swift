/// A CBOR value (RFC 8949) as devices' protocols use it: maps have text for keys, and nothing has a tag.
package enum CBOR: Hashable, Sendable {
    case unsigned(UInt64)
    /// What -1 is less by: the number is -1 - n.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([String: CBOR])
    case bool(Bool)
    case null
    case undefined
    case decimal(Double)
}

extension CBOR: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: CBOR...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, CBOR)...) {
        self = .map(Dictionary(elements) { _, last in last })
    }
}

extension CBOR {
    package static func number(_ value: some BinaryInteger) -> CBOR {
        value < 0 ? .negative(UInt64(clamping: -1 - Int64(clamping: value))) : .unsigned(UInt64(clamping: value))
    }

    package subscript(key: String) -> CBOR? {
        guard case .map(let members) = self else { return nil }
        return members[key]
    }

    /// A whole number, where it is one that fits.
    package var integer: Int? {
        switch self {
        case .unsigned(let number): Int(exactly: number)
        case .negative(let less): Int(exactly: less).map { -1 - $0 }
        default: nil
        }
    }

    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    package var bytes: [UInt8]? {
        guard case .bytes(let bytes) = self else { return nil }
        return bytes
    }

    package var bool: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    package var array: [CBOR]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}
