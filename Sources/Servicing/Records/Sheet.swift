/// Plain ASCII lines of at most 79 columns, for a terminal of 80 and any printer.
struct Sheet {
    private static let width = 79
    private static let label = 16

    private var lines: [String] = []

    var text: String { lines.map { $0 + "\n" }.joined() }

    mutating func title(_ name: String, _ number: String) {
        lines += [name + String(repeating: " ", count: max(1, Self.width - name.count - number.count)) + number]
        lines += [String(repeating: "=", count: Self.width)]
    }

    mutating func heading(_ name: String) { lines += ["", name, String(repeating: "-", count: name.count)] }

    /// A label and what stands behind it, on as many lines as it needs.
    mutating func entry(_ label: String, _ text: String) {
        let name = label.plain + ":"
        let space = String(repeating: " ", count: Self.label)
        for (index, line) in Self.wrapped(text, Self.width - Self.label).enumerated() {
            let start = index == 0 ? name + String(repeating: " ", count: max(1, Self.label - name.count)) : space
            lines.append(start + line)
        }
    }

    /// A line, and under it, indented, what belongs to it.
    mutating func line(_ text: String, continued: String = "") {
        lines += Self.wrapped(text, Self.width)
        if !continued.isEmpty { lines += Self.wrapped(continued, Self.width - 4).map { "    " + $0 } }
    }

    /// Room to write by hand.
    mutating func blank(_ label: String) {
        lines += ["", label + " " + String(repeating: "_", count: max(8, Self.width - label.count - 1))]
    }

    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        var wrapped: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in String(paragraph).plain.split(separator: " ") {
                var word = word
                if !line.isEmpty, line.count + 1 + word.count > width {
                    wrapped.append(line)
                    line = ""
                }
                while word.count > width {
                    wrapped.append(String(word.prefix(width)))
                    word = word.dropFirst(width)
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            wrapped.append(line)
        }
        return wrapped
    }
}
