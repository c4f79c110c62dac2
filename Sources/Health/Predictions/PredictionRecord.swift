import Hardware
import Vocabulary

/// One prediction with what it has seen, what it says, and the finding that is open, if one is.
struct PredictionRecord: Sendable {
    let rule: PredictionRule
    var series = WearSeries()
    private(set) var outlook = Outlook.notYetKnown(reason: "nothing was read yet")
    var record: FindingRecord
    /// The newest value of the indicator that the rule's is a share of.
    private var whole: Double?
    private var judged: Double?

    init(_ rule: PredictionRule) {
        self.rule = rule
        // Evidence comes once a day, so any gap up to a month goes on.
        let holds = LimitState.Holds(opening: .zero, closing: .zero, patience: .seconds(2_592_000))
        record = FindingRecord(rule.code, rule.indicator, holds)
    }

    mutating func take(_ sample: Sample, _ number: Double, second: Double, wall: Timestamp) -> FindingEvent? {
        if sample.indicator.name == rule.of { whole = number }
        guard sample.indicator.name == rule.indicator else { return nil }
        var percent = number
        if rule.of != nil {
            guard let whole, whole > 0 else { return nil }
            percent = number / whole * 100
        }
        let isNew = series.renew(percent, at: second, direction: rule.kind.direction)
        guard series.add(percent, at: second) || judged == nil || second - (judged ?? 0) >= 86400 else { return nil }
        judged = second
        outlook = series.outlook(by: rule, at: second)
        // Nothing is known of a new part yet, but that the old one's finding is over.
        guard let verdict = isNew ? Verdict(nil) : outlook.days.map(verdict) else { return nil }
        return record.take(
            FindingRecord.Evidence(
                verdict: verdict, time: sample.time, wall: wall, value: .number(percent), excess: nil,
                reason: { [rule, outlook] in "\(rule.sentence): \(outlook.words)" }, advice: rule.advice))
    }

    private func verdict(days: Double) -> Verdict {
        Verdict(broken: severity(days), notClear: severity(days / 1.1))
    }

    private func severity(_ days: Double) -> Severity? {
        if let alarm = rule.alarmDays, days < alarm { return .alarm }
        return days < rule.warningDays ? .warning : nil
    }

    mutating func shift(by seconds: Double) {
        series.shift(by: seconds)
        judged = judged.map { $0 + seconds }
    }
}

extension Outlook {
    /// For a person, without its full stop.
    package var words: String {
        switch self {
        case .notYetKnown(let reason): "not yet known, \(reason)"
        case .steady: "no wear seen so far"
        case .beyond(let days): "more than \(whole(days)) days left"
        case .left(let days, let earliest, let latest?):
            "\(whole(days)) days left (\(whole(earliest)) to \(whole(latest)))"
        case .left(let days, let earliest, nil): "\(whole(days)) days left (at least \(whole(earliest)))"
        case .reached: "its end is reached"
        }
    }

    private func whole(_ days: Double) -> String { MeasuredValue.decimal(days.rounded()) }
}
