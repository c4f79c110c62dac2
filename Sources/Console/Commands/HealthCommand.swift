import Health
import Servicing

extension ConsoleCommand {
    static let health = ConsoleCommand(name: "health", summary: "readings, limits, findings, predictions") {
        session, _ throws(CommandEnd) in
        let answer = try await session.ask(.health)
        let snapshot: HealthSnapshot
        do { snapshot = try HealthSnapshot(answer) } catch {
            throw CommandEnd(ConsoleError.badAnswer("health", reason: "\(error)"))
        }
        let table = HealthTable(
            snapshot, width: TerminalKind.columns, isPlain: session.terminal.characters == .ascii)
        try await session.say(text: table.text)
    }
}
