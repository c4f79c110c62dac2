import Commands
import Documents
import Vocabulary

/// How far a file is over the line: a line that is written over on a terminal, a line every tenth elsewhere.
struct SendProgress {
    private let isQuiet: Bool
    private let total: UInt64
    private let isInteractive = Terminal.isInteractive(.messages)
    private let begun = ContinuousClock.now
    private var shown = ContinuousClock.now
    private var tenth: UInt64 = 0
    private var sent = ContinuousClock.now
    private var state = ""

    init(isQuiet: Bool, total: UInt64) {
        self.isQuiet = isQuiet
        self.total = total
    }

    mutating func show(_ bytes: UInt64, at position: UInt64) {
        sent = .now
        guard !isQuiet, total > 0 else { return }
        if isInteractive {
            guard ContinuousClock.now - shown > .milliseconds(250) || position == total else { return }
            shown = .now
            Terminal.write("\r\u{1B}[K\(text(bytes, position))", to: .messages)
        } else if position * 10 / total > tenth {
            tenth = position * 10 / total
            Terminal.write(text(bytes, position) + "\n", to: .messages)
        }
    }

    /// How the device's own work stands: shown where nothing is sent meanwhile.
    mutating func show(_ news: JSON) {
        guard !isQuiet, ContinuousClock.now - sent > .seconds(1), let text = news["summary"]?.string else { return }
        let words = "the device: \(text.printable(limit: 70))"
        if isInteractive {
            Terminal.write("\r\u{1B}[K\(words)", to: .messages)
        } else if let state = news["progress"]?["phase"]?.string ?? news["state"]?.string, state != self.state {
            self.state = state
            Terminal.write(words + "\n", to: .messages)
        }
    }

    func end() {
        if isInteractive, !isQuiet { Terminal.write("\n", to: .messages) }
    }

    private func text(_ bytes: UInt64, _ position: UInt64) -> String {
        let seconds = max(0.001, (ContinuousClock.now - begun) / .seconds(1))
        let rate = UInt64(Double(bytes) / seconds)
        var text = "\(position * 100 / total) % sent: \(ByteCount(position)) of \(ByteCount(total))"
        if position > bytes { text += ", \(ByteCount(position - bytes)) of it were there already" }
        guard rate > 0 else { return text }
        let left = (total - position) / rate
        return text + ", \(ByteCount(rate))/s, at most \(left / 60) min \(left % 60) s left"
    }
}
