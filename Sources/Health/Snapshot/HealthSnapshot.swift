package import Hardware
package import Vocabulary

/// How a device is at one moment: everything that `aftercare health` shows.
package struct HealthSnapshot: Sendable, Equatable {
    package let time: Timestamp
    package let indicators: [IndicatorHealth]
    /// What is open, the gravest first.
    package let findings: [Finding]
    /// What is over, the newest last.
    package let closed: [Finding]
    package let predictions: [PredictionHealth]

    package init(
        time: Timestamp, indicators: [IndicatorHealth], findings: [Finding], closed: [Finding],
        predictions: [PredictionHealth]
    ) {
        self.time = time
        self.indicators = indicators
        self.findings = findings
        self.closed = closed
        self.predictions = predictions
    }

    /// The worst state of all: an unknown reading that is no finding yet does not hide a warning.
    package var state: HealthState {
        (indicators.map(\.state) + findings.map { HealthState($0.severity) }).max() ?? .ok
    }
}

/// In one word how an indicator, or a device, is.
package enum HealthState: String, Sendable, CaseIterable, Comparable {
    case ok
    /// No value came, and not for so long or not so important that it is a finding.
    case unknown
    case warning
    case alarm

    package init(_ severity: Severity) { self = severity == .alarm ? .alarm : .warning }

    private var rank: Int {
        switch self {
        case .ok: 0
        case .unknown: 1
        case .warning: 2
        case .alarm: 3
        }
    }

    package static func < (left: HealthState, right: HealthState) -> Bool { left.rank < right.rank }
}

/// How one indicator is.
package struct IndicatorHealth: Sendable, Equatable {
    package let indicator: Indicator
    /// The newest; nil before the first.
    package let reading: Reading?
    /// How old the reading is, in seconds.
    package let age: Double?
    package let state: HealthState
    /// Since when it has been in a finding.
    package let since: Timestamp?
    /// Seconds between readings.
    package let interval: Double
    package let statistics: [StatisticsSummary]
    package let limits: [LimitHealth]
}

/// A limit of an indicator and where it stands.
package struct LimitHealth: Sendable, Equatable {
    package let code: FindingCode
    package let rule: Limit.Rule
    package let phase: LimitState.Phase
}

/// A prediction and what it says.
package struct PredictionHealth: Sendable, Equatable {
    package let code: FindingCode
    package let kind: PredictionRule.Kind
    package let indicator: String
    /// The newest percentage; nil before the first.
    package let percent: Double?
    package let outlook: Outlook
}

extension HealthMonitor {
    /// How the device is; `time` is of the boot clock, for the age of readings.
    package func snapshot(at wall: Timestamp, _ time: UInt64) -> HealthSnapshot {
        HealthSnapshot(
            time: wall, indicators: records.map { $0.health(at: time, timeline.newest) }, findings: findings,
            closed: closed,
            predictions: predictions.map { prediction in
                PredictionHealth(
                    code: prediction.rule.code, kind: prediction.rule.kind, indicator: prediction.rule.indicator,
                    percent: prediction.series.newest?.value, outlook: prediction.outlook)
            })
    }
}

extension IndicatorRecord {
    fileprivate func health(at time: UInt64, _ second: Double) -> IndicatorHealth {
        let findings = self.findings
        let isKnown = if case .good = latest?.reading { true } else { latest != nil && isLetBe }
        let state = findings.map { HealthState($0.severity) }.max() ?? (isKnown ? .ok : .unknown)
        return IndicatorHealth(
            indicator: indicator, reading: latest?.reading,
            age: latest.map { Double(time > $0.time ? time - $0.time : 0) / 1e9 }, state: state,
            since: findings.map(\.opened).min(), interval: Double(watch.interval.nanoseconds) / 1e9,
            statistics: windows.compactMap { $0.summary(at: second) },
            limits: zip(limits, records).map { LimitHealth(code: $0.code, rule: $0.rule, phase: $1.state.phase) })
    }

    /// Whether the plan says that a reading like the newest is nothing to speak of.
    private var isLetBe: Bool { latest.map { watch.severities[$0.reading.quality] == nil } ?? false }
}
