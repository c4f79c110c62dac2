import Documents
import Servicing

extension ConsoleCommand {
    static let changes = ConsoleCommand(
        name: "changes", summary: "what was changed since the baseline, and who approved it"
    ) { session, _ throws(CommandEnd) in
        try await session.say(
            text: ChangeControlText.changes(try await session.ask(.changes), width: TerminalKind.columns))
    }

    static let rules = ConsoleCommand(
        name: "rules", summary: "the market, and the documents by which releases are judged"
    ) { session, _ throws(CommandEnd) in
        try await session.say(text: ChangeControlText.documents(try await session.ask(.rules)))
    }

    static let acknowledge = ConsoleCommand(
        name: "acknowledge", summary: "say that what a release asks of people was done",
        details: [
            "'status' says what an update waits for. It is recorded with your name, or that of the person you name. "
                + "For the date two different people are needed."
        ],
        parameters: [
            Parameter(
                name: "WHAT", about: "what was done",
                choices: .words([
                    Word("training", "the users were trained for the release"),
                    Word("notice", "the field safety notice was read and handed on"),
                    Word("date", "the date is right, though the clock cannot be relied on"),
                ])),
            Parameter(name: "ROLE", about: "in which capacity: nurse, biomedical-engineer"),
            Parameter(name: "NAME", about: "who, if it was not you", isOptional: true, isRest: true),
        ]
    ) { session, arguments throws(CommandEnd) in
        try await session.confirm("the acknowledgement", "It stands in the device's record under the person's name.")
        var request: [String: JSON] = ["subject": .string(arguments[0]), "role": .string(arguments[1])]
        if arguments.count > 2 { request["person"] = .string(arguments[2]) }
        _ = try await session.ask(.acknowledge, request)
        try await session.say("Recorded. Type status to see what else the update waits for.")
    }
}
