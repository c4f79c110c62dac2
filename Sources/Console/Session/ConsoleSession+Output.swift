import Platform
import Vocabulary

// What is shown: never wider than the terminal, never more at once than it holds, and cleaned of what could drive it.
extension ConsoleSession {
    /// Shows lines, and waits for a key whenever the terminal is full.
    func say(_ lines: String...) async throws(CommandEnd) { try await say(lines) }

    func say(_ lines: [String]) async throws(CommandEnd) {
        var output = ""
        for text in lines {
            for line in fitted(text) {
                if linesOnPage >= TerminalKind.rows - 1 {
                    try await send(output)
                    output = ""
                    try await askForMore()
                }
                output += line + "\r\n"
                linesOnPage += 1
            }
        }
        try await send(output)
    }

    /// Shows a text of several lines.
    func say(text: String) async throws(CommandEnd) { try await say([text]) }

    /// One line that does not count: what is told while something goes on by itself.
    func note(_ text: String) async throws(CommandEnd) {
        try await send(fitted(text).map { $0 + "\r\n" }.joined())
    }

    /// What was refused, why, its number, and what to do.
    func complain(_ fault: some Fault) async throws(CommandEnd) {
        let word = fault.kind == .refused ? "Refused" : fault.kind == .usage ? "Not understood" : "Failed"
        var lines = TextLayout.wrapped("\(word): \(fault.description) [\(fault.code)]", hanging: 2)
        if !fault.advice.isEmpty { lines += TextLayout.wrapped("  " + fault.advice, hanging: 2) }
        try await say(lines)
    }

    /// Sends what the terminal is to get as it is.
    func send(_ text: String) async throws(CommandEnd) { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws(CommandEnd) {
        do { try await writer.write(bytes) } catch { throw .closed(.lineLost(error.description)) }
    }

    private func fitted(_ text: String) -> [String] {
        terminal.characters.lines(text.isEmpty ? "\n" : text).flatMap { line in
            line.count <= TerminalKind.columns ? [line] : TextLayout.wrapped(line, hanging: 0)
        }
    }

    private func askForMore() async throws(CommandEnd) {
        let prompt = "-- more --"
        try await send(prompt)
        while true {
            guard let key = try await nextKey() else { continue }
            guard let lines = Self.lines(for: key) else { continue }
            let blank = String(repeating: " ", count: prompt.count)
            try await send("\r\(blank)\r")
            guard lines > 0 else {
                linesOnPage = 0
                throw .stopped
            }
            linesOnPage = max(0, TerminalKind.rows - 1 - lines)
            return
        }
    }

    /// How many lines more a key asks for; nil for one that means nothing here.
    private static func lines(for key: Key) -> Int? {
        switch key {
        case .character(" "), .character("f"): TerminalKind.rows - 1
        case .enter, .down: 1
        case .character("q"), .character("Q"), .interrupt, .endOfInput: 0
        default: nil
        }
    }
}
