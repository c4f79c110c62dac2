import Commands
import Documents
import Hardware
import Health
import Vocabulary

/// Readings as a person and as a program see them.
enum HardwareTable {
    static func text(_ samples: [Sample]) -> String {
        var rows = [["NAME", "VALUE", "QUALITY", "WHY"]]
        for sample in samples {
            rows.append([
                sample.indicator.name, value(sample), sample.reading.quality.rawValue, sample.reading.reason ?? "",
            ])
        }
        return text(rows)
    }

    /// Columns that line up and fit the terminal: what does not fit of the last one is cut, and `--json` has it.
    static func text(_ rows: [[String]]) -> String {
        let width = Terminal.width(of: .output)
        return Terminal.table(rows).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line.count > width ? line.prefix(width - 1) + "…" : line
            while line.last == " " { line.removeLast() }
            return String(line)
        }.joined(separator: "\n")
    }

    static func json(_ samples: [Sample], of board: Board) -> JSON {
        .members([
            "board": .string(board.profile.name),
            "samples": .array(
                samples.map { sample in
                    .members([
                        "name": .string(sample.indicator.name), "unit": .string(sample.indicator.unit.rawValue),
                        "quality": .string(sample.reading.quality.rawValue), "value": json(sample.reading),
                        "reason": sample.reading.reason.map(JSON.string), "time": .number(sample.time),
                    ])
                }),
        ])
    }

    static func json(_ error: any Fault) -> JSON {
        var position: TextPosition?
        if case .malformed(_, let error)? = error as? HardwareError { position = error.position }
        if case .malformed(_, let error)? = error as? HealthError { position = error.position }
        return .members([
            "accepted": false,
            "fault": .members([
                "code": .string(error.code.description), "reason": .string(error.description),
                "advice": .string(error.advice), "line": position.map { .number($0.line) },
                "column": position.map { .number($0.column) },
            ]),
        ])
    }

    private static func json(_ reading: Reading) -> JSON? {
        switch reading {
        case .good(.number(let number)), .stale(.number(let number), _): .decimal(number)
        case .good(.word(let word)), .stale(.word(let word), _): .string(word)
        case .absent, .unreadable, .implausible: nil
        }
    }

    private static func value(_ sample: Sample) -> String {
        switch sample.reading {
        case .good(let value), .stale(let value, _): words(value, sample.indicator.unit)
        case .absent, .unreadable, .implausible: "-"
        }
    }

    private static func words(_ value: Reading.Value, _ unit: MeasuredUnit) -> String {
        switch value {
        case .word(let word): return word
        case .number(let number):
            if unit == .byte, number >= 0, number < 1e18 { return ByteCount(UInt64(number)).description }
            return unit.symbol.isEmpty ? rounded(number) : "\(rounded(number)) \(unit.symbol)"
        }
    }

    /// At most three places after the point, without zeros at the end.
    private static func rounded(_ number: Double) -> String {
        guard number.magnitude < 1e15 else { return "\(number)" }
        let thousandths = Int64((number * 1000).rounded())
        let (whole, rest) = (thousandths.magnitude / 1000, thousandths.magnitude % 1000)
        var text = (thousandths < 0 ? "-" : "") + String(whole)
        guard rest > 0 else { return text }
        var places = String(1000 + rest).dropFirst()
        while places.last == "0" { places.removeLast() }
        text += ".\(places)"
        return text
    }
}
