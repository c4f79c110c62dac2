import Documents

/// How far an update is, in one line that is drawn again and again, or on a dumb terminal a line each tenth.
struct ProgressDrawing: Sendable {
    /// The share of the line's time that drawing may take.
    private static let share = 0.1

    private let terminal: TerminalKind
    private let pause: Duration
    private var shown = ""
    private var shownTenth: Int64 = -1
    private var shownState = ""
    private var last: ContinuousClock.Instant?
    private var isDrawn = false

    init(_ terminal: TerminalKind, baud: Int?) {
        self.terminal = terminal
        // Ten bits a byte, and a full line each time.
        let seconds = Double(TerminalKind.columns * 10) / Double(max(300, baud ?? 115_200)) / Self.share
        pause = max(.milliseconds(200), .milliseconds(Int64(seconds * 1000)))
    }

    mutating func begin() { last = nil }

    /// What to send for a status; empty where there is nothing new, or it is too early.
    mutating func show(_ status: JSON, at now: ContinuousClock.Instant) -> String {
        let line = StatusText.line(status)
        guard let text = ProgressText.text(status["progress"]), let done = ProgressText.share(status["progress"]) else {
            guard line != shownState else { return "" }
            shownState = line
            shownTenth = -1
            return end() + fitted(line) + "\r\n"
        }
        guard terminal.isVT100 else {
            guard done / 10 > shownTenth || status["state"]?.string ?? "" != shownState else { return "" }
            shownState = status["state"]?.string ?? ""
            shownTenth = done / 10
            return fitted("\(done) % \(text)") + "\r\n"
        }
        guard last.map({ now - $0 >= pause }) ?? true else { return "" }
        let next = fitted("\(ProgressText.bar(done)) \(text)")
        guard next != shown else { return "" }
        (shown, last, isDrawn) = (next, now, true)
        return "\r" + next + "\u{1B}[K"
    }

    /// Leaves what is drawn where it is and goes on below it.
    mutating func end() -> String {
        defer { (isDrawn, shown) = (false, "") }
        return isDrawn ? "\r\n" : ""
    }

    private func fitted(_ text: String) -> String {
        String(terminal.characters.shown(text).prefix(TerminalKind.columns - 1))
    }
}
