import Commands
import Synchronization
import Vocabulary

/// How far a build is: a line that is written over on a terminal, a line every tenth elsewhere.
final class BuildProgress: Sendable {
    private let isQuiet: Bool
    private let total: UInt64
    private let isInteractive = Terminal.isInteractive(.messages)
    private let shown = Mutex<UInt64>(0)

    init(isQuiet: Bool, total: UInt64) {
        self.isQuiet = isQuiet
        self.total = total
    }

    func show(_ done: UInt64) {
        guard !isQuiet, total > 0 else { return }
        let percent = done * 100 / total
        let isDue = shown.withLock { shown in
            guard percent >= shown + (isInteractive ? 1 : 10) else { return false }
            shown = percent
            return true
        }
        guard isDue else { return }
        let text = "\(percent) % compressed, \(ByteCount(done)) of \(ByteCount(total))"
        Terminal.write(isInteractive ? "\r\u{1B}[K\(text)" : "\(text)\n", to: .messages)
    }

    func end() {
        if isInteractive, !isQuiet { Terminal.write("\n", to: .messages) }
    }
}
