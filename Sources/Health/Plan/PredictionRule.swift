/// An end that can be foreseen from a slow change: storage that wears out, a battery that holds less and less.
package struct PredictionRule: Sendable, Hashable {
    package let code: FindingCode
    package let kind: Kind
    /// The indicator whose change is followed.
    package let indicator: String
    /// The indicator it is a share of, in percent; nil where it is in percent already.
    package let of: String?
    /// The percentage at which the part's life is over.
    package let end: Double
    package let warningDays: Double
    package let alarmDays: Double?
    /// How many days must have been seen before anything is foreseen.
    package let minimumDays: Double
    package let sentence: String
    package let advice: String

    package enum Kind: String, Sendable, CaseIterable {
        /// The used share of a storage's life rises until it is spent (100 %).
        case storage
        /// What a battery holds falls from what it was designed for (to 80 %).
        case battery

        var standardEnd: Double { self == .storage ? 100 : 80 }

        /// 1 where the percentage rises towards the end, -1 where it falls.
        var direction: Double { self == .storage ? 1 : -1 }
    }

    package init(
        code: FindingCode, kind: Kind, indicator: String, of: String? = nil, end: Double? = nil,
        warningDays: Double = 180, alarmDays: Double? = 30, minimumDays: Double = 14, sentence: String,
        advice: String = ""
    ) {
        self.code = code
        self.kind = kind
        self.indicator = indicator
        self.of = of
        self.end = end ?? kind.standardEnd
        self.warningDays = warningDays
        self.alarmDays = alarmDays
        self.minimumDays = minimumDays
        self.sentence = sentence
        self.advice = advice
    }
}
