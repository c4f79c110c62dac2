import Dispatch
import Glibc
import Platform
import Synchronization
import Vocabulary

/// What is written to standard output and standard error.
enum Output {
    static func write(_ text: String, to descriptor: CInt = STDOUT_FILENO) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            done += max(0, count)
        }
    }

    static func say(_ line: String) { write(line + "\n") }

    static func complain(_ fault: any Fault) {
        write("aftercare-fleet: \(fault.description) [\(fault.code)]\n", to: STDERR_FILENO)
        if !fault.advice.isEmpty { write("  \(fault.advice)\n", to: STDERR_FILENO) }
    }
}

enum Environment {
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// How far a build is: a line that is written over on a terminal, a line every tenth elsewhere.
final class BuildProgress: Sendable {
    private let isQuiet: Bool
    private let total: UInt64
    private let isInteractive = isatty(STDERR_FILENO) == 1
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
        Output.write(isInteractive ? "\r\u{1B}[K\(text)" : "\(text)\n", to: STDERR_FILENO)
    }

    func end() {
        if isInteractive, !isQuiet { Output.write("\n", to: STDERR_FILENO) }
    }
}

/// Turns Ctrl-C and SIGTERM into an orderly end while long work is under way.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    init(_ body: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
    }

    func end() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
