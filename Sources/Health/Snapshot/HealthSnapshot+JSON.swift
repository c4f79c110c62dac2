package import Documents
import Hardware
import Vocabulary

extension HealthSnapshot {
    /// The members are stable (`docs/health.md`): only new ones are added.
    package var json: JSON {
        [
            "format": 1, "time": .string(time.description), "state": .string(state.rawValue),
            "indicators": .array(indicators.map(\.json)), "findings": .array(findings.map(\.json)),
            "closed": .array(closed.map(\.json)), "predictions": .array(predictions.map(\.json)),
        ]
    }

    /// Reads what `json` wrote, by this agent or a newer one.
    package init(_ json: JSON) throws(DocumentError) {
        var fields = try Fields(json)
        var indicators: [IndicatorHealth] = []
        for (value, path) in try fields.list("indicators", limit: 65536) {
            indicators.append(try IndicatorHealth(try Fields(value, at: path)))
        }
        var predictions: [PredictionHealth] = []
        for (value, path) in try fields.list("predictions", limit: 65536) {
            predictions.append(try PredictionHealth(try Fields(value, at: path)))
        }
        self.init(
            time: try fields.timestamp("time"), indicators: indicators, findings: try fields.findings("findings"),
            closed: try fields.findings("closed"), predictions: predictions)
    }
}

extension IndicatorHealth {
    fileprivate var json: JSON {
        var value: JSON?
        if case .good(let seen) = reading { value = seen.json }
        if case .stale(let seen, _) = reading { value = seen.json }
        var staleness: JSON?
        if case .stale(_, let age) = reading { staleness = .number(age.components.seconds) }
        return .members([
            "name": .string(indicator.name), "unit": .string(indicator.unit.rawValue),
            "quality": reading.map { .string($0.quality.rawValue) }, "value": value, "unchanged-seconds": staleness,
            "reason": reading?.failure.map(JSON.string), "age-seconds": age.map(JSON.decimal),
            "state": .string(state.rawValue), "since": since.map { .string($0.description) },
            "interval-seconds": .decimal(interval), "statistics": .array(statistics.map(\.json)),
            "limits": .array(limits.map(\.json)),
        ])
    }

    fileprivate init(_ fields: consuming Fields) throws(DocumentError) {
        guard let unit = MeasuredUnit(rawValue: try fields.string("unit")) else {
            throw fields.refuse("unit", "is no unit")
        }
        guard let state = HealthState(rawValue: try fields.string("state")) else {
            throw fields.refuse("state", "is no state")
        }
        var statistics: [StatisticsSummary] = []
        for (value, path) in try fields.optionalList("statistics", limit: 16) {
            statistics.append(try StatisticsSummary(try Fields(value, at: path)))
        }
        var limits: [LimitHealth] = []
        for (value, path) in try fields.optionalList("limits", limit: HealthPlan.limitLimit) {
            limits.append(try LimitHealth(try Fields(value, at: path)))
        }
        self.init(
            indicator: Indicator(name: try fields.string("name"), unit: unit), reading: try Reading(&fields),
            age: try fields.optionalDecimal("age-seconds"), state: state,
            since: fields.optional("since") == nil ? nil : try fields.timestamp("since"),
            interval: try fields.optionalDecimal("interval-seconds") ?? 0, statistics: statistics, limits: limits)
    }
}

extension Reading {
    /// What an unreadable or implausible reading said; nil where the quality says all.
    fileprivate var failure: String? {
        switch self {
        case .unreadable(let reason), .implausible(let reason): reason
        default: nil
        }
    }

    fileprivate init?(_ fields: inout Fields) throws(DocumentError) {
        guard let name = try fields.optionalString("quality") else { return nil }
        guard let quality = Quality(rawValue: name) else { throw fields.refuse("quality", "is no quality") }
        switch quality {
        case .good: self = .good(try Value(try fields.value("value"), at: fields.name("value")))
        case .stale:
            let value = try Value(try fields.value("value"), at: fields.name("value"))
            self = .stale(value, age: .seconds(try fields.integer("unchanged-seconds")))
        case .absent: self = .absent
        case .unreadable: self = .unreadable(reason: try fields.string("reason", limit: 1024))
        case .implausible: self = .implausible(reason: try fields.string("reason", limit: 1024))
        }
    }
}

extension StatisticsSummary {
    fileprivate var json: JSON {
        .members([
            "window": .string(span.rawValue), "count": .number(count), "min": .decimal(minimum),
            "max": .decimal(maximum),
            "mean": .decimal(mean), "p50": .decimal(median), "p95": .decimal(percentile95),
            "p99": .decimal(percentile99), "slope-per-hour": slopePerHour.map(JSON.decimal),
        ])
    }

    fileprivate init(_ fields: consuming Fields) throws(DocumentError) {
        guard let span = StatisticsWindow.Span(rawValue: try fields.string("window")) else {
            throw fields.refuse("window", "is no window")
        }
        self.init(
            span: span, count: Int(try fields.integer("count")), minimum: try fields.decimal("min"),
            maximum: try fields.decimal("max"), mean: try fields.decimal("mean"), median: try fields.decimal("p50"),
            percentile95: try fields.decimal("p95"), percentile99: try fields.decimal("p99"),
            slopePerHour: try fields.optionalDecimal("slope-per-hour"))
    }
}

extension LimitHealth {
    fileprivate var json: JSON {
        let state: KeyValuePairs<String, JSON?>
        switch rule {
        case .thresholds(let thresholds):
            state = [
                "code": .string(code.description), "phase": .string(phase.rawValue),
                "warning-above": thresholds.warningAbove.map(JSON.decimal),
                "alarm-above": thresholds.alarmAbove.map(JSON.decimal),
                "warning-below": thresholds.warningBelow.map(JSON.decimal),
                "alarm-below": thresholds.alarmBelow.map(JSON.decimal), "clear-by": .decimal(thresholds.clearBy),
            ]
        case .words(let expected, let severity):
            state = [
                "code": .string(code.description), "phase": .string(phase.rawValue), "expected": .strings(expected),
                "severity": .string(severity.rawValue),
            ]
        }
        return .members(state)
    }

    fileprivate init(_ fields: consuming Fields) throws(DocumentError) {
        guard let code = FindingCode(try fields.string("code")) else { throw fields.refuse("code", "is no code") }
        guard let phase = LimitState.Phase(rawValue: try fields.string("phase")) else {
            throw fields.refuse("phase", "is no phase")
        }
        self.init(code: code, rule: try Limit.Rule(&fields), phase: phase)
    }
}

extension PredictionHealth {
    fileprivate var json: JSON {
        var (days, earliest, latest, reason): (Double?, Double?, Double?, String?)
        switch outlook {
        case .notYetKnown(let why): reason = why
        case .steady, .reached: break
        case .beyond(let least): days = least
        case .left(let best, let soonest, let last): (days, earliest, latest) = (best, soonest, last)
        }
        return .members([
            "code": .string(code.description), "kind": .string(kind.rawValue), "indicator": .string(indicator),
            "percent": percent.map(JSON.decimal), "outlook": .string(outlook.name), "reason": reason.map(JSON.string),
            "days": days.map(JSON.decimal), "earliest-days": earliest.map(JSON.decimal),
            "latest-days": latest.map(JSON.decimal),
        ])
    }

    fileprivate init(_ fields: consuming Fields) throws(DocumentError) {
        guard let code = FindingCode(try fields.string("code")) else { throw fields.refuse("code", "is no code") }
        guard let kind = PredictionRule.Kind(rawValue: try fields.string("kind")) else {
            throw fields.refuse("kind", "is no kind of prediction")
        }
        let outlook: Outlook
        switch try fields.string("outlook") {
        case "not-yet-known": outlook = .notYetKnown(reason: try fields.string("reason"))
        case "steady": outlook = .steady
        case "beyond": outlook = .beyond(days: try fields.decimal("days"))
        case "left":
            outlook = .left(
                days: try fields.decimal("days"), earliest: try fields.decimal("earliest-days"),
                latest: try fields.optionalDecimal("latest-days"))
        case "reached": outlook = .reached
        default: throw fields.refuse("outlook", "is no outlook")
        }
        self.init(
            code: code, kind: kind, indicator: try fields.string("indicator"),
            percent: try fields.optionalDecimal("percent"), outlook: outlook)
    }
}

extension Outlook {
    /// One word, stable, for JSON.
    fileprivate var name: String {
        switch self {
        case .notYetKnown: "not-yet-known"
        case .steady: "steady"
        case .beyond: "beyond"
        case .left: "left"
        case .reached: "reached"
        }
    }
}

extension Fields {
    fileprivate mutating func decimal(_ key: String) throws(DocumentError) -> Double {
        guard let number = try optionalDecimal(key) else { throw .missing(name(key)) }
        return number
    }
}
