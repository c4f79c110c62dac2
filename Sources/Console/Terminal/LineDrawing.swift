/// How a line that is being typed stands on the terminal, and what to send to make it look otherwise.
///
/// Backspaces and the text itself are enough for every terminal; a VT100 is spared some of them. A line longer than the
/// terminal is wide is shown in part, around its cursor.
package struct LineDrawing: Sendable {
    private var shown: [Character] = []
    private var column = 0

    package init() {}

    /// Forgets what stood there: the cursor is at the left edge of an empty line.
    package mutating func begin() { (shown, column) = ([], 0) }

    /// What to send so that `prompt` and `text` are seen, the cursor before the character at `cursor` of the text.
    package mutating func draw(
        prompt: String, _ text: [Character], cursor: Int, on terminal: TerminalKind
    ) -> [UInt8] {
        let prompt = Array(terminal.characters.shown(prompt))
        // The last column stays free: terminals do not agree on where the cursor is after it.
        let room = max(10, TerminalKind.columns - 1 - prompt.count)
        let start = text.count <= room || cursor < room ? 0 : cursor - room * 3 / 4
        var part = text[start...].prefix(room).map { Self.column(of: $0, terminal.characters) }
        if start > 0, !part.isEmpty { part[0] = "<" }
        if start + part.count < text.count, !part.isEmpty { part[part.count - 1] = ">" }
        return move(to: prompt + part, cursor: min(prompt.count + cursor - start, prompt.count + part.count), terminal)
    }

    private mutating func move(to wanted: [Character], cursor: Int, _ terminal: TerminalKind) -> [UInt8] {
        var output = ""
        let common = zip(shown, wanted).prefix { $0 == $1 }.count
        var place = column
        func go(to column: Int, over line: [Character]) {
            if column < place {
                let back = place - column
                output += terminal.isVT100 && back > 4 ? "\u{1B}[\(back)D" : String(repeating: "\u{8}", count: back)
            } else if column > place {
                output += String(line[place..<column])
            }
            place = column
        }
        if common < max(shown.count, wanted.count) {
            go(to: common, over: shown)
            output += String(wanted[common...])
            place = wanted.count
            let rest = shown.count - wanted.count
            if rest > 0 {
                if terminal.isVT100 {
                    output += "\u{1B}[K"
                } else {
                    output += String(repeating: " ", count: rest)
                    place += rest
                }
            }
        }
        go(to: cursor, over: wanted)
        (shown, column) = (wanted, cursor)
        return Array(output.utf8)
    }

    /// Exactly one character for each that was typed, or the cursor would stand elsewhere than it seems.
    private static func column(of character: Character, _ characters: TerminalCharacters) -> Character {
        let shown = characters.shown(String(character))
        guard shown.count == 1, let only = shown.first else { return "?" }
        return only
    }
}
