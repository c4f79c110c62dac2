import Documents
import Servicing

extension ConsoleCommand {
    static let rollback = ConsoleCommand(
        name: "rollback", summary: "go back to the release before",
        details: ["Leaves a trial. From a committed release it goes back only where its manifest allows that."],
        parameters: [Parameter(name: "REASON", about: "why, for the record", isRest: true)]
    ) { session, arguments throws(CommandEnd) in
        try await session.confirm("the rollback", "The device restarts into the release in the other slot set.")
        _ = try await session.ask(.rollback, ["reason": .string(arguments.first ?? "")])
        try await session.say("Asked for. Type wait to see it happen.")
    }
}
