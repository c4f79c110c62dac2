package import Hardware
package import Vocabulary

/// What turns readings into statistics, findings and predictions: a plain value, which knows no machine and no clock.
///
/// How it works: every sample is taken into the record of its indicator, which keeps statistics and moves the state of each limit. Holds
/// run on the boot clock that the samples carry, findings are dated by the wall clock, statistics and predictions by a
/// `Timeline` that never goes back. What has to outlive the process is written and read by `HealthMonitor+State.swift`.
package struct HealthMonitor: Sendable {
    /// How many findings that are over are shown.
    package static let closedLimit = 32

    package let plan: HealthPlan
    var records: [IndicatorRecord]
    var predictions: [PredictionRecord]
    var closed: [Finding] = []
    var timeline = Timeline()
    let places: [String: Int]

    /// Watches these indicators of a board; the last of two with the same name counts.
    package init(plan: HealthPlan, indicators: [Indicator]) {
        self.plan = plan
        records = indicators.map { IndicatorRecord($0, plan) }
        predictions = plan.predictions.map { PredictionRecord($0) }
        places = Dictionary(indicators.enumerated().map { ($1.name, $0) }) { _, last in last }
    }

    package var indicators: [Indicator] { records.map(\.indicator) }

    /// Takes what was read, oldest first, and says which findings changed; samples of unknown indicators are let be.
    package mutating func take(_ samples: [Sample], at wall: Timestamp) -> [FindingEvent] {
        var events: [FindingEvent] = []
        for sample in samples {
            guard let place = places[sample.indicator.name] else { continue }
            let sample = sample.checked(against: records[place].indicator)
            let (second, shift) = timeline.second(of: sample.time, wall: wall)
            if let shift { move(by: shift) }
            events += records[place].take(sample, second: second, wall: wall)
            guard let number = sample.reading.number else { continue }
            for index in predictions.indices {
                if let event = predictions[index].take(sample, number, second: second, wall: wall) {
                    events.append(event)
                }
            }
        }
        for event in events where event.change == .closed { remember(event.finding) }
        return events
    }

    /// What is open now, the gravest first, then the oldest.
    package var findings: [Finding] {
        (records.flatMap(\.findings) + predictions.compactMap(\.record.finding)).sorted { left, right in
            if left.severity != right.severity { return left.severity > right.severity }
            if left.opened != right.opened { return left.opened < right.opened }
            return (left.code.description, left.indicator) < (right.code.description, right.indicator)
        }
    }

    mutating func remember(_ finding: Finding) {
        closed.append(finding)
        if closed.count > Self.closedLimit { closed.removeFirst() }
    }

    private mutating func move(by seconds: Double) {
        for record in records.indices {
            for window in records[record].windows.indices { records[record].windows[window].shift(by: seconds) }
        }
        for index in predictions.indices { predictions[index].shift(by: seconds) }
    }
}

extension Sample {
    /// Beyond this a number cannot be told exactly (RFC 8259 §6).
    private static let largest = 9_007_199_254_740_991.0

    /// A number that is none, a word where a number belongs and text that would spoil a terminal go no further, whoever made them.
    fileprivate func checked(against known: Indicator) -> Sample {
        switch reading {
        case .good(.number(let number)) where !(number.magnitude < Self.largest):
            Sample(known, .implausible(reason: "the value is beyond 2^53 or no number"), at: time)
        case .good(.word(let word)) where known.unit != .word:
            Sample(known, .unreadable(reason: "'\(word.tame(limit: 32))' is not a number"), at: time)
        case .good(.word(let word)):
            Sample(known, .good(.word(word.tame(limit: 64))), at: time)
        case .stale(.word(let word), let age):
            Sample(known, .stale(.word(word.tame(limit: 64)), age: age), at: time)
        case .unreadable(let reason):
            Sample(known, .unreadable(reason: reason.tame(limit: 200)), at: time)
        case .implausible(let reason):
            Sample(known, .implausible(reason: reason.tame(limit: 200)), at: time)
        default: Sample(known, reading, at: time)
        }
    }
}

extension String {
    /// At most `limit` characters, with a question mark for each that does not show.
    fileprivate func tame(limit: Int) -> String {
        let isTame = utf8.count <= limit && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard !isTame else { return self }
        let scalars = unicodeScalars.prefix(limit).map {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
