package import Documents
import Hardware
package import Vocabulary

extension HealthPlan {
    /// Reads the text of a plan and refuses what contradicts itself; every refusal says line and column.
    package init(_ text: String, digest: Digest? = nil) throws(DocumentError) {
        self = try TOML.read(text, limit: Self.sizeLimit) { (fields) throws(DocumentError) in
            try HealthPlan(&fields, digest: digest)
        }
    }

    private init(_ fields: inout Fields, digest: Digest?) throws(DocumentError) {
        let interval = try fields.optionalSeconds("interval", in: 0.1...86400) ?? Self.standardInterval
        let slack = try fields.optionalSeconds("slack", in: 0...60) ?? min(.seconds(1), interval / 2)
        guard slack < interval else { throw fields.refuse("slack", "is not shorter than 'interval'") }
        var watches: [Watch] = []
        for (value, path) in try fields.optionalList("watch") {
            var watch = try Fields(value, at: path)
            watches.append(try Watch(&watch, interval: interval))
        }
        var limits: [Limit] = []
        for (value, path) in try fields.optionalList("limit", limit: Self.limitLimit) {
            var limit = try Fields(value, at: path)
            limits.append(try Limit(&limit))
        }
        var predictions: [PredictionRule] = []
        for (value, path) in try fields.optionalList("prediction", limit: 64) {
            var rule = try Fields(value, at: path)
            predictions.append(try PredictionRule(&rule))
        }
        var codes: Set<FindingCode> = []
        for (key, code) in limits.map({ ("limit", $0.code) }) + predictions.map({ ("prediction", $0.code) }) {
            guard codes.insert(code).inserted else { throw fields.refuse(key, "has the code '\(code)' twice") }
        }
        self.init(
            standard: Watch(interval: interval), watches: watches, limits: limits, predictions: predictions,
            slack: slack, windows: try fields.windows("statistics"), digest: digest)
    }
}

extension Watch {
    /// Without an interval of its own it has that of the plan.
    init(_ fields: inout Fields, interval standard: Duration) throws(DocumentError) {
        var indicators: [IndicatorPattern] = []
        for text in try fields.strings("indicators", limit: 64) {
            guard let pattern = IndicatorPattern(text) else {
                throw fields.refuse(
                    "indicators", "holds '\(text)', which is not 1 to 128 of a-z, 0-9, '.', '-' and '*'")
            }
            indicators.append(pattern)
        }
        guard !indicators.isEmpty else { throw fields.refuse("indicators", "is empty") }
        let interval = try fields.optionalSeconds("interval", in: 0.1...86400) ?? standard
        var severities: [Reading.Quality: Severity] = [:]
        for quality in Reading.Quality.allCases where quality != .good {
            severities[quality] = try fields.severity(quality.rawValue)
        }
        self.init(
            indicators: indicators, interval: interval, patience: try fields.optionalSeconds("hold", in: 0...604_800),
            code: try fields.optionalCode("code") ?? .reading, severities: severities)
        try fields.done()
    }
}

extension Limit {
    init(_ fields: inout Fields) throws(DocumentError) {
        let pattern = try fields.string("indicator")
        guard let indicators = IndicatorPattern(pattern) else {
            throw fields.refuse("indicator", "is not 1 to 128 of a-z, 0-9, '.', '-' and '*'")
        }
        let unitName = try fields.optionalString("unit", limit: 16)
        let unit = unitName.flatMap(MeasuredUnit.init(rawValue:))
        if let unitName, unit == nil {
            let known = MeasuredUnit.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields.refuse("unit", "is '\(unitName)', not one of \(known)")
        }
        let opensAfter = try fields.optionalSeconds("hold", in: 0...86400) ?? .zero
        self.init(
            code: try fields.code("code"), indicators: indicators, rule: try Rule(&fields), unit: unit,
            opensAfter: opensAfter,
            closesAfter: try fields.optionalSeconds("hold-closing", in: 0...86400) ?? opensAfter,
            sentence: try fields.sentence("sentence"),
            advice: try fields.optionalString("advice", limit: 500) ?? "")
        try fields.done()
    }
}

extension Limit.Rule {
    init(_ fields: inout Fields) throws(DocumentError) {
        if fields.optional("expected") != nil {
            let words = try fields.strings("expected", limit: 32)
            guard !words.isEmpty else { throw fields.refuse("expected", "is empty") }
            let name = try fields.optionalString("severity") ?? Severity.warning.rawValue
            guard let severity = Severity(rawValue: name) else {
                throw fields.refuse("severity", "is '\(name)', not 'warning' or 'alarm'")
            }
            self = .words(expected: words, severity: severity)
        } else {
            self = .thresholds(try Thresholds(&fields))
        }
    }
}

extension Thresholds {
    init(_ fields: inout Fields) throws(DocumentError) {
        self.init(
            warningAbove: try fields.optionalFinite("warning-above"),
            alarmAbove: try fields.optionalFinite("alarm-above"),
            warningBelow: try fields.optionalFinite("warning-below"),
            alarmBelow: try fields.optionalFinite("alarm-below"),
            clearBy: try fields.optionalFinite("clear-by") ?? 0)
        let high = [warningAbove, alarmAbove].compactMap { $0 }.min()
        let low = [warningBelow, alarmBelow].compactMap { $0 }.max()
        guard high != nil || low != nil else {
            throw fields.refuse("indicator", "has neither thresholds nor 'expected' words")
        }
        if let warningAbove, let alarmAbove, warningAbove > alarmAbove {
            throw fields.refuse("warning-above", "is \(warningAbove), beyond 'alarm-above', which is \(alarmAbove)")
        }
        if let warningBelow, let alarmBelow, warningBelow < alarmBelow {
            throw fields.refuse("warning-below", "is \(warningBelow), beyond 'alarm-below', which is \(alarmBelow)")
        }
        guard clearBy >= 0 else { throw fields.refuse("clear-by", "is \(clearBy), less than 0") }
        if let high, let low, high - clearBy <= low + clearBy {
            throw fields.refuse(
                "clear-by", "is \(clearBy), which leaves nothing clear between \(low) and \(high)")
        }
    }
}

extension PredictionRule {
    init(_ fields: inout Fields) throws(DocumentError) {
        let name = try fields.string("kind")
        guard let kind = Kind(rawValue: name) else {
            throw fields.refuse("kind", "is '\(name)', not 'storage' or 'battery'")
        }
        let days = 1.0...36500
        let warning = try fields.optionalDecimal("warning-days") ?? 180
        let alarm = try fields.optionalDecimal("alarm-days")
        let minimum = try fields.optionalDecimal("minimum-days") ?? 14
        let end = try fields.optionalFinite("end") ?? kind.standardEnd
        for (key, value) in [("warning-days", warning), ("alarm-days", alarm ?? 1), ("minimum-days", minimum)]
        where !days.contains(value) {
            throw fields.refuse(key, "is \(value), outside 1 to 36500 days")
        }
        if let alarm, alarm > warning {
            throw fields.refuse("alarm-days", "is \(alarm), beyond 'warning-days', which is \(warning)")
        }
        guard (1...100).contains(end) else { throw fields.refuse("end", "is \(end), outside 1 to 100 percent") }
        self.init(
            code: try fields.code("code"), kind: kind, indicator: try fields.indicator("indicator"),
            of: fields.optional("of") == nil ? nil : try fields.indicator("of"), end: end, warningDays: warning,
            alarmDays: alarm, minimumDays: minimum, sentence: try fields.sentence("sentence"),
            advice: try fields.optionalString("advice", limit: 500) ?? "")
        try fields.done()
    }
}

extension Fields {
    fileprivate mutating func code(_ key: String) throws(DocumentError) -> FindingCode {
        let text = try string(key)
        guard let code = FindingCode(text) else {
            throw refuse(key, "is '\(text)', not 'HF-' and one to six words of A-Z and 0-9, like HF-TEMP-CPU")
        }
        let taken = Reading.Quality.allCases.map(\.suffix)
        guard !taken.contains(where: { text.hasSuffix("-\($0)") }) else {
            throw refuse(key, "is '\(text)', which ends like the code of a reading")
        }
        return code
    }

    fileprivate mutating func optionalCode(_ key: String) throws(DocumentError) -> FindingCode? {
        optional(key) == nil ? nil : try code(key)
    }

    fileprivate mutating func indicator(_ key: String) throws(DocumentError) -> String {
        let text = try string(key)
        guard IndicatorPattern(text)?.isExact == true else {
            throw refuse(key, "is not the name of one indicator")
        }
        return text
    }

    fileprivate mutating func sentence(_ key: String) throws(DocumentError) -> String {
        let text = try string(key, limit: 200)
        guard !text.isEmpty, !text.hasSuffix(".") else { throw refuse(key, "is empty or ends with a full stop") }
        return text
    }

    /// Nil for `ignore`; a warning where nothing is said.
    fileprivate mutating func severity(_ key: String) throws(DocumentError) -> Severity? {
        let text = try optionalString(key) ?? Severity.warning.rawValue
        if text == "ignore" { return nil }
        guard let severity = Severity(rawValue: text) else {
            throw refuse(key, "is '\(text)', not 'ignore', 'warning' or 'alarm'")
        }
        return severity
    }

    fileprivate mutating func windows(_ key: String) throws(DocumentError) -> [StatisticsWindow.Span] {
        guard optional(key) != nil else { return [.hour, .month] }
        var spans: [StatisticsWindow.Span] = []
        for text in try strings(key, limit: 3) {
            guard let span = StatisticsWindow.Span(rawValue: text), !spans.contains(span) else {
                throw refuse(key, "holds '\(text)', which is not one of hour, day, month, each once")
            }
            spans.append(span)
        }
        return spans
    }
}
