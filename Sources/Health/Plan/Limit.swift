package import Hardware

/// What an indicator must not be, for how long, and what a person is told then.
package struct Limit: Sendable, Hashable {
    package let code: FindingCode
    package let indicators: IndicatorPattern
    package let rule: Rule
    /// The unit that the thresholds are in; nil takes the indicator's.
    package let unit: MeasuredUnit?
    /// How long it must be broken without a gap before the finding opens.
    package let opensAfter: Duration
    /// How long it must hold without a gap before the finding closes.
    package let closesAfter: Duration
    /// What is the matter, as one sentence without its full stop.
    package let sentence: String
    package let advice: String

    package enum Rule: Sendable, Hashable {
        case thresholds(Thresholds)
        /// A word of the kernel's that is none of these is a finding of this severity.
        case words(expected: [String], severity: Severity)
    }

    package init(
        code: FindingCode, indicators: IndicatorPattern, rule: Rule, unit: MeasuredUnit? = nil,
        opensAfter: Duration = .zero, closesAfter: Duration = .zero, sentence: String, advice: String = ""
    ) {
        self.code = code
        self.indicators = indicators
        self.rule = rule
        self.unit = unit
        self.opensAfter = opensAfter
        self.closesAfter = closesAfter
        self.sentence = sentence
        self.advice = advice
    }
}

/// The values beyond which a number is a warning or an alarm; at least one is set.
package struct Thresholds: Sendable, Hashable {
    package let warningAbove: Double?
    package let alarmAbove: Double?
    package let warningBelow: Double?
    package let alarmBelow: Double?
    /// How far a value must be back inside a threshold before it counts as clear of it.
    package let clearBy: Double

    package init(
        warningAbove: Double? = nil, alarmAbove: Double? = nil, warningBelow: Double? = nil, alarmBelow: Double? = nil,
        clearBy: Double = 0
    ) {
        self.warningAbove = warningAbove
        self.alarmAbove = alarmAbove
        self.warningBelow = warningBelow
        self.alarmBelow = alarmBelow
        self.clearBy = clearBy
    }

    func above(_ severity: Severity) -> Double? { severity == .alarm ? alarmAbove : warningAbove }

    func below(_ severity: Severity) -> Double? { severity == .alarm ? alarmBelow : warningBelow }

    /// The highest severity whose threshold `value` is beyond, when each is moved inwards by `margin`.
    private func severity(of value: Double, margin: Double) -> Severity? {
        Severity.allCases.last { severity in
            value > (above(severity) ?? .infinity) - margin || value < (below(severity) ?? -.infinity) + margin
        }
    }

    func verdict(on value: Double) -> Verdict {
        Verdict(broken: severity(of: value, margin: 0), notClear: severity(of: value, margin: clearBy))
    }

    /// How far beyond the first threshold a value is; negative inside.
    func excess(of value: Double) -> Double {
        let high = [warningAbove, alarmAbove].compactMap { $0 }.min() ?? .infinity
        let low = [warningBelow, alarmBelow].compactMap { $0 }.max() ?? -.infinity
        return max(value - high, low - value)
    }
}

/// What one reading says about one limit.
package struct Verdict: Sendable, Equatable {
    /// The severity whose threshold the reading is beyond; nil where the limit holds.
    package let broken: Severity?
    /// The severity that the reading is not clear of, with hysteresis; never less than `broken`.
    package let notClear: Severity?

    package init(broken: Severity?, notClear: Severity?) {
        self.broken = broken
        self.notClear = notClear
    }

    /// For what is either so or not.
    init(_ severity: Severity?) { self.init(broken: severity, notClear: severity) }
}
