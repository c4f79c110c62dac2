import Commands
import Documents
import Vocabulary

/// Shows how far long work is: a bar that moves on a terminal, a plain line every tenth elsewhere.
struct ProgressLine {
    private static let names = ["writing": "writing", "reading-back": "reading back", "checking": "checking"]

    private let isQuiet: Bool
    private let isInteractive = Terminal.isInteractive(.messages)
    private var shownTenth = -1
    private var shownPhase = ""
    private var isDrawn = false

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Takes the `progress` member of a status.
    mutating func show(_ progress: JSON?) {
        guard !isQuiet, let progress, let phase = progress["phase"]?.string, let done = progress["done"]?.integer,
            let total = progress["total"]?.integer, total > 0
        else { return }
        let text = Self.text(progress, phase: phase, done: done, total: total)
        if isInteractive {
            Terminal.write("\r\u{1B}[K" + Self.bar(done, total) + " " + text, to: .messages)
            isDrawn = true
        } else {
            let tenth = Int(done * 10 / total)
            guard phase != shownPhase || tenth > shownTenth else { return }
            Terminal.write("\(done * 100 / total) % \(text)\n", to: .messages)
            shownTenth = tenth
        }
        shownPhase = phase
    }

    /// Leaves the bar where it is and goes on below it.
    mutating func end() {
        if isDrawn { Terminal.write("\n", to: .messages) }
        isDrawn = false
    }

    private static func text(_ progress: JSON, phase: String, done: Int64, total: Int64) -> String {
        var text = "\(names[phase] ?? phase) \(ByteCount(UInt64(done))) of \(ByteCount(UInt64(total)))"
        if let rate = progress["bytesPerSecond"]?.integer, rate > 0 { text += ", \(ByteCount(UInt64(rate)))/s" }
        if let left = progress["secondsLeft"]?.integer { text += ", \(left) s left" }
        return text
    }

    private static func bar(_ done: Int64, _ total: Int64) -> String {
        let width = 24
        let full = Int(done * Int64(width) / total)
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
    }
}
