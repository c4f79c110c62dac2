package import Platform

/// A QR code in characters, for a terminal that is light on dark as most are: what is drawn is the code's light part.
package enum QRCodeText {
    /// Modules of light around it (ISO/IEC 18004 §6.3.8).
    private static let margin = 4

    /// Two rows a line by half blocks, or two columns of ASCII for each module.
    package static func lines(_ code: QRCode, _ characters: TerminalCharacters) -> [String] {
        let range = -margin..<(code.size + margin)
        switch characters {
        case .ascii:
            return range.map { row in range.map { code.isDark(row, $0) ? "  " : "##" }.joined() }
        case .utf8:
            return stride(from: range.lowerBound, to: range.upperBound, by: 2).map { row in
                range.map { column in
                    switch (code.isDark(row, column), row + 1 >= range.upperBound || code.isDark(row + 1, column)) {
                    case (true, true): " "
                    case (true, false): "▄"
                    case (false, true): "▀"
                    case (false, false): "█"
                    }
                }.joined()
            }
        }
    }

    /// Columns that it takes.
    package static func width(_ code: QRCode, _ characters: TerminalCharacters) -> Int {
        (code.size + 2 * margin) * (characters == .ascii ? 2 : 1)
    }
}
