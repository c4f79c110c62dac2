import Servicing

extension ConsoleCommand {
    static let activate = ConsoleCommand(
        name: "activate", summary: "restart into the installed release",
        details: ["The device restarts as soon as nothing speaks against it; 'status' says what does."]
    ) { session, _ throws(CommandEnd) in
        try await session.confirm(
            "the activation",
            "The device restarts into the installed release and tests it. If a test fails it goes back.")
        _ = try await session.ask(.activate)
        try await session.say("Asked for. Type wait to see it happen, or status to see what holds it.")
    }

    static let commit = ConsoleCommand(
        name: "commit", summary: "end the trial of a release whose tests passed",
        details: ["A release commits itself after its soak; this only ends the soak early."]
    ) { session, _ throws(CommandEnd) in
        try await session.confirm(
            "the commit", "The release on trial becomes the confirmed one, without the rest of its soak.")
        _ = try await session.ask(.commit)
        try await session.say("Committed.")
    }

    static let cancel = ConsoleCommand(
        name: "cancel", summary: "cancel an update that has not restarted the device"
    ) { session, _ throws(CommandEnd) in
        try await session.confirm("the cancellation", "The update under way ends; the running system stays as it is.")
        _ = try await session.ask(.cancel)
        try await session.say("Cancelled.")
    }
}
