import Documents
import Servicing
import Vocabulary

extension ConsoleCommand {
    static let login = ConsoleCommand(
        name: "login", summary: "answer the challenge with a grant",
        details: [
            "A grant is made on your own computer, with your own key, by 'aftercare-fleet grant'. It can be pasted or typed, "
                + "in as many lines as it has; a full stop ends it."
        ]
    ) { session, _ throws(CommandEnd) in try await session.logIn() }

    static let emergency = ConsoleCommand(
        name: "emergency", summary: "break the glass: without a grant, loud, recorded",
        details: ["Only where the device's policy allows it, for what the policy names. The manufacturer is told."]
    ) { session, _ throws(CommandEnd) in try await session.breakGlass() }
}

/// What was asked of whoever wants to log in.
struct ShownChallenge: Sendable {
    let text: String
    let end: ContinuousClock.Instant
}

extension ConsoleSession {
    /// More than any grant has.
    private static let grantLimit = 8 << 10

    fileprivate func logIn() async throws(CommandEnd) {
        let challenge = try await currentChallenge()
        let left = (challenge.end - .now).components.seconds
        try await say("Challenge:  \(challenge.text)")
        try await say("It can be answered for \(TimeText.length(left)). On your computer:")
        try await say("", "  aftercare-fleet grant '\(challenge.text)'", "")
        try await say("Then paste the grant here; Ctrl-C gives up.")
        let grant = try await grant()
        self.challenge = nil
        try await greet(try await ask(.login, ["grant": .string(grant)]))
    }

    /// The one that is open, as long as there is time to answer it.
    private func currentChallenge() async throws(CommandEnd) -> ShownChallenge {
        if let challenge, challenge.end - .now > .seconds(60) { return challenge }
        let answer = try await ask(.challenge)
        guard let text = answer["challenge"]?.string, let seconds = answer["validSeconds"]?.integer else {
            throw CommandEnd(ConsoleError.badAnswer("challenge", reason: "it lacks the challenge or its time"))
        }
        let new = ShownChallenge(text: text, end: .now + .seconds(min(max(0, seconds), 1 << 20)))
        challenge = new
        return new
    }

    /// Lines until the full stop that ends a grant; an empty line ends it too.
    private func grant() async throws(CommandEnd) -> String {
        var text = ""
        while true {
            let line = try await answer("grant> ")
            if line.isEmpty {
                if text.isEmpty { continue }
                return text
            }
            text += line + "\n"
            guard text.utf8.count <= Self.grantLimit else {
                try await discardPaste()
                throw CommandEnd(ConsoleError.grantTooLong(limit: Self.grantLimit))
            }
            if line.contains(".") { return text }
        }
    }

    private func greet(_ answer: JSON) async throws(CommandEnd) {
        login = answer
        knownTests = []
        knownHolds = []
        let rights = answer["rights"]?.array?.compactMap(\.string).joined(separator: ", ") ?? ""
        let time = answer["secondsLeft"]?.integer.map { ", for \(TimeText.length($0))" } ?? ""
        try await say("Logged in: \(answer["person"]?.string ?? ""), \(answer["role"]?.string ?? "")\(time)")
        try await say(TextLayout.wrapped("Allowed: \(rights)", hanging: 9))
        if answer["emergency"] == .bool(true) {
            try await say("EMERGENCY ACCESS: everything done now is marked, and the manufacturer is told.")
        }
        if let visit = device["visit"]?["id"]?.string, visit == answer["visit"]?.string {
            try await say("This goes on with the visit that was open; 'logout' shows what it holds so far.")
        }
    }

    fileprivate func breakGlass() async throws(CommandEnd) {
        guard device["emergency"] == .bool(true) else {
            throw .fault(
                FaultReport(
                    code: ConsoleError.notConfirmed("").code, kind: .refused,
                    reason: "this device's policy has no emergency access", advice: "Log in with a grant."))
        }
        try await say("Emergency access is recorded in your name and told to the manufacturer.")
        let person = try await answer("Your full name: ")
        let reason = try await answer("Why no grant can be had: ")
        let typed = try await answer("The id of the device in front of you, from its label: ")
        let request: [String: JSON] = [
            "person": .string(person), "reason": .string(reason), "device": .string(typed),
        ]
        try await greet(try await ask(.emergency, request))
    }
}
