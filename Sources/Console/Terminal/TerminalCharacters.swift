/// What a terminal can show; text from outside is made fit for it before it is printed.
package enum TerminalCharacters: String, Sendable, CaseIterable {
    case ascii
    case utf8

    /// The text as it may be shown on one line: a column for each character, no control characters of any kind.
    ///
    /// What moves the cursor, changes the order of reading or hides is a dot, what the terminal cannot show a question mark.
    package func shown(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { append(scalar, to: &result) }
        return String(result)
    }

    /// Text of several lines, each as `shown`.
    package func lines(_ text: String) -> [String] {
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { shown(String($0)) }
    }

    private func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x20..<0x7F: result.append(scalar)
        case 0x09: result.append(" ")
        case 0..<0x20, 0x7F..<0xA0: result.append(".")
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                .nonspacingMark, .enclosingMark, .spacingMark:
                result.append(".")
            default: appendVisible(scalar, to: &result)
            }
        }
    }

    private func appendVisible(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        switch self {
        // Beyond these blocks a character may take two columns, or none, depending on who draws it.
        case .utf8:
            let isNarrow =
                switch scalar.value {
                case 0xA0..<0x0590, 0x2010..<0x2028, 0x2030..<0x205F, 0x2070..<0x20D0, 0x2100..<0x2300,
                    0x2500..<0x25A0:
                    true
                default: false
                }
            result.append(isNarrow ? scalar : "?")
        case .ascii:
            switch scalar {
            case "°": break
            case "µ", "μ": result.append("u")
            case "²": result.append("2")
            case "Ω": result.append("R")
            case "–", "—", "−": result.append("-")
            case "‘", "’": result.append("'")
            case "“", "”", "„": result.append("\"")
            case "…": result.append(contentsOf: "...".unicodeScalars)
            case "\u{A0}": result.append(" ")
            default: result.append("?")
            }
        }
    }
}
