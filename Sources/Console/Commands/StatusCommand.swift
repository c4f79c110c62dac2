import Documents
import Servicing

extension ConsoleCommand {
    static let status = ConsoleCommand(name: "status", summary: "what runs, and how the update stands") {
        session, _ throws(CommandEnd) in
        let status = try await session.ask(.status)
        try await session.say(text: StatusText.whole(status, width: TerminalKind.columns))
        try await session.tellWhoIsHere()
    }
}

extension ConsoleSession {
    func tellWhoIsHere() async throws(CommandEnd) {
        guard let login else { return try await say("Nobody is logged in here.") }
        let left = login["until"]?.string.map { ", until \($0)" } ?? ""
        try await say("Logged in: \(login["person"]?.string ?? ""), \(login["role"]?.string ?? "")\(left)")
    }
}
