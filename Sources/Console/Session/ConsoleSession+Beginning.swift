import Documents
import Servicing
import Vocabulary

// From silence to the first prompt.
extension ConsoleSession {
    /// Waits for Enter and shows nothing: a boot loader or a kernel may be speaking on the same line.
    func waitForEnter() async throws(CommandEnd) {
        parser = KeyParser()
        defer { keys = [] }
        if keys.contains(.enter) { return }
        while true {
            let bytes = try await typed(within: .seconds(3600))
            for byte in bytes where parser.take(byte).contains(.enter) { return }
        }
    }

    /// Asks the terminal what it is; one that says nothing in time is dumb.
    func findTerminal() async throws(CommandEnd) {
        guard !isTerminalChosen else { return }
        terminal.isVT100 = false
        try await send(TerminalKind.question)
        let deadline = ContinuousClock.now + settings.terminalTime
        var others: [Key] = []
        while !terminal.isVT100, let key = try await nextKey(within: deadline - ContinuousClock.now) {
            if case .report(let sequence) = key, TerminalKind.isAnswer(sequence) {
                terminal.isVT100 = true
            } else if others.count < LineEditor.limit {
                others.append(key)
            }
        }
        keys = others + keys
        // What a terminal shows that did not understand the question.
        try await send("\r    \r")
    }

    /// Who is asked for, on which device, and what is open there; no secrets.
    func welcome() async throws(CommandEnd) {
        let product = [device["product"]?.string, device["hardware"]?.string].compactMap(\.self).joined(separator: " ")
        try await say("", "Aftercare service console")
        try await say(
            text: TextLayout.table(
                [
                    ["Device", "\(deviceName), \(product)"],
                    ["Running", "\(device["version"]?.string ?? "") in slot set \(device["slotSet"]?.string ?? "")"],
                ], width: TerminalKind.columns))
        try await say("What is done here is recorded by the device, in the name of whoever is logged in.")
        try await tellOpenVisit()
        if let locked = device["lockedSeconds"]?.integer, locked > 0 {
            try await say("Nobody can log in for \(TimeText.length(locked)): there were too many wrong grants.")
        }
        try await say("", "Type login to log in, or ? to see what can be typed.")
    }

    private func tellOpenVisit() async throws(CommandEnd) {
        guard let visit = device["visit"], visit != .null else { return }
        let text =
            "The visit of \(visit["person"]?.string ?? "somebody"), begun \(visit["since"]?.string ?? ""), is open: "
            + "logging in goes on with it, and its service record is asked for at logout."
        try await say(TextLayout.wrapped(text))
    }
}
