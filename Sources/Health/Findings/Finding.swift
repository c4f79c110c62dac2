package import Hardware
package import Vocabulary

/// Something about the device that a person should know, from the moment it held long enough until it is over.
///
/// It is known by its code and its indicator: there is at most one open finding for each pair.
package struct Finding: Sendable, Equatable {
    package let code: FindingCode
    package let indicator: String
    package internal(set) var severity: Severity
    package let opened: Timestamp
    /// The number or word that opened it; nil where no value came.
    package let openingValue: Reading.Value?
    /// The value furthest beyond the limit so far; nil where no number can say that.
    package internal(set) var worstValue: Double?
    package internal(set) var closed: Timestamp?
    /// How often it opened again within an hour after it had closed.
    package let reopenings: Int
    /// What is the matter, with the value at its opening: one sentence without its full stop.
    package let reason: String
    package let advice: String

    package init(
        code: FindingCode, indicator: String, severity: Severity, opened: Timestamp, openingValue: Reading.Value?,
        worstValue: Double? = nil, closed: Timestamp? = nil, reopenings: Int = 0, reason: String, advice: String = ""
    ) {
        self.code = code
        self.indicator = indicator
        self.severity = severity
        self.opened = opened
        self.openingValue = openingValue
        self.worstValue = worstValue
        self.closed = closed
        self.reopenings = reopenings
        self.reason = reason
        self.advice = advice
    }
}

/// A change of a finding: what the ledger and the heartbeat are told.
package struct FindingEvent: Sendable, Equatable {
    package let change: LimitState.Change
    /// The finding as it is after the change.
    package let finding: Finding
    package let time: Timestamp

    package init(_ change: LimitState.Change, _ finding: Finding, at time: Timestamp) {
        self.change = change
        self.finding = finding
        self.time = time
    }
}
