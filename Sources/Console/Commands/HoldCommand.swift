import Documents
import Servicing

extension ConsoleCommand {
    static let hold = ConsoleCommand(
        name: "hold", summary: "keep evidence from being overwritten",
        details: ["Without arguments the holds are listed. A hold on a slot set keeps updates out of it."],
        parameters: [
            Parameter(
                name: "WHAT", about: "what to keep",
                choices: .words([
                    Word("ledger", "the device's record"), Word("A", "slot set A"), Word("B", "slot set B"),
                    Word("all", "everything"),
                ]), isOptional: true),
            Parameter(name: "REASON", about: "why, for the record", isOptional: true, isRest: true),
        ]
    ) { session, arguments throws(CommandEnd) in
        guard let what = arguments.first else { return try await session.listHolds() }
        guard arguments.count > 1 else { throw CommandEnd(ConsoleError.missing("REASON", of: "hold \(what)")) }
        try await session.confirm("the hold", "What is held cannot be overwritten, also not by an update.")
        let answer = try await session.ask(.hold, ["what": .string(what), "reason": .string(arguments[1])])
        session.knowHolds(try await session.ask(.hold))
        try await session.say("Held: \(answer["hold"]?.string ?? ""). 'release' lets it go.")
    }

    static let release = ConsoleCommand(
        name: "release", summary: "let go of what is held",
        parameters: [
            Parameter(name: "HOLD", about: "its id", choices: .holds),
            Parameter(name: "REASON", about: "why, for the record", isRest: true),
        ]
    ) { session, arguments throws(CommandEnd) in
        try await session.confirm("the release of evidence", "What was held may be overwritten from now on.")
        _ = try await session.ask(.release, ["hold": .string(arguments[0]), "reason": .string(arguments[1])])
        try await session.say("Let go of.")
    }
}

extension ConsoleSession {
    /// Remembers the ids for completion and abbreviations.
    func knowHolds(_ answer: JSON) {
        knownHolds = (answer["holds"]?.array ?? []).compactMap { hold in
            (hold["id"] ?? hold["hold"])?.string.map { id in
                let about = [hold["what"], hold["reason"]].compactMap { $0?.string }
                return ConsoleCommand.Word(id, about.joined(separator: ": "))
            }
        }
    }

    fileprivate func listHolds() async throws(CommandEnd) {
        let answer = try await ask(.hold)
        knowHolds(answer)
        guard let holds = answer["holds"]?.array, !holds.isEmpty else { return try await say("Nothing is held.") }
        try await say(text: DetailsText.table(["holds": .array(holds)], width: TerminalKind.columns))
    }
}
