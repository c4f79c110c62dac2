import Glibc
import Vocabulary

/// What is written to standard output and standard error.
enum Terminal {
    static func write(_ text: String, to descriptor: CInt = STDOUT_FILENO) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Whoever read this has gone; there is nobody left to tell.
            guard count > 0 else { return }
            done += count
        }
    }

    static func say(_ line: String) { write(line + "\n") }

    static func complain(_ line: String) { write("aftercare: \(line)\n", to: STDERR_FILENO) }

    static func complain(_ fault: any Fault) {
        complain("\(fault.description) [\(fault.code)]")
        if !fault.advice.isEmpty { write("  \(fault.advice)\n", to: STDERR_FILENO) }
    }

    /// Whether progress can be drawn over itself.
    static var isInteractive: Bool {
        isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Whether what is printed can be drawn over itself.
    static var isInteractiveOutput: Bool {
        isatty(STDOUT_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Whether more than ASCII can be shown, as the locale says (locale(7)).
    static var speaksUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(Environment.value).first { !$0.isEmpty } ?? ""
        return locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    }

    static var width: Int { columns(of: STDERR_FILENO) }

    static var outputWidth: Int { columns(of: STDOUT_FILENO) }

    private static func columns(of descriptor: CInt) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }

    /// Columns that line up, two spaces apart.
    static func table(_ rows: [[String]]) -> String {
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
