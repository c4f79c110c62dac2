extension ConsoleCommand {
    static let terminal = ConsoleCommand(
        name: "terminal", summary: "say what the terminal can do",
        parameters: [
            Parameter(
                name: "KIND", about: "what it is",
                choices: .words([
                    Word("dumb", "text, backspace and line ends only"), Word("vt100", "control sequences, 80 by 24"),
                    Word("ascii", "letters of ASCII only"), Word("utf8", "UTF-8"),
                ]), isOptional: true)
        ]
    ) { session, arguments throws(CommandEnd) in
        session.set(terminal: arguments.first)
        let kind = session.terminal.isVT100 ? "vt100" : "dumb"
        try await session.say("The terminal is taken for \(kind), \(session.terminal.characters.rawValue).")
    }
}

extension ConsoleSession {
    fileprivate func set(terminal word: String?) {
        guard let word else { return }
        isTerminalChosen = true
        switch word {
        case "vt100": terminal.isVT100 = true
        case "dumb": terminal.isVT100 = false
        default: terminal.characters = TerminalCharacters(rawValue: word) ?? .ascii
        }
    }
}
