import Hardware
import Vocabulary

/// One limit of one indicator with its state and the finding that is open, if one is.
struct FindingRecord: Sendable {
    let code: FindingCode
    let indicator: String
    let holds: LimitState.Holds
    private(set) var state = LimitState()
    private(set) var finding: Finding?
    private var worst: (value: Double, excess: Double)?

    init(_ code: FindingCode, _ indicator: String, _ holds: LimitState.Holds) {
        self.code = code
        self.indicator = indicator
        self.holds = holds
    }

    /// What a reading brings: the verdict on it, and what is said if it opens the finding.
    struct Evidence {
        let verdict: Verdict
        let time: UInt64
        let wall: Timestamp
        let value: Reading.Value?
        /// How far the value is beyond the limit, to know the worst one by.
        var excess: Double?
        let reason: () -> String
        let advice: String
    }

    mutating func take(_ evidence: Evidence) -> FindingEvent? {
        let change = state.take(evidence.verdict, at: evidence.time, holds)
        followWorst(evidence)
        switch change {
        case nil:
            return nil
        case .opened:
            finding = Finding(
                code: code, indicator: indicator, severity: state.level ?? .warning, opened: evidence.wall,
                openingValue: evidence.value, worstValue: worst?.value, reopenings: state.relapses,
                reason: evidence.reason(), advice: evidence.advice)
        case .escalated, .eased:
            finding?.severity = state.level ?? .warning
        case .closed:
            finding?.closed = evidence.wall
        }
        guard let change, let changed = finding else { return nil }
        if change == .closed { finding = nil }
        return FindingEvent(change, changed, at: evidence.wall)
    }

    /// The worst value counts from the first that broke the limit, so that the hold's own are not lost.
    private mutating func followWorst(_ evidence: Evidence) {
        guard state.phase != .clear else {
            worst = nil
            return
        }
        guard let excess = evidence.excess, case .number(let value) = evidence.value else { return }
        if worst.map({ excess > $0.excess }) ?? true {
            worst = (value, excess)
            if finding != nil { finding?.worstValue = value }
        }
    }

    /// Goes on with a finding that was open before the agent was restarted.
    mutating func restore(_ open: Finding, excess: (Double) -> Double?) {
        finding = open
        state = LimitState(level: open.severity, relapses: open.reopenings)
        if let value = open.worstValue, let beyond = excess(value) { worst = (value, beyond) }
    }
}
