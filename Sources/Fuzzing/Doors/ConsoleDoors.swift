import Console
import Documents
import Platform
import Synchronization
import Vocabulary

/// Keys on a line: the parser of keys, the line editor, and what it draws.
///
/// The first byte says what kind of terminal it is.
struct ConsoleDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        let terminal = TerminalKind(
            isVT100: choices.contains(.bit(0)), characters: choices.contains(.bit(1)) ? .utf8 : .ascii)
        var (parser, editor, drawing) = (KeyParser(), LineEditor(), LineDrawing())
        for byte in feed.remainder {
            let keys = parser.take(byte)
            try promise("a byte ends at most two keys", keys.count <= 2)
            for key in keys {
                if editor.take(key, hasHelp: choices.contains(.bit(2))) == .entered {
                    editor.begin(remembering: editor.line)
                    drawing.begin()
                }
                try promise("the cursor stands in the line", (0...editor.text.count).contains(editor.cursor))
                try promise("a line is bounded", editor.text.count <= LineEditor.limit)
                let sent = drawing.draw(prompt: "pump> ", editor.text, cursor: editor.cursor, on: terminal)
                try promise("what is drawn is bounded", sent.count <= 4096)
                try promise("nothing that was typed gets to the terminal as it came", Self.isHarmless(sent, terminal))
            }
        }
    }

    /// Only text, backspaces and the two sequences that a VT100 is drawn with.
    private static func isHarmless(_ bytes: [UInt8], _ terminal: TerminalKind) -> Bool {
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == 0x1B {
                guard terminal.isVT100, rest.popFirst() == UInt8(ascii: "[") else { return false }
                rest = rest.drop { (48...57).contains($0) }
                guard let end = rest.popFirst(), end == UInt8(ascii: "D") || end == UInt8(ascii: "K") else {
                    return false
                }
            } else if byte < 0x20, byte != 0x08 {
                return false
            } else if byte == 0x7F || terminal.characters == .ascii && byte > 0x7F {
                return false
            }
        }
        return true
    }
}

/// A whole session at a service port, from the first Enter to the line's end, before a device that answers.
struct SessionDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        let line = FedLine(bytes)
        let desk = AnsweringDesk()
        var settings = ConsoleSettings(port: "ttyS0", baud: 115_200)
        settings.terminalTime = .zero
        settings.pasteSilence = .zero
        let session = ConsoleSession(on: line, at: desk, settings)
        let ending = BoundedQueue<String>(capacity: 1)
        Task { ending.put(await session.run()) }
        let reason = ending.take()
        try promise("a session ends with its line", reason?.isEmpty == false)
        try promise("every session that began has ended", desk.openSessions == 0)
    }
}

/// A device that lets anybody in and says the same to every question.
private final class AnsweringDesk: ServiceDesk {
    private let sessions = Mutex((begun: 0, open: Set<String>()))

    var openSessions: Int { sessions.withLock { $0.open.count } }

    func begin(port: String) async throws(FaultReport) -> JSON {
        let id = sessions.withLock { sessions in
            sessions.begun += 1
            sessions.open.insert("session-\(sessions.begun)")
            return "session-\(sessions.begun)"
        }
        guard case .object(var members) = Templates.session else { return .null }
        members["session"] = .string(id)
        return .object(members)
    }

    func perform(_ request: JSON, in session: String) async throws(FaultReport) -> JSON {
        let isDraft = request["draft"] == true
        if request["command"] == "logout", !isDraft { await end(session, reason: "logged out") }
        return switch request["command"]?.string {
        case "challenge": ["challenge": .string(Templates.challenge), "validSeconds": 600]
        case "login", "emergency", "session": Templates.login
        case "status": Templates.status
        case "logout" where isDraft:
            ["record": [:], "text": "SERVICE RECORD (draft)", "missing": ["performed", "result"]]
        case "logout": ["record": [:], "text": "SERVICE RECORD 2026-1"]
        default: [:]
        }
    }

    func perform(_ request: JSON, in session: String, stream: borrowing OpenFile) async throws(FaultReport) -> JSON {
        try await perform(request, in: session)
    }

    func end(_ session: String, reason: String) async {
        sessions.withLock { sessions in _ = sessions.open.remove(session) }
    }

    func changes() async -> AsyncStream<JSON> { AsyncStream { $0.finish() } }
}
