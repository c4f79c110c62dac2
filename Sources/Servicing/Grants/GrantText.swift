/// A grant as people see, paste and type it: numbered lines of five groups of five letters and two check letters.
///
/// ```
/// 1: 2RZK4 0D7YQ 3000F 6G9MC 8B2TD 7X
/// 2: 91XNE ...
/// 5: ... 0K.
/// ```
/// Each line's check letters cover its number too, so a line that is mistyped, left out or in the wrong place is named.
enum GrantText {
    static let maximumLength = 8 << 10
    static let lineSymbols = 25
    static let checkSymbols = 2
    private static let groupSymbols = 5

    static func text(of bytes: [UInt8]) -> String {
        let symbols = Symbols.encode(bytes)
        let count = (symbols.count + lineSymbols - 1) / lineSymbols
        let width = String(count).count
        let lines = (1...max(1, count)).map { number in
            let data = Array(symbols[(number - 1) * lineSymbols..<min(number * lineSymbols, symbols.count)])
            let groups = stride(from: 0, to: data.count, by: groupSymbols).map {
                Symbols.text(data[$0..<min($0 + groupSymbols, data.count)])
            }
            let label = String(repeating: " ", count: width - String(number).count) + "\(number):"
            return "\(label) \((groups + [Symbols.text(check(data, line: number))]).joined(separator: " "))"
        }
        return lines.joined(separator: "\n") + "."
    }

    private static func check(_ data: [UInt8], line: Int) -> [UInt8] {
        CheckSymbols.two([UInt8(line / 32 & 31), UInt8(line & 31)] + data)
    }

    /// Takes any line breaks, prompts up to a `>` before the text, and lines without numbers.
    static func bytes(in text: String) throws(ServiceError) -> [UInt8] {
        guard text.utf8.count <= maximumLength else { throw .grantTooLong(limit: maximumLength) }
        var reader = Reader()
        for line in text.split(whereSeparator: \.isNewline) where try reader.read(line) {
            break
        }
        let lines = try reader.whole()
        var symbols: [UInt8] = []
        for (number, line) in lines.enumerated() {
            let isLast = number == lines.count - 1
            guard line.count == lineSymbols + checkSymbols || isLast && line.count > checkSymbols else {
                throw .lineMistyped(
                    number + 1, reason: "it has \(line.count) letters, not \(lineSymbols + checkSymbols)")
            }
            let data = Array(line.dropLast(checkSymbols))
            guard check(data, line: number + 1) == Array(line.suffix(checkSymbols)) else {
                throw .lineMistyped(number + 1, reason: "its check letters are not right")
            }
            symbols += data
        }
        // Every line is right in itself, so what does not end with a byte lacks lines.
        guard let bytes = Symbols.decode(symbols) else { throw .grantIncomplete }
        return bytes
    }

    /// Sorts symbols by the line that they stand in.
    private struct Reader {
        /// By number, where the lines are numbered.
        private var numbered: [Int: [UInt8]] = [:]
        private var current: Int?
        /// What stood before the first number.
        private var loose: [UInt8] = []

        /// Whether the point was read that ends a grant.
        mutating func read(_ line: Substring) throws(ServiceError) -> Bool {
            let text = line.lastIndex(of: ">").map { line[line.index(after: $0)...] } ?? line
            var parts = text.split(separator: ":", omittingEmptySubsequences: false)[...]
            while parts.count > 1, let part = parts.popFirst() {
                // Before a colon stands the number of a line, or a prompt such as "grant".
                let label = part.split(whereSeparator: \.isWhitespace).last ?? ""
                guard let number = Self.number(label) else { continue }
                // Lines that were run together: what is before the number belongs to the line before.
                if current != nil, try take(part[..<label.startIndex]) { return true }
                try begin(number)
            }
            return try take(parts.first ?? "")
        }

        private mutating func take(_ text: Substring) throws(ServiceError) -> Bool {
            for scalar in text.unicodeScalars {
                if scalar == "." { return true }
                guard !Symbols.isSeparator(scalar) else { continue }
                guard let value = Symbols.value(scalar) else {
                    let line = current ?? loose.count / (lineSymbols + checkSymbols) + 1
                    throw .lineMistyped(line, reason: "'\(Character(scalar).printable)' is no letter of it")
                }
                if let current { numbered[current, default: []].append(value) } else { loose.append(value) }
            }
            return false
        }

        private static func number(_ word: Substring) -> Int? {
            let digits = word.utf8.map(Symbols.folded)
            guard (1...3).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        private mutating func begin(_ number: Int) throws(ServiceError) {
            guard numbered[number] == nil else { throw .lineMistyped(number, reason: "it is there twice") }
            guard number > 0 else { throw .lineMistyped(number, reason: "lines are counted from 1") }
            numbered[number] = []
            current = number
        }

        func whole() throws(ServiceError) -> [[UInt8]] {
            guard let last = numbered.keys.max() else { return try cut() }
            guard loose.isEmpty else { throw .lineMistyped(1, reason: "something stands before it") }
            var lines: [[UInt8]] = []
            for number in 1...last {
                guard let line = numbered[number] else { throw .lineMissing(number) }
                lines.append(line)
            }
            return lines
        }

        private func cut() throws(ServiceError) -> [[UInt8]] {
            guard !loose.isEmpty else { throw .grantMalformed("there is nothing") }
            let length = lineSymbols + checkSymbols
            return stride(from: 0, to: loose.count, by: length).map { Array(loose[$0..<min($0 + length, loose.count)]) }
        }
    }
}

extension Grant {
    /// The lines that are pasted or typed.
    package func text() throws(ServiceError) -> String {
        let text = GrantText.text(of: bytes)
        guard text.utf8.count <= GrantText.maximumLength else { throw .grantTooLong(limit: GrantText.maximumLength) }
        return text
    }

    /// Reads what `text` writes, as somebody typed or pasted it.
    package init(text: String) throws(ServiceError) { try self.init(bytes: try GrantText.bytes(in: text)) }

    /// Whether a text that is still being typed has come to its end.
    package static func isComplete(_ text: String) -> Bool {
        text.utf8.count > GrantText.maximumLength || text.contains(".")
    }
}
