/// What a person did on a keyboard.
package enum Key: Sendable, Equatable {
    case character(Character)
    case enter, tab, backspace, delete
    case left, right, up, down, home, end, wordLeft, wordRight
    case killLine, killToEnd, killWord
    case redraw, interrupt, endOfInput
    /// A control sequence that the terminal sent by itself: what stands between `ESC [` and its end.
    case report([UInt8])
    /// Something that no key sends, or that means nothing here.
    case unknown
}

/// Makes keys of bytes that nobody vouches for; holds at most a few bytes of what is not finished.
package struct KeyParser: Sendable {
    private enum State {
        case ground
        case escape
        case single
        case sequence([UInt8])
        /// A string of control (OSC, DCS, APC, PM, SOS) that is skipped, with how much of it came.
        case string(Int)
        case text([UInt8], count: Int)
    }

    private var state = State.ground
    private var wasReturn = false

    private static let sequenceLimit = 24
    private static let stringLimit = 256

    package init() {}

    /// Takes one byte; gives the keys that it finished: none in the middle of a sequence, two after a cut one.
    package mutating func take(_ byte: UInt8) -> [Key] {
        let followsReturn = wasReturn
        wasReturn = byte == 0x0D
        // A line's end, Ctrl-C and a new escape end whatever was under way: noise must not swallow them.
        if byte == 0x0D || byte == 0x0A || byte == 0x03 || byte == 0x1B { return restart(byte, followsReturn) }
        switch state {
        case .ground: return ground(byte)
        case .escape: return escape(byte)
        case .single:
            state = .ground
            return [Self.cursorKey(byte) ?? .unknown]
        case .sequence(let parameters): return sequence(parameters, byte)
        case .string(let count):
            state = byte == 0x07 || count >= Self.stringLimit ? .ground : .string(count + 1)
            return []
        case .text(let bytes, let count): return text(bytes, count, byte)
        }
    }

    private mutating func restart(_ byte: UInt8, _ followsReturn: Bool) -> [Key] {
        var keys: [Key] = []
        if case .text = state { keys.append(.unknown) }
        state = byte == 0x1B ? .escape : .ground
        switch byte {
        case 0x0D: keys.append(.enter)
        // Terminals send CR, scripts LF, and some both for one line's end.
        case 0x0A: if !followsReturn { keys.append(.enter) }
        case 0x03: keys.append(.interrupt)
        default: break
        }
        return keys
    }

    private mutating func ground(_ byte: UInt8) -> [Key] {
        switch byte {
        case 0x01: return [.home]
        case 0x02: return [.left]
        case 0x04: return [.endOfInput]
        case 0x05: return [.end]
        case 0x06: return [.right]
        case 0x08, 0x7F: return [.backspace]
        case 0x09: return [.tab]
        case 0x0B: return [.killToEnd]
        case 0x0C: return [.redraw]
        case 0x0E: return [.down]
        case 0x10: return [.up]
        case 0x15: return [.killLine]
        case 0x17: return [.killWord]
        case 0x20..<0x7F: return [.character(Character(Unicode.Scalar(byte)))]
        case 0xC2...0xDF: state = .text([byte], count: 2)
        case 0xE0...0xEF: state = .text([byte], count: 3)
        case 0xF0...0xF4: state = .text([byte], count: 4)
        // A NUL is what a break looks like to many drivers, and a terminal's padding.
        case 0x00: return []
        default: return [.unknown]
        }
        return []
    }

    private mutating func escape(_ byte: UInt8) -> [Key] {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .sequence([])
        case UInt8(ascii: "O"): state = .single
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            state = .string(0)
        case UInt8(ascii: "b"): return [.wordLeft]
        case UInt8(ascii: "f"): return [.wordRight]
        case 0x7F, 0x08: return [.killWord]
        // The end of a string, which the escape before it ended already.
        case UInt8(ascii: "\\"): return []
        default: return [.unknown]
        }
        return []
    }

    private mutating func sequence(_ parameters: [UInt8], _ byte: UInt8) -> [Key] {
        switch byte {
        case 0x20..<0x40 where parameters.count < Self.sequenceLimit:
            state = .sequence(parameters + [byte])
            return []
        case 0x40..<0x7F:
            state = .ground
            if parameters.first == UInt8(ascii: "?") || byte == UInt8(ascii: "c") {
                return [.report(parameters + [byte])]
            }
            if byte == UInt8(ascii: "~") { return [Self.editingKey(parameters)] }
            // `1;5D`: with a control key held.
            let isWord = parameters.last == UInt8(ascii: "5") && parameters.count > 1
            switch Self.cursorKey(byte) {
            case .left where isWord: return [.wordLeft]
            case .right where isWord: return [.wordRight]
            case let key: return [key ?? .unknown]
            }
        default:
            state = .ground
            return [.unknown]
        }
    }

    private mutating func text(_ bytes: [UInt8], _ count: Int, _ byte: UInt8) -> [Key] {
        guard (0x80...0xBF).contains(byte) else {
            state = .ground
            return [.unknown] + ground(byte)
        }
        let bytes = bytes + [byte]
        guard bytes.count == count else {
            state = .text(bytes, count: count)
            return []
        }
        state = .ground
        guard let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first,
            scalar.properties.generalCategory != .control
        else { return [.unknown] }
        return [.character(Character(scalar))]
    }

    private static func cursorKey(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        default: nil
        }
    }

    private static func editingKey(_ parameters: [UInt8]) -> Key {
        switch String(decoding: parameters, as: UTF8.self) {
        case "1", "7": .home
        case "3": .delete
        case "4", "8": .end
        // Bracketed paste, where a terminal was left in it by somebody else.
        case "200", "201": .report(parameters)
        default: .unknown
        }
    }
}
