/// Text in lines and columns that keep within a width.
package enum TextLayout {
    package static let standardWidth = 80

    /// Lines of at most `width` columns, broken at spaces; all but the first are indented by `hanging`, a longer word is cut.
    package static func wrapped(_ text: String, width: Int = standardWidth, hanging: Int = 0) -> [String] {
        var lines: [String] = []
        var line = String(text.prefix { $0 == " " }.prefix(width / 2))
        var isEmpty = true
        let indent = String(repeating: " ", count: min(hanging, width / 2))
        for word in text.split(whereSeparator: \.isWhitespace) {
            var rest = word
            while true {
                let gap = isEmpty ? 0 : 1
                if line.count + gap + rest.count <= width {
                    line += (isEmpty ? "" : " ") + rest
                    isEmpty = false
                    break
                }
                if isEmpty {
                    let room = width - line.count
                    lines.append(line + rest.prefix(room))
                    rest = rest.dropFirst(room)
                } else {
                    lines.append(line)
                }
                (line, isEmpty) = (indent, true)
                if rest.isEmpty { break }
            }
        }
        if !isEmpty || lines.isEmpty { lines.append(isEmpty ? "" : line) }
        return lines
    }

    /// Columns that line up, two spaces apart; the last one goes on below itself where it does not fit into `width`.
    ///
    /// Without a width nothing is broken.
    package static func table(_ rows: [[String]], width: Int? = nil) -> String {
        let widths = columnWidths(rows, width)
        return rows.map { row in
            var head = ""
            for (column, cell) in row.dropLast().enumerated() {
                let room = widths[column]
                let cut = cell.count > room ? cell.prefix(max(0, room - 1)) + "~" : cell[...]
                head += cut + String(repeating: " ", count: room - cut.count + 2)
            }
            let last = row.last ?? ""
            guard let width else { return trimmed(head + last) + "\n" }
            let indent = String(repeating: " ", count: head.count)
            return wrapped(last, width: max(1, width - head.count)).enumerated().map { number, part in
                trimmed((number == 0 ? head : indent) + part) + "\n"
            }.joined()
        }.joined()
    }

    private static func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    private static func columnWidths(_ rows: [[String]], _ width: Int?) -> [Int] {
        let count = rows.map(\.count).max() ?? 0
        var widths = [Int](repeating: 0, count: count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        guard let width, count > 1 else { return widths }
        // The last column gets twenty columns at least; the widest of the others gives them.
        let last = min(widths[count - 1], 20)
        let room = width - last - 2 * (count - 1)
        while widths.dropLast().reduce(0, +) > room,
            let widest = widths.dropLast().indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 4
        {
            widths[widest] = max(4, widths[widest] - (widths.dropLast().reduce(0, +) - room))
        }
        return widths
    }
}
