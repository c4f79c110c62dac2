/// An input that is taken apart from its front: choices first, content behind them.
///
/// It never runs dry: what is taken beyond its end is zero, so every input means something.
struct Feed {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }
    var count: Int { rest.count }

    /// Everything that was not taken yet.
    var remainder: [UInt8] { Array(rest) }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Two bytes, little-endian.
    mutating func word() -> Int { Int(byte()) | Int(byte()) << 8 }

    mutating func number() -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(byte()) << UInt64($1 * 8) } }

    /// At most `count` bytes, fewer at the end.
    mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A piece with its length in one byte before it.
    mutating func piece() -> [UInt8] { take(Int(byte())) }

    /// A piece with its length in two bytes before it.
    mutating func longPiece() -> [UInt8] { take(word()) }
}

/// Yes-or-no choices that stand in the first byte of an input.
struct Choices: OptionSet {
    let rawValue: UInt8

    /// The bit with this number, from 0.
    static func bit(_ number: Int) -> Choices { Choices(rawValue: 1 << UInt8(number)) }
}
