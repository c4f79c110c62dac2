/// Base64 with padding (RFC 4648 §4).
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    package static func encoded(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while let first = rest.popFirst() {
            let second = rest.popFirst()
            let third = rest.popFirst()
            let bits = UInt32(first) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
            text.append(digits[Int(bits >> 18)])
            text.append(digits[Int(bits >> 12 & 63)])
            text.append(second == nil ? UInt8(ascii: "=") : digits[Int(bits >> 6 & 63)])
            text.append(third == nil ? UInt8(ascii: "=") : digits[Int(bits & 63)])
        }
        return text
    }

    /// Nil for anything but whole groups of four, padded at the end alone.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let text = Array(text)
        guard text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        for start in stride(from: 0, to: text.count, by: 4) {
            let isLast = start + 4 == text.count
            let padding = text[start..<start + 4].reversed().prefix { $0 == UInt8(ascii: "=") }.count
            guard padding == 0 || isLast && padding <= 2 else { return nil }
            var bits: UInt32 = 0
            for digit in text[start..<start + 4 - padding] {
                guard values[Int(digit)] != 255 else { return nil }
                bits = bits << 6 | UInt32(values[Int(digit)])
            }
            bits <<= UInt32(6 * padding)
            bytes.append(
                contentsOf: [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)].dropLast(padding))
        }
        return bytes
    }

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encoded(bytes), as: UTF8.self)
    }

    package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)) }
}
