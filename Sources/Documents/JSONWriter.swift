extension JSON {
    /// The one byte sequence for this value (RFC 8785, JSON Canonicalization Scheme): what is digested and signed.
    package var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        write(into: &output, indent: nil, level: 0)
        return output
    }

    package var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    /// The same order of keys, on lines that a person can read.
    package var prettyText: String {
        var output: [UInt8] = []
        write(into: &output, indent: 2, level: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private func write(into output: inout [UInt8], indent: Int?, level: Int) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): output.append(contentsOf: String(number).utf8)
        case .decimal(let number): output.append(contentsOf: Self.ecmaScript(number).utf8)
        case .string(let text): Self.write(text, into: &output)
        case .array(let elements):
            Self.writeList("[", "]", elements.count, into: &output, indent: indent, level: level) { index, output in
                elements[index].write(into: &output, indent: indent, level: level + 1)
            }
        case .object(let members):
            // RFC 8785 §3.2.3 sorts by UTF-16 code units, which is not the order of Swift strings.
            let keys = members.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
            Self.writeList("{", "}", keys.count, into: &output, indent: indent, level: level) { index, output in
                Self.write(keys[index], into: &output)
                output.append(UInt8(ascii: ":"))
                if indent != nil { output.append(UInt8(ascii: " ")) }
                members[keys[index]]?.write(into: &output, indent: indent, level: level + 1)
            }
        }
    }

    private static func writeList(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ count: Int, into output: inout [UInt8], indent: Int?,
        level: Int, element: (Int, inout [UInt8]) -> Void
    ) {
        output.append(UInt8(ascii: open))
        for index in 0..<count {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            if let indent { newLine(indent * (level + 1), into: &output) }
            element(index, &output)
        }
        if let indent, count > 0 { newLine(indent * level, into: &output) }
        output.append(UInt8(ascii: close))
    }

    private static func newLine(_ spaces: Int, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: spaces))
    }

    private static func write(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                output.append(contentsOf: "\\u".utf8)
                output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.count))
                output.append(contentsOf: digits.utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// The shortest digits that read back as `number`, set as ECMAScript's Number::toString sets them (RFC 8785 §3.2.2.3).
    private static func ecmaScript(_ number: Double) -> String {
        guard number != 0 else { return "0" }
        // Swift's description has the same shortest digits; only the place of the point and the exponent differ.
        let parts = number.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        var digits = String(mantissa[0]) + (mantissa.count == 2 ? String(mantissa[1]) : "")
        var point = mantissa[0].count + (parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
        while digits.first == "0", digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.last == "0", digits.count > 1 { digits.removeLast() }
        let sign = number < 0 ? "-" : ""
        let count = digits.count
        switch point {
        case _ where point >= count && point <= 21: return sign + digits + String(repeating: "0", count: point - count)
        case 1...21: return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return sign + "0." + String(repeating: "0", count: -point) + digits
        default:
            let exponent = (point - 1 < 0 ? "-" : "+") + String((point - 1).magnitude)
            let fraction = digits.dropFirst()
            return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + "e" + exponent
        }
    }
}
