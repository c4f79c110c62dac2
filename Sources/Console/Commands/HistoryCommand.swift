import Documents
import Servicing

extension ConsoleCommand {
    static let history = ConsoleCommand(
        name: "history", summary: "past updates, the newest first",
        parameters: [Parameter(name: "NUMBER", about: "how many; 20 if left out", isOptional: true)]
    ) { session, arguments throws(CommandEnd) in
        let limit = try ConsoleSession.number(arguments.first, of: "history", otherwise: 20)
        let answer = try await session.ask(.history, ["limit": .integer(limit)])
        let updates = answer["updates"]?.array ?? []
        guard !updates.isEmpty else { return try await session.say("No update was made yet.") }
        try await session.say(text: HistoryText.table(updates, width: TerminalKind.columns))
    }
}

extension ConsoleSession {
    /// A count that was typed.
    static func number(
        _ text: String?, of command: String, otherwise standard: Int64, in range: ClosedRange<Int64> = 1...10_000
    ) throws(CommandEnd) -> Int64 {
        guard let text else { return standard }
        guard let number = Int64(text), range.contains(number) else {
            throw CommandEnd(
                ConsoleError.notAChoice(
                    text, of: "number for '\(command)' from \(range.lowerBound) to \(range.upperBound)", among: []))
        }
        return number
    }
}
