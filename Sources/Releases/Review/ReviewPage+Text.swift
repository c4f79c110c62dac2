import Vocabulary

extension ReviewPage {
    /// The page for a terminal or a pager, in lines of at most `width` columns where words allow it.
    package func text(width: Int = 100) -> String {
        var lines = [title, String(repeating: "=", count: max(title.count, 8)), ""]
        lines += ["What is signed has the SHA-256", "  \(digest)", ""]
        for section in sections {
            lines += [section.title, String(repeating: "-", count: section.title.count)]
            for item in section.items { Self.write(item, 0, max(width, 60), into: &lines) }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    private static let column = 40

    private static func write(_ item: Item, _ level: Int, _ width: Int, into lines: inout [String]) {
        let indent = String(repeating: "  ", count: level)
        switch item {
        case .group(let label, let items):
            lines.append(indent + label.text)
            for item in items { write(item, level + 1, width, into: &lines) }
        case .value(let label, let values):
            let head = indent + label.text
            let start = max(column, indent.count + 8)
            var isFirst = head.count < start - 1
            // A label that is too long has a line to itself.
            if !isFirst { lines.append(head) }
            for value in values {
                for line in wrapped(value, width - start) {
                    let margin = isFirst ? head + spaces(start - head.count) : spaces(start)
                    lines.append(margin + line)
                    isFirst = false
                }
            }
        }
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    /// Breaks at spaces; a word that is longer than a line, such as a digest, stays whole.
    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }
}
