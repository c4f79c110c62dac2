/// A name of an indicator in which `*` stands for any characters: `cpu.temperature`, `disk.*.life-used`.
package struct IndicatorPattern: Hashable, Sendable, CustomStringConvertible {
    package static let everything = IndicatorPattern(unchecked: "*")
    package static let maximumLength = 128

    package let description: String

    /// Nil unless it is 1 to 128 of `a-z 0-9 . - *`.
    package init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || [45, 46, 42].contains($0) })
        else { return nil }
        description = text
    }

    private init(unchecked text: String) { description = text }

    /// Whether it names one indicator, and not all of a kind.
    package var isExact: Bool { !description.utf8.contains(UInt8(ascii: "*")) }

    package func matches(_ name: String) -> Bool {
        let (pattern, text) = (Array(description.utf8), Array(name.utf8))
        var (at, place) = (0, 0)
        // Where to go on when the newest star has to swallow one character more: no recursion, no exponential search.
        var star: (at: Int, place: Int)?
        while place < text.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == text[place] {
                (at, place) = (at + 1, place + 1)
            } else if let last = star {
                star = (last.at, last.place + 1)
                (at, place) = (last.at + 1, last.place + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
