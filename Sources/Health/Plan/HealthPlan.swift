import Documents
package import Hardware
package import Platform
package import SystemPackage
package import Vocabulary

/// What a product wants watched: how often each indicator is read, what it must not be, and when its end is to be foreseen.
///
/// It is part of the image (`/usr/lib/aftercare/health.toml`), so it is signed with it.
package struct HealthPlan: Sendable, Equatable {
    package static let file: FilePath = "/usr/lib/aftercare/health.toml"
    package static let sizeLimit = 256 * 1024
    package static let limitLimit = 1024
    package static let standardInterval = Duration.seconds(60)

    /// How indicators are watched that no `watches` names.
    package let standard: Watch
    /// The first that matches an indicator holds for it.
    package let watches: [Watch]
    package let limits: [Limit]
    package let predictions: [PredictionRule]
    /// Readings that are due within this time of each other are taken together.
    package let slack: Duration
    package let windows: [StatisticsWindow.Span]
    /// Of the file the plan was read from; nil where the image has none.
    package let digest: Digest?

    package init(
        standard: Watch = Watch(), watches: [Watch] = [], limits: [Limit] = [], predictions: [PredictionRule] = [],
        slack: Duration = .seconds(1), windows: [StatisticsWindow.Span] = [.hour, .month], digest: Digest? = nil
    ) {
        self.standard = standard
        self.watches = watches
        self.limits = limits
        self.predictions = predictions
        self.slack = slack
        self.windows = windows
        self.digest = digest
    }

    /// How an indicator of this name is watched.
    package func watch(for name: String) -> Watch {
        watches.first { watch in watch.indicators.contains { $0.matches(name) } } ?? standard
    }

    /// Reads the plan of an image; an image without one is watched by the standard: every indicator, no limit.
    package static func read(
        _ file: FilePath = HealthPlan.file, storage: Storage = Storage()
    ) throws(HealthError) -> HealthPlan {
        guard storage.exists(file) else { return HealthPlan() }
        let bytes: [UInt8]
        do { bytes = try storage.read(file, limit: sizeLimit) } catch { throw .cannotRead(error) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(file) }
        do throws(DocumentError) {
            return try HealthPlan(text, digest: SHA256.digest(of: bytes))
        } catch {
            throw .malformed(file, error)
        }
    }

    /// Refuses what this board cannot be watched for: an indicator it does not have, thresholds in another unit.
    package func check(against indicators: [Indicator]) throws(HealthError) {
        let names = Set(indicators.map(\.name))
        for limit in limits {
            if limit.indicators.isExact, !names.contains(limit.indicators.description) {
                throw .unknownIndicator(code: limit.code, indicator: limit.indicators.description)
            }
            for indicator in indicators where limit.indicators.matches(indicator.name) {
                try limit.check(against: indicator)
            }
        }
        for prediction in predictions {
            for name in [prediction.indicator, prediction.of].compactMap({ $0 }) where !names.contains(name) {
                throw .unknownIndicator(code: prediction.code, indicator: name)
            }
        }
    }
}

/// How a kind of indicator is watched: how often it is read, and what it means when no value comes.
package struct Watch: Sendable, Hashable {
    package let indicators: [IndicatorPattern]
    package let interval: Duration
    /// How long a bad reading must last before it is a finding; also the longest gap in which a limit's hold goes on.
    package let patience: Duration
    /// What the codes of findings about readings begin with.
    package let code: FindingCode
    /// The severity of each quality that is no value; nil where it is let be.
    package let severities: [Reading.Quality: Severity]

    /// Without `patience`, three intervals.
    package init(
        indicators: [IndicatorPattern] = [.everything], interval: Duration = HealthPlan.standardInterval,
        patience: Duration? = nil, code: FindingCode = .reading,
        severities: [Reading.Quality: Severity] = Watch.standardSeverities
    ) {
        self.indicators = indicators
        self.interval = interval
        self.patience = patience ?? interval * 3
        self.code = code
        self.severities = severities
    }

    package static let standardSeverities: [Reading.Quality: Severity] = [
        .absent: .warning, .stale: .warning, .unreadable: .warning, .implausible: .warning,
    ]
}

extension Limit {
    fileprivate func check(against indicator: Indicator) throws(HealthError) {
        if let unit, unit != indicator.unit {
            throw .wrongUnit(
                code: code, indicator: indicator.name,
                reason: "its unit is '\(indicator.unit.rawValue)', not '\(unit.rawValue)'")
        }
        let isWord = indicator.unit == .word
        if case .words = rule, !isWord {
            throw .wrongUnit(
                code: code, indicator: indicator.name, reason: "it is a number, and 'expected' names words")
        }
        if case .thresholds = rule, isWord {
            throw .wrongUnit(code: code, indicator: indicator.name, reason: "it is a word, and thresholds are numbers")
        }
    }
}
