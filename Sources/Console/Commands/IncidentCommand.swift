import Documents
import Servicing

extension ConsoleCommand {
    static let incident = ConsoleCommand(
        name: "incident", summary: "describe something that was seen, step by step",
        details: [
            "Asks what a manufacturer must know. Whether it is to be reported is decided there, not here. No name of a patient."
        ]
    ) { session, _ throws(CommandEnd) in try await session.describeIncident() }
}

extension ConsoleSession {
    fileprivate func describeIncident() async throws(CommandEnd) {
        let prompts = try await ask(.incident)["prompts"]?.array ?? []
        try await say("Write nothing that names a patient. Enter alone leaves a question out, Ctrl-C gives up.")
        var answers: [String: JSON] = [:]
        for (number, prompt) in prompts.enumerated() {
            let id = prompt["id"]?.string ?? prompt.string ?? "\(number + 1)"
            let question = prompt["question"]?.string ?? prompt["title"]?.string ?? prompt.string ?? id
            let isRequired = prompt["required"] == .bool(true)
            try await say(
                TextLayout.wrapped("\(number + 1) of \(prompts.count): \(question)\(isRequired ? " (needed)" : "")"))
            if let choices = prompt["choices"]?.array, !choices.isEmpty {
                try await say(TextLayout.wrapped("One of: " + choices.compactMap(\.string).joined(separator: ", ")))
            }
            var text = try await answer("> ")
            while isRequired, text.isEmpty { text = try await answer("This one is needed> ") }
            if !text.isEmpty { answers[id] = .string(text) }
        }
        let incident = try await ask(.incident, ["answers": .object(answers)])
        try await say("", "Incident \(incident["incident"]?.string ?? "") is recorded.")
        if let text = incident["text"]?.string { try await say(text: text) }
        try await say("'export incident' takes the sheet away.")
    }
}
