import Glibc
package import Vocabulary

/// How a program speaks: what was asked for goes to standard output, everything about it to standard error.
package enum Terminal {
    package enum Stream: Sendable {
        /// What was asked for.
        case output
        /// Progress and complaints.
        case messages

        fileprivate var descriptor: CInt {
            switch self {
            case .output: STDOUT_FILENO
            case .messages: STDERR_FILENO
            }
        }
    }

    package static func write(_ text: String, to stream: Stream = .output) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(stream.descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Whoever read this has gone; there is nobody left to tell.
            guard count > 0 else { return }
            done += count
        }
    }

    package static func say(_ line: String) { write(line + "\n") }

    /// Says what went wrong, its number, and what can be done about it.
    package static func complain(_ fault: any Fault, by program: String) {
        write("\(program): \(fault.description) [\(fault.code)]\n", to: .messages)
        if !fault.advice.isEmpty { write("  \(fault.advice)\n", to: .messages) }
    }

    /// Whether what is written can be drawn over.
    package static func isInteractive(_ stream: Stream) -> Bool {
        isatty(stream.descriptor) == 1 && Environment.value("TERM") != "dumb"
    }

    /// Whether there is somebody who can read and answer.
    package static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// One line that a person types, without its end; nil at the end of the input.
    package static func ask(_ question: String) -> String? {
        write(question, to: .messages)
        return readLine()
    }

    /// Shows a long text in the person's pager (`PAGER`, `less` where it is not set), or as it is where nobody can turn pages.
    package static func page(_ text: String) {
        guard isInteractive(.output), Environment.value("PAGER") != "" else { return write(text) }
        // Whoever leaves the pager early has read enough; that must not end the program.
        let before = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, before) }
        guard let pager = popen(Environment.value("PAGER") ?? "less -FX", "w") else { return write(text) }
        fputs(text, pager)
        let status = pclose(pager)
        // The shell's word for a program that is not there.
        if status >> 8 & 0xFF == 127 { write(text) }
    }

    /// Whether more than ASCII can be shown, as the locale says (locale(7)).
    package static var speaksUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(Environment.value).first { !$0.isEmpty } ?? ""
        return locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    }

    /// The columns of a line; 80 where nobody says.
    package static func width(of stream: Stream) -> Int {
        var size = winsize()
        guard ioctl(stream.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }

    /// Columns that line up, two spaces apart.
    package static func table(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
