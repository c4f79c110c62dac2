/// Reads JSON strictly (RFC 8259): valid UTF-8, no duplicate keys, no trailing bytes, bounded in size and depth.
package enum JSONReader {
    package static let depthLimit = 32

    /// Reads one value that fills `bytes` but for white space.
    package static func read(_ bytes: [UInt8], limit: Int) throws(DocumentError) -> JSON {
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        var scanner = Scanner(bytes: bytes)
        scanner.skipSpace()
        let value = try scanner.value(depth: 0)
        scanner.skipSpace()
        guard scanner.offset == bytes.count else { throw scanner.malformed("something follows the value") }
        return value
    }
}

private struct Scanner {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    func malformed(_ reason: String) -> DocumentError { .malformed(offset: offset, reason: reason) }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    mutating func value(depth: Int) throws(DocumentError) -> JSON {
        guard depth < JSONReader.depthLimit else { throw .tooDeep(limit: JSONReader.depthLimit) }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case nil: throw malformed("it ends where a value is expected")
        default: throw malformed("a value is expected")
        }
    }

    mutating func word(_ word: String, _ value: JSON) throws(DocumentError) -> JSON {
        for byte in word.utf8 where !take(byte) { throw malformed("'\(word)' is expected") }
        return value
    }

    mutating func object(depth: Int) throws(DocumentError) -> JSON {
        offset += 1
        var members: [String: JSON] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw malformed("a key is expected") }
            let start = offset
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed("':' is expected") }
            skipSpace()
            guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
                throw .duplicateKey(key, offset: start)
            }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw malformed("',' or '}' is expected") }
            return .object(members)
        }
    }

    mutating func array(depth: Int) throws(DocumentError) -> JSON {
        offset += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipSpace()
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw malformed("',' or ']' is expected") }
            return .array(elements)
        }
    }

    mutating func digits() -> Bool {
        let start = offset
        while let byte = next, (48...57).contains(byte) { offset += 1 }
        return offset > start
    }

    mutating func number() throws(DocumentError) -> JSON {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), !digits() { throw malformed("a digit is expected") }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() else { throw malformed("a digit is expected after '.'") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() else { throw malformed("a digit is expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole {
            guard let whole = Int64(text), whole.magnitude <= UInt64(JSON.largestInteger) else {
                throw malformed("\(text) is beyond 2^53")
            }
            return .integer(whole)
        }
        guard let decimal = Double(text), decimal.isFinite else { throw malformed("\(text) is not a finite number") }
        // Its canonical form would be a whole number (RFC 8785 §3.2.2.3), which nobody could read again.
        guard decimal.magnitude <= Double(JSON.largestInteger) || decimal.magnitude >= 1e21 else {
            throw malformed("\(text) is beyond 2^53")
        }
        return .decimal(decimal)
    }

    mutating func string() throws(DocumentError) -> String {
        offset += 1
        var content: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                // UTF-8 is checked here and not once for the whole document, so that the error has its place.
                guard let text = String(validating: content, as: UTF8.self) else { throw malformed("invalid UTF-8") }
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                offset += 1
                content.append(contentsOf: try escape())
            case 0..<0x20: throw malformed("a control character stands in a string")
            default:
                content.append(byte)
                offset += 1
            }
        }
        throw malformed("a string does not end")
    }

    mutating func escape() throws(DocumentError) -> [UInt8] {
        guard let byte = next else { throw malformed("a string does not end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw malformed("an unknown escape stands in a string")
        }
    }

    mutating func unicodeEscape() throws(DocumentError) -> [UInt8] {
        var value = try fourHexDigits()
        if (0xD800...0xDBFF).contains(value) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed("half a surrogate pair") }
            let low = try fourHexDigits()
            guard (0xDC00...0xDFFF).contains(low) else { throw malformed("half a surrogate pair") }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw malformed("half a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    mutating func fourHexDigits() throws(DocumentError) -> UInt32 {
        guard offset + 4 <= bytes.count, bytes[offset] != UInt8(ascii: "+"), bytes[offset] != UInt8(ascii: "-"),
            let value = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw malformed("four hexadecimal digits are expected") }
        offset += 4
        return value
    }
}
