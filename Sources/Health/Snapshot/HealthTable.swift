import Hardware
import Vocabulary

/// A snapshot as lines of text that fit a terminal of 80 columns, for a technician's eyes.
package struct HealthTable: Sendable {
    package static let standardWidth = 80

    private let snapshot: HealthSnapshot
    private let width: Int
    private let isPlain: Bool

    /// A plain table is made of ASCII alone, for terminals that know nothing else.
    package init(_ snapshot: HealthSnapshot, width: Int = HealthTable.standardWidth, isPlain: Bool = false) {
        self.snapshot = snapshot
        self.width = max(width, Self.standardWidth)
        self.isPlain = isPlain
    }

    private static let (valueWidth, stateWidth, trendWidth, sinceWidth) = (13, 5, 10, 16)

    /// A change an hour that was seen for less than this would be any number.
    private static let trendSeconds = 600.0

    private var nameWidth: Int {
        let longest = snapshot.indicators.map(\.indicator.name.count).max() ?? 0
        let rest = Self.valueWidth + Self.stateWidth + Self.trendWidth + Self.sinceWidth + 4
        return max(9, min(longest, width - rest))
    }

    package var text: String {
        var lines = ["Health: \(word(snapshot.state)) at \(snapshot.time)", ""]
        lines.append(row("INDICATOR", "VALUE", "STATE", "TREND", "SINCE"))
        for indicator in snapshot.indicators {
            lines.append(
                row(
                    indicator.indicator.name, value(indicator), word(indicator.state), trend(indicator),
                    indicator.since.map(moment) ?? ""))
        }
        if !snapshot.findings.isEmpty {
            lines += ["", "FINDINGS"] + snapshot.findings.flatMap(self.lines)
        }
        if !snapshot.predictions.isEmpty {
            lines += ["", "PREDICTIONS"]
            for prediction in snapshot.predictions {
                let percent = prediction.percent.map { " at \(MeasuredValue.decimal($0)) %" } ?? ""
                lines += wrapped("\(prediction.indicator)\(percent): \(prediction.outlook.words)", indent: 2)
            }
        }
        return lines.map { plain($0) + "\n" }.joined()
    }

    private func row(_ name: String, _ value: String, _ state: String, _ trend: String, _ since: String) -> String {
        let cells = [
            padded(shortened(name, to: nameWidth), nameWidth), padded(value, Self.valueWidth),
            padded(state, Self.stateWidth), padded(trend, Self.trendWidth), since,
        ]
        let line = cells.joined(separator: " ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private func padded(_ text: String, _ width: Int) -> String {
        let text = plain(text)
        let short = text.count > width ? text.prefix(width - 1) + "~" : text[...]
        return short + String(repeating: " ", count: width - short.count)
    }

    /// Both ends of a name say more than its middle.
    private func shortened(_ name: String, to width: Int) -> String {
        guard name.count > width else { return name }
        let head = (width - 1) / 2
        return name.prefix(head) + "~" + name.suffix(width - 1 - head)
    }

    private func word(_ state: HealthState) -> String {
        switch state {
        case .ok: "ok"
        case .unknown: "?"
        case .warning: "WARN"
        case .alarm: "ALARM"
        }
    }

    private func value(_ indicator: IndicatorHealth) -> String {
        switch indicator.reading {
        case nil: "-"
        case .good(let value), .stale(let value, _):
            MeasuredValue(value, indicator.indicator.unit).description
                + (indicator.reading?.quality == .stale ? " old" : "")
        case .absent: "absent"
        case .unreadable: "unreadable"
        case .implausible: "implausible"
        }
    }

    /// The slope of the shortest window; level where it is less than 2 % of the mean an hour.
    private func trend(_ indicator: IndicatorHealth) -> String {
        guard let statistics = indicator.statistics.first, let slope = statistics.slopePerHour,
            Double(statistics.count) * indicator.interval >= Self.trendSeconds
        else { return "" }
        guard slope.magnitude >= 0.02 * max(statistics.mean.magnitude, 1e-9) else { return "level" }
        return (slope > 0 ? "+" : "") + MeasuredValue.decimal(slope) + "/h"
    }

    private func moment(_ time: Timestamp) -> String {
        let text = time.description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    private func lines(of finding: Finding) -> [String] {
        let again = finding.reopenings > 0 ? ", again (\(finding.reopenings))" : ""
        let title = "\(finding.code), \(finding.indicator), since \(moment(finding.opened))\(again)"
        let text = [title, finding.reason + ".", finding.advice].flatMap { wrapped($0, indent: 6) }
        let severity = padded(word(HealthState(finding.severity)), Self.stateWidth) + " "
        return text.enumerated().map { $0 == 0 ? severity + $1.dropFirst(severity.count) : $1 }
    }

    /// Lines of at most the table's width, broken at spaces; a longer word is cut.
    private func wrapped(_ text: String, indent: Int) -> [String] {
        let room = width - indent
        var (lines, line) = ([String](), "")
        for word in text.split(whereSeparator: \.isWhitespace) {
            var rest = word
            while rest.count > room {
                if !line.isEmpty { lines.append(line) }
                line = ""
                lines.append(String(rest.prefix(room)))
                rest = rest.dropFirst(room)
            }
            if !line.isEmpty, line.count + 1 + rest.count > room {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + rest
        }
        if !line.isEmpty { lines.append(line) }
        return lines.map { String(repeating: " ", count: indent) + $0 }
    }

    /// The units that ASCII has no signs for, in letters of the same length or shorter; all else that it lacks is a question mark.
    private func plain(_ line: String) -> String {
        let visible = String(line.map { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? "?" : $0 })
        guard isPlain else { return visible }
        return String(
            visible.flatMap { character -> String in
                switch character {
                case "°": ""
                case "²": "2"
                case "Ω": "R"
                default: character.isASCII ? String(character) : "?"
                }
            })
    }
}
