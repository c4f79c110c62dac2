/// Text of 32 symbols that people can read out and type: Crockford's base 32.
///
/// Upper and lower case mean the same, `O` is read as 0, `I` and `L` as 1, and `U` is none. Spaces and hyphens do not count.
enum Symbols {
    private static let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    static func letter(_ value: UInt8) -> Character { Character(Unicode.Scalar(letters[Int(value & 31)])) }

    static func text(_ values: some Sequence<UInt8>) -> String { String(values.map(letter)) }

    static func value(_ scalar: Unicode.Scalar) -> UInt8? {
        guard scalar.isASCII, let index = letters.firstIndex(of: folded(UInt8(scalar.value))) else { return nil }
        return UInt8(index)
    }

    static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "-" || scalar == "\t" || scalar == "\r" || scalar == "\n"
    }

    /// What people mix up made one: upper case, `I` and `L` as 1, `O` as 0.
    static func folded(_ byte: UInt8) -> UInt8 {
        let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
        return switch upper {
        case UInt8(ascii: "O"): UInt8(ascii: "0")
        case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
        default: upper
        }
    }

    /// Five bits a symbol, the first bit first; the last symbol is filled up with zeros.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var (symbols, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                symbols.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)) & 31)
            }
        }
        if count > 0 { symbols.append(UInt8(truncatingIfNeeded: bits << UInt32(5 - count)) & 31) }
        return symbols
    }

    /// Nil unless the symbols are those that some bytes encode to.
    static func decode(_ symbols: [UInt8]) -> [UInt8]? {
        var (bytes, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for symbol in symbols {
            bits = bits << 5 | UInt32(symbol)
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What fills the last symbol up is zero and less than a symbol: one text for the same bytes.
        guard count < 5, bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }
}

/// Check symbols over GF(32) with x⁵ + x² + 1, in which 2 is a generator.
///
/// In a word of at most 31 symbols, one check symbol finds every wrong symbol and every two that changed places; two find any two
/// wrong symbols. Of everything else they miss one in 32 and one in 1024.
enum CheckSymbols {
    /// The symbol that makes the word, with it at its end, zero at 2.
    static func one(_ symbols: some Sequence<UInt8>) -> UInt8 {
        symbols.reduce(0) { product(2, $0 ^ $1) }
    }

    /// The remainder by (x - 2)(x - 4), which is x² + 6x + 8.
    static func two(_ symbols: some Sequence<UInt8>) -> [UInt8] {
        var (high, low): (UInt8, UInt8) = (0, 0)
        for symbol in symbols {
            let feedback = symbol ^ high
            (high, low) = (low ^ product(6, feedback), product(8, feedback))
        }
        return [high, low]
    }

    private static func product(_ one: UInt8, _ other: UInt8) -> UInt8 {
        var (result, factor): (UInt8, UInt8) = (0, one)
        for bit in 0..<5 {
            if other >> UInt8(bit) & 1 == 1 { result ^= factor }
            factor = factor & 16 == 0 ? factor << 1 : (factor << 1 ^ 0b100101) & 31
        }
        return result
    }
}
