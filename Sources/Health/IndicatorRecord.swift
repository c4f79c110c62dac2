import Hardware
import Vocabulary

/// All that is known of one indicator.
struct IndicatorRecord: Sendable {
    let indicator: Indicator
    let watch: Watch
    let limits: [Limit]
    private(set) var latest: Sample?
    var windows: [StatisticsWindow]
    /// One for each of `limits`.
    var records: [FindingRecord]
    /// Only what is or was bad lately is here, so that a thousand good sensors cost nothing for it.
    var qualities: [Reading.Quality: FindingRecord] = [:]

    init(_ indicator: Indicator, _ plan: HealthPlan) {
        self.indicator = indicator
        let watch = plan.watch(for: indicator.name)
        self.watch = watch
        limits = plan.limits.filter { $0.indicators.matches(indicator.name) }
        records = limits.map { limit in
            FindingRecord(
                limit.code, indicator.name,
                LimitState.Holds(opening: limit.opensAfter, closing: limit.closesAfter, patience: watch.patience))
        }
        windows = indicator.unit == .word ? [] : plan.windows.map { StatisticsWindow($0) }
    }

    mutating func take(_ sample: Sample, second: Double, wall: Timestamp) -> [FindingEvent] {
        latest = sample
        var events = takeQuality(sample, wall: wall)
        guard case .good(let value) = sample.reading else { return events }
        if case .number(let number) = value {
            for index in windows.indices { windows[index].add(number, at: second) }
        }
        for index in limits.indices {
            guard let evidence = limits[index].evidence(value, sample, wall) else { continue }
            if let event = records[index].take(evidence) { events.append(event) }
        }
        return events
    }

    private mutating func takeQuality(_ sample: Sample, wall: Timestamp) -> [FindingEvent] {
        let quality = sample.reading.quality
        guard quality != .good || !qualities.isEmpty else { return [] }
        if quality != .good, watch.severities[quality] != nil, qualities[quality] == nil {
            qualities[quality] = qualityRecord(quality)
        }
        var events: [FindingEvent] = []
        for kept in Reading.Quality.allCases where qualities[kept] != nil {
            let evidence = FindingRecord.Evidence(
                verdict: Verdict(kept == quality ? watch.severities[kept] : nil), time: sample.time, wall: wall,
                value: nil, excess: nil, reason: { [indicator] in sample.reading.sentence(about: indicator.name) },
                advice: kept.advice)
            if let event = qualities[kept]?.take(evidence) { events.append(event) }
            if qualities[kept]?.state.isFresh == true { qualities[kept] = nil }
        }
        return events
    }

    func qualityRecord(_ quality: Reading.Quality) -> FindingRecord {
        FindingRecord(
            watch.code.adding(quality.suffix), indicator.name,
            LimitState.Holds(opening: watch.patience, closing: watch.patience, patience: watch.patience))
    }

    var findings: [Finding] { records.compactMap(\.finding) + qualities.values.compactMap(\.finding) }
}

extension Limit {
    /// What a value says about this limit; nil for a value of a kind that it does not judge.
    fileprivate func evidence(
        _ value: Reading.Value, _ sample: Sample, _ wall: Timestamp
    ) -> FindingRecord.Evidence? {
        let (verdict, excess): (Verdict, Double?)
        switch (rule, value) {
        case (.thresholds(let thresholds), .number(let number)):
            (verdict, excess) = (thresholds.verdict(on: number), thresholds.excess(of: number))
        case (.words(let expected, let severity), .word(let word)):
            (verdict, excess) = (Verdict(expected.contains(word) ? nil : severity), nil)
        default:
            return nil
        }
        return FindingRecord.Evidence(
            verdict: verdict, time: sample.time, wall: wall, value: value, excess: excess,
            reason: { reason(value, sample.indicator) }, advice: advice)
    }

    private func reason(_ value: Reading.Value, _ indicator: Indicator) -> String {
        let seen = MeasuredValue(value, indicator.unit)
        switch (rule, value) {
        case (.words(let expected, _), _):
            return "\(sentence): it is '\(seen)', expected is \(expected.joined(separator: " or "))"
        case (.thresholds(let thresholds), .number(let number)):
            for severity in Severity.allCases.reversed() {
                if let above = thresholds.above(severity), number > above {
                    return "\(sentence): \(seen), above \(MeasuredValue(.number(above), indicator.unit))"
                }
                if let below = thresholds.below(severity), number < below {
                    return "\(sentence): \(seen), below \(MeasuredValue(.number(below), indicator.unit))"
                }
            }
            return "\(sentence): \(seen)"
        case (.thresholds, .word): return sentence
        }
    }
}

extension Reading {
    fileprivate func sentence(about name: String) -> String {
        let reason = reason.map { ": \($0)" } ?? ""
        return switch self {
        case .good: "\(name) can be read"
        case .stale: "\(name) does not change any more\(reason)"
        case .absent: "\(name) is not there"
        case .unreadable: "\(name) cannot be read\(reason)"
        case .implausible: "\(name) gives values that cannot be\(reason)"
        }
    }
}

extension Reading.Quality {
    fileprivate var advice: String {
        switch self {
        case .good: ""
        case .absent: "Check that the part is fitted and plugged in."
        case .stale, .unreadable, .implausible: "Check the sensor and its wiring; restart the device if it stays so."
        }
    }
}
