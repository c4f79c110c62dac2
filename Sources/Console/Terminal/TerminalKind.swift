/// What is known of the terminal at the other end of the line.
package struct TerminalKind: Sendable, Equatable {
    /// Whether it takes the control sequences of a VT100; a dumb one gets nothing but text, backspaces and line ends.
    package var isVT100: Bool
    package var characters: TerminalCharacters

    package init(isVT100: Bool, characters: TerminalCharacters = .ascii) {
        self.isVT100 = isVT100
        self.characters = characters
    }

    package static let columns = 80
    package static let rows = 24

    package static let dumb = TerminalKind(isVT100: false)

    /// Primary device attributes (ECMA-48 §8.3.24, DEC VT100): a terminal answers `ESC [ ? ... c`, a dumb one nothing.
    static let question: [UInt8] = Array("\u{1B}[c".utf8)

    /// Whether a control sequence is the answer to `question`.
    static func isAnswer(_ sequence: [UInt8]) -> Bool {
        sequence.first == UInt8(ascii: "?") && sequence.last == UInt8(ascii: "c")
    }

    /// `text` in a colour of severity, where the terminal has any: colours help, and never say anything alone.
    func coloured(_ text: String, _ colour: Colour) -> String {
        isVT100 ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Attributes (ECMA-48 §8.3.117, SGR) that a terminal without colours shows as bold.
    enum Colour: String, Sendable {
        case good = "32"
        case warning = "1;33"
        case bad = "1;31"
    }
}
