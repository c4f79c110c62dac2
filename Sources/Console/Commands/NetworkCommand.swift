import Servicing

extension ConsoleCommand {
    static let network = ConsoleCommand(
        name: "network", summary: "from the plug to the endpoint, step by step",
        details: ["Each step that is bad comes with what to tell the hospital's IT. It takes up to a minute."]
    ) { session, _ throws(CommandEnd) in
        try await session.say("Looking, step by step; Ctrl-C ends the wait.")
        let answer = try await session.ask(.network)
        try await session.say(text: NetworkText.steps(answer))
    }
}
