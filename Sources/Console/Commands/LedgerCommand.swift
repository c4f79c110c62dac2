import Documents
import Servicing

extension ConsoleCommand {
    static let ledger = ConsoleCommand(
        name: "ledger", summary: "what the device recorded, the newest first",
        parameters: [
            Parameter(name: "NUMBER", about: "how many; 20 if left out", isOptional: true),
            Parameter(name: "BEFORE", about: "only entries before this sequence", isOptional: true),
        ]
    ) { session, arguments throws(CommandEnd) in
        let limit = try ConsoleSession.number(arguments.first, of: "ledger", otherwise: 20)
        var request: [String: JSON] = ["limit": .integer(limit)]
        if arguments.count > 1 {
            let before = try ConsoleSession.number(
                arguments[1], of: "ledger", otherwise: 1, in: 1...JSON.largestInteger)
            request["before"] = .integer(before)
        }
        let entries = try await session.ask(.ledger, request)["entries"]?.array ?? []
        guard !entries.isEmpty else { return try await session.say("There are no such entries.") }
        try await session.say(text: LedgerText.table(entries, width: TerminalKind.columns))
        if let last = entries.last?["sequence"]?.integer, last > 1, entries.count == limit {
            try await session.say("Older ones: ledger \(limit) \(last)")
        }
    }
}
