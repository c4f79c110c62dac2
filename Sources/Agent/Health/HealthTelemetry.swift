import Hardware
package import Health
package import Heartbeats

extension HealthSnapshot {
    /// The readings and what was computed of them over the last hour, in fields of the allow-list.
    package var metrics: [MetricPoint] {
        let open = Dictionary(grouping: findings, by: \.severity).map { severity, all in
            MetricPoint(.openFindings, .integer(Int64(all.count)), [.severity: .text(severity.rawValue)])
        }
        return indicators.flatMap(\.metrics) + predictions.compactMap(\.metric)
            + open.sorted { "\($0.attributes)" < "\($1.attributes)" }
    }
}

extension IndicatorHealth {
    fileprivate var metrics: [MetricPoint] {
        guard let reading else { return [] }
        guard case .good(let value) = reading else {
            return [
                MetricPoint(
                    .quality, 1,
                    [.indicator: .text(indicator.name), .quality: .text(reading.quality.rawValue)])
            ]
        }
        guard case .number(let number) = value else { return [] }
        var points = [point("last", number)]
        if let hour = statistics.first {
            points += [
                point("min", hour.minimum), point("max", hour.maximum), point("mean", hour.mean),
                point("p95", hour.percentile95),
            ]
        }
        return points
    }

    private func point(_ statistic: String, _ value: Double) -> MetricPoint {
        .indicator(indicator.name, unit: indicator.unit.rawValue, statistic, value)
    }
}

extension PredictionHealth {
    fileprivate var metric: MetricPoint? {
        guard kind == .storage, let days = outlook.days, days.isFinite else { return nil }
        return MetricPoint(.storageLife, .decimal(days), [.indicator: .text(indicator)])
    }
}

extension HealthPlan {
    /// Every code that a finding of this plan can have.
    package var findingCodes: [String] {
        let readings = ([standard] + watches).flatMap { watch in
            Reading.Quality.allCases.map { watch.code.adding($0.suffix).description }
        }
        return limits.map(\.code.description) + predictions.map(\.code.description) + readings
    }
}
