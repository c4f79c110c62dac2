import Commands
import Console
import Documents

/// Shows how far long work is: a bar that moves on a terminal, a plain line every tenth elsewhere.
struct ProgressLine {
    private let isQuiet: Bool
    private let isInteractive = Terminal.isInteractive(.messages)
    private var shownTenth = -1
    private var shownPhase = ""
    private var isDrawn = false

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Takes the `progress` member of a status.
    mutating func show(_ progress: JSON?) {
        guard !isQuiet, let text = ProgressText.text(progress), let share = ProgressText.share(progress) else { return }
        let phase = progress?["phase"]?.string ?? ""
        if isInteractive {
            Terminal.write("\r\u{1B}[K" + ProgressText.bar(share) + " " + text, to: .messages)
            isDrawn = true
        } else {
            let tenth = Int(share / 10)
            guard phase != shownPhase || tenth > shownTenth else { return }
            Terminal.write("\(share) % \(text)\n", to: .messages)
            shownTenth = tenth
        }
        shownPhase = phase
    }

    /// Leaves the bar where it is and goes on below it.
    mutating func end() {
        if isDrawn { Terminal.write("\n", to: .messages) }
        isDrawn = false
    }
}
