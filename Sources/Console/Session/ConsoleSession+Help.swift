import Documents
import Servicing

// What can be typed next: `?` as on a router, and Tab.
extension ConsoleSession {
    /// Lists what can come where the cursor is, and shows the line again as it was.
    func help() async throws(CommandEnd) {
        let before = editor.beforeCursor
        await learnIDs(for: before)
        let (_, words) = Self.language.candidates(after: before) { knownIDs(of: $0) }
        var rows = words.map { ["  " + $0.text, $0.about] }
        if let parameter = Self.language.parameter(after: before) {
            let takesText = if case .words = parameter.choices { false } else { true }
            if takesText { rows.append(["  " + parameter.name, parameter.about]) }
            if parameter.isOptional, !CommandLanguage.Words(before).endsInWord {
                rows.append(["  <Enter>", "without it"])
            }
        }
        if rows.isEmpty {
            let isComplete = (try? Self.language.read(before, ids: { knownIDs(of: $0) })) != nil
            let about = isComplete ? "nothing more is needed" : "nothing that can be typed here is known"
            rows.append(["  <Enter>", about])
        }
        try await interject([TextLayout.table(rows, width: TerminalKind.columns)])
    }

    /// Adds to the line what is beyond doubt, or lists what can come.
    func complete() async throws(CommandEnd) {
        let before = editor.beforeCursor
        await learnIDs(for: before)
        let (part, words) = Self.language.candidates(after: before) { knownIDs(of: $0) }
        let addition = CommandLanguage.completion(of: part, among: words)
        if !addition.isEmpty { return editor.insert(addition) }
        guard words.count > 1 else { return try await send([0x07]) }
        try await interject([words.map(\.text).joined(separator: "  ")])
    }

    /// The ids that the device named so far.
    func knownIDs(of choices: ConsoleCommand.Choices) -> [ConsoleCommand.Word] {
        switch choices {
        case .tests: knownTests
        case .holds: knownHolds
        case .free, .words, .wordsOrFree: []
        }
    }

    /// Asks the device for the ids that can stand at the end of a line, if the person may know them.
    private func learnIDs(for line: String) async {
        guard let rights = login?["rights"]?.array else { return }
        guard let parameter = Self.language.parameter(after: line) else { return }
        switch parameter.choices {
        case .tests where knownTests.isEmpty && rights.contains("test"):
            if let answer = try? await ask(.test) { knowTests(answer) }
        case .holds where knownHolds.isEmpty && rights.contains("evidence"):
            if let answer = try? await ask(.hold) { knowHolds(answer) }
        default: break
        }
    }
}
