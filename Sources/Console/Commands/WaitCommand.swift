import Documents

extension ConsoleCommand {
    static let wait = ConsoleCommand(
        name: "wait", summary: "watch the update until it rests, or is in a state",
        details: ["Ctrl-C ends the wait, never the update."],
        parameters: [
            Parameter(
                name: "STATE", about: "the state to wait for",
                choices: .words([
                    Word("idle", "nothing is under way"), Word("installed", "in its slots, read back"),
                    Word("waiting", "held by what the device is doing"), Word("soaking", "its tests passed"),
                    Word("committed", "it stays"),
                ]), isOptional: true)
        ]
    ) { session, arguments throws(CommandEnd) in
        let wanted = arguments.first
        let status = try await session.follow { status in
            let state = status["state"]?.string
            let isOver = state == "idle" || state == wanted
            return isOver || wanted == nil && state == "installed"
        }
        try await session.say(StatusText.line(status))
    }
}
