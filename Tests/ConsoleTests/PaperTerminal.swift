/// What a terminal would show: one that knows text, line ends and backspaces, and of a VT100 what the console uses.
struct PaperTerminal {
    private(set) var lines: [[Character]] = [[]]
    private(set) var column = 0
    /// Anything that it was sent and does not know.
    private(set) var strange: [String] = []
    private(set) var widest = 0

    var line: String { String(lines[lines.count - 1]) }

    init(_ bytes: [UInt8] = []) { show(bytes) }

    mutating func show(_ bytes: [UInt8]) {
        var characters = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
        while let scalar = characters.popFirst() {
            switch scalar.value {
            case 0x07: continue
            case 0x08: column = max(0, column - 1)
            case 0x0D: column = 0
            case 0x0A: lines.append([])
            case 0x1B: takeSequence(&characters)
            case 0..<0x20, 0x7F..<0xA0: strange.append("U+\(String(scalar.value, radix: 16))")
            default: put(Character(scalar))
            }
        }
    }

    private mutating func put(_ character: Character) {
        let last = lines.count - 1
        while lines[last].count <= column { lines[last].append(" ") }
        lines[last][column] = character
        column += 1
        widest = max(widest, column)
    }

    private mutating func takeSequence(_ characters: inout ArraySlice<Unicode.Scalar>) {
        guard characters.popFirst() == "[" else { return strange.append("ESC") }
        var parameters = ""
        while let next = characters.popFirst() {
            guard ("@"..."~").contains(next) else {
                parameters.unicodeScalars.append(next)
                continue
            }
            switch next {
            case "K": lines[lines.count - 1] = Array(line.prefix(column))
            case "D": column = max(0, column - (Int(parameters) ?? 1))
            case "m", "c", "H", "J": break
            default: strange.append("ESC [ \(parameters)\(next)")
            }
            return
        }
    }
}
