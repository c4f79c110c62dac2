import Documents
import Servicing

extension ConsoleCommand {
    static let logout = ConsoleCommand(
        name: "logout", summary: "complete the service record and end the session",
        details: ["The device fills in what it knows; you are asked for the rest, and for what was done."]
    ) { session, _ throws(CommandEnd) in try await session.logOut() }
}

extension ConsoleSession {
    private static let questions: KeyValuePairs = [
        "performed": "What was done, in a sentence or two?",
        "remarks": "Remarks for whoever comes next; Enter for none:",
    ]

    fileprivate func logOut() async throws(CommandEnd) {
        guard login != nil else { throw .closed(.left) }
        let draft = try await ask(.logout, ["draft": true])
        if let text = draft["text"]?.string { try await say(text: text) }
        let missing = draft["missing"]?.array?.compactMap(\.string) ?? []
        if !missing.isEmpty { try await say(TextLayout.wrapped("Still missing: \(missing.joined(separator: ", "))")) }
        let record = try await completed(missing: missing)
        let answer = try await ask(.logout, ["record": .object(record)])
        try await say("")
        if let text = answer["text"]?.string { try await say(text: text) }
        throw .closed(.loggedOut)
    }

    /// What only a person can say; nothing that the record must have may be left out.
    private func completed(missing: [String]) async throws(CommandEnd) -> [String: JSON] {
        var record: [String: JSON] = [:]
        for (name, question) in Self.questions {
            let isNeeded = name == "performed" && missing.contains(name)
            try await say(question)
            let text = try await answer("\(name)> ")
            if !text.isEmpty {
                record[name] = .string(text)
            } else if isNeeded {
                throw CommandEnd(ConsoleError.recordIncomplete([name]))
            }
            if name == "performed" { record["result"] = .string(try await result()) }
        }
        return record
    }

    private func result() async throws(CommandEnd) -> String {
        let words = ["passed", "failed", "unfinished"]
        while true {
            let typed = try await answer("Result, passed, failed or unfinished: ").lowercased()
            let found = words.filter { !typed.isEmpty && $0.hasPrefix(typed) }
            if found.count == 1, let word = found.first { return word }
            try await say("It is one of passed, failed, unfinished.")
        }
    }
}
