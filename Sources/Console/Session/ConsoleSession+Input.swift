import Documents
import Platform
import Vocabulary

// What is typed: keys, lines of them, and the time in which nothing is.
extension ConsoleSession {
    /// How long before the end of an idle session its person is warned.
    private static let warning: Duration = .seconds(60)

    var idleTime: Duration { .seconds(max(30, device["idleSeconds"]?.integer ?? 900)) }

    /// The next key; nil when `time` is up.
    ///
    /// Throws when the session is idle for too long, or the line is lost.
    func nextKey(within time: Duration? = nil) async throws(CommandEnd) -> Key? {
        let deadline = time.map { ContinuousClock.now + $0 }
        while keys.isEmpty {
            let now = ContinuousClock.now
            if let deadline, now >= deadline { return nil }
            let idle = lastKey + idleTime
            guard now < idle else { throw .closed(.idle) }
            let warning = idle - min(Self.warning, idleTime / 2)
            if now >= warning, !hasWarnedOfIdleness { try await warnOfIdleness(idle - now) }
            let until = min(deadline ?? idle, hasWarnedOfIdleness ? idle : warning)
            take(try await typed(within: max(.milliseconds(1), until - now)))
        }
        linesOnPage = 0
        return keys.removeFirst()
    }

    /// What has come; empty when the time is up.
    func bytes(within time: Duration, slice: Duration? = nil) async throws(CommandEnd) -> [UInt8] {
        do { return try await reader.next(within: time, slice: slice) } catch {
            throw .closed(.lineLost(error.description))
        }
    }

    private func take(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        lastKey = .now
        hasWarnedOfIdleness = false
        for byte in bytes { keys += parser.take(byte) }
    }

    private func warnOfIdleness(_ left: Duration) async throws(CommandEnd) {
        hasWarnedOfIdleness = true
        let text = "* Nothing is typed: this session ends in \(left.components.seconds + 1) s. Press any key to stay."
        try await send("\r\n")
        try await note(text)
        try await redraw()
    }

    /// A command that was typed, and whether it came faster than anybody types.
    func commandLine() async throws(CommandEnd) -> (text: String, wasPasted: Bool) {
        let prompt = terminal.characters.shown("\(deviceName.prefix(24))\(login == nil ? ">" : "#") ")
        while true {
            let start = ContinuousClock.now
            let waited = !keys.isEmpty
            guard let line = try await line(prompt, isCommand: true) else { continue }
            let time = ContinuousClock.now - (waited ? start : lineStart)
            let isText = line.contains { $0 != " " }
            if !isText { continue }
            return (line, time < .milliseconds(20) * line.count)
        }
    }

    /// An answer to a question; Ctrl-C gives up what it was asked for.
    func answer(_ prompt: String) async throws(CommandEnd) -> String {
        let kept = editor
        defer { editor = kept }
        guard let line = try await line(prompt, isCommand: false) else { throw .stopped }
        return String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// One line; nil when it was given up.
    private func line(_ prompt: String, isCommand: Bool) async throws(CommandEnd) -> String? {
        editor.begin()
        drawing.begin()
        openPrompt = prompt
        defer { openPrompt = nil }
        linesOnPage = 0
        lineStart = .now
        var (hasBegun, hasRung) = (false, false)
        while true {
            if keys.isEmpty { try await draw() }
            guard let key = try await nextKey() else { continue }
            if !hasBegun { (hasBegun, lineStart) = (true, .now) }
            switch editor.take(key, hasHelp: isCommand) {
            case .edited: hasRung = false
            case .refused:
                // One until something can be done again: noise must not become a din.
                if !hasRung { try await send([0x07]) }
                hasRung = true
            case .redraw: try await clear()
            case .help: try await help()
            case .complete: try await complete()
            case .endOfInput:
                guard isCommand else { return try await giveUp("^D") }
                try await interject("Type logout to end the session.")
            case .interrupted: return try await giveUp("^C")
            case .entered:
                if let text = try await entered(isCommand: isCommand) { return text }
            }
        }
    }

    private func giveUp(_ sign: String) async throws(CommandEnd) -> String? {
        try await draw()
        // Beside a line that fills the terminal it would stand outside.
        let end = (openPrompt?.count ?? 0) + editor.cursor < TerminalKind.columns - 2 ? sign : ""
        try await send("\(end)\r\n")
        return nil
    }

    /// The finished line; nil for one that was too long, and must be typed again.
    private func entered(isCommand: Bool) async throws(CommandEnd) -> String? {
        try await draw()
        try await send("\r\n")
        let text = editor.line
        guard editor.hasOverflowed else {
            if isCommand { editor.begin(remembering: text) }
            return text
        }
        try await complain(ConsoleError.lineTooLong(limit: LineEditor.limit))
        editor.begin()
        drawing.begin()
        return nil
    }

    /// Brings what is seen of the line to what it is.
    private func draw() async throws(CommandEnd) {
        guard let openPrompt else { return }
        try await send(drawing.draw(prompt: openPrompt, editor.text, cursor: editor.cursor, on: terminal))
    }

    private func clear() async throws(CommandEnd) {
        try await send(terminal.isVT100 ? "\u{1B}[H\u{1B}[2J" : "\r\n")
        try await redraw()
    }

    /// Shows the line being typed again, below what was said meanwhile.
    func redraw() async throws(CommandEnd) {
        drawing.begin()
        try await draw()
    }

    /// Says something while a line is being typed.
    func interject(_ lines: String...) async throws(CommandEnd) { try await interject(lines) }

    func interject(_ lines: [String]) async throws(CommandEnd) {
        try await send("\r\n")
        do throws(CommandEnd) { try await say(lines) } catch .stopped {}
        try await redraw()
    }

    /// Whether the person types the whole word yes; what was typed before they could read the question does not count.
    func confirm(_ what: String, _ lines: String...) async throws(CommandEnd) {
        try await forgetTyped()
        try await say(lines)
        try await say("Device: \(deviceName), \(device["product"]?.string ?? "")")
        let word = try await answer("Type yes to go on: ")
        guard word == "yes" else { throw CommandEnd(ConsoleError.notConfirmed(what)) }
    }

    /// Asks until the answer is yes or no, of which a letter is enough.
    func askYesNo(_ question: String) async throws(CommandEnd) -> Bool {
        try await say(TextLayout.wrapped(question))
        while true {
            let word = try await answer("y/n: ").lowercased()
            if word == "y" || word == "yes" { return true }
            if word == "n" || word == "no" { return false }
        }
    }

    /// Lets go of what came before it was asked for.
    func forgetTyped() async throws(CommandEnd) {
        keys = []
        while !(try await bytes(within: min(.milliseconds(20), settings.pasteSilence))).isEmpty {}
    }

    /// Throws away the rest of a paste, until the line is silent.
    func discardPaste() async throws(CommandEnd) {
        var count = keys.count
        keys = []
        while true {
            let more = try await bytes(within: settings.pasteSilence)
            if more.isEmpty { break }
            count += more.count
        }
        parser = KeyParser()
        lastKey = .now
        guard count > 0 else { return }
        try await complain(ConsoleError.pasteDiscarded(bytes: count))
    }
}
