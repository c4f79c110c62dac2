extension ConsoleCommand {
    static let help = ConsoleCommand(
        name: "help", summary: "this list, or more about a command",
        parameters: [Parameter(name: "COMMAND", about: "a command's name", isOptional: true)]
    ) { session, arguments throws(CommandEnd) in
        guard let name = arguments.first else { return try await session.listCommands() }
        try await session.explain(name)
    }
}

extension ConsoleSession {
    fileprivate func listCommands() async throws(CommandEnd) {
        let rows = Self.language.commands.map { [$0.name, $0.summary] }
        try await say(text: TextLayout.table(rows, width: TerminalKind.columns))
        try await say(
            "", "Commands can be shortened. ? lists what can come next, Tab completes, Ctrl-C gives up.")
    }

    fileprivate func explain(_ name: String) async throws(CommandEnd) {
        let command: ConsoleCommand
        do { command = try Self.language.command(name) } catch { throw CommandEnd(error) }
        try await say(command.usage, "  \(command.summary)")
        for paragraph in command.details { try await say(TextLayout.wrapped("  " + paragraph, hanging: 2)) }
        let rows = command.parameters.flatMap { parameter -> [[String]] in
            let words: [ConsoleCommand.Word] =
                switch parameter.choices {
                case .words(let words), .wordsOrFree(let words): words
                case .free, .tests, .holds: []
                }
            return [["  \(parameter.name)", parameter.about]] + words.map { ["    \($0.text)", $0.about] }
        }
        if !rows.isEmpty { try await say(text: TextLayout.table(rows, width: TerminalKind.columns)) }
    }
}
