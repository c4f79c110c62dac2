package import Documents
import Hardware
package import Vocabulary

// Two documents outlive the process. The one of findings is small and is to be written at every event; the one of history holds what
// takes a month to learn, and is to be written a few times a day and at the end. Members are only ever added.
extension HealthMonitor {
    package static let documentLimit = 16 << 20

    /// What is open: write it whenever `take` gave events.
    package var findingsState: JSON {
        .members([
            "format": 1, "open": .array(findings.map(\.json)), "closed": .array(closed.map(\.json)),
        ])
    }

    /// Statistics of the last month, and the series of predictions.
    package var historyState: JSON {
        var months: [String: JSON] = [:]
        for record in records {
            guard let window = record.windows.first(where: { $0.span == .month }), !window.panes.isEmpty else {
                continue
            }
            months[record.indicator.name] = .array(window.panes.map(\.json))
        }
        var wear: [String: JSON] = [:]
        for prediction in predictions where !prediction.series.points.isEmpty {
            wear[prediction.rule.code.description] = prediction.series.json
        }
        return [
            "format": 1, "second": .decimal(timeline.newest), "month": .object(months), "wear": .object(wear),
        ]
    }

    /// Goes on with the findings of before: none opens a second time, and all holds start anew.
    ///
    /// A finding whose limit or indicator is no more is closed at `wall`, and told. Call it before the first `take`.
    package mutating func restoreFindings(_ document: JSON, at wall: Timestamp) throws(HealthError) -> [FindingEvent] {
        let (open, closed): ([Finding], [Finding])
        do throws(DocumentError) {
            var fields = try Fields(document)
            open = try fields.findings("open")
            closed = try fields.findings("closed")
        } catch {
            throw .damagedState(error)
        }
        self.closed = Array(closed.suffix(Self.closedLimit))
        var events: [FindingEvent] = []
        for finding in open where !restore(finding) {
            var over = finding
            over.closed = wall
            remember(over)
            events.append(FindingEvent(.closed, over, at: wall))
        }
        return events
    }

    private mutating func restore(_ finding: Finding) -> Bool {
        if let index = predictions.firstIndex(where: { $0.rule.code == finding.code }) {
            guard predictions[index].rule.indicator == finding.indicator else { return false }
            predictions[index].record.restore(finding) { _ in nil }
            return true
        }
        guard let place = places[finding.indicator] else { return false }
        if let index = records[place].limits.firstIndex(where: { $0.code == finding.code }) {
            let rule = records[place].limits[index].rule
            records[place].records[index].restore(finding) { value in
                if case .thresholds(let thresholds) = rule { thresholds.excess(of: value) } else { nil }
            }
            return true
        }
        for (quality, severity) in records[place].watch.severities {
            var record = records[place].qualityRecord(quality)
            guard record.code == finding.code else { continue }
            var kept = finding
            kept.severity = severity
            record.restore(kept) { _ in nil }
            records[place].qualities[quality] = record
            return true
        }
        return false
    }

    /// Goes on with the statistics and series of before; what no longer fits the plan is dropped.
    package mutating func restoreHistory(_ document: JSON) throws(HealthError) {
        do throws(DocumentError) {
            var fields = try Fields(document)
            let newest = try fields.optionalDecimal("second") ?? 0
            guard newest.isFinite, newest >= 0 else { throw fields.refuse("second", "is no time") }
            timeline = Timeline(newest: newest)
            for index in records.indices {
                let name = records[index].indicator.name
                guard let window = records[index].windows.firstIndex(where: { $0.span == .month }),
                    let list = document["month"]?[name]?.array
                else { continue }
                let panes = list.compactMap { Pane(json: $0) }
                guard panes.count == list.count, zip(panes, panes.dropFirst()).allSatisfy({ $0.start < $1.start })
                else { throw .unacceptable("month.\(name)", reason: "holds what is no statistics") }
                records[index].windows[window] = StatisticsWindow(.month, panes: panes)
            }
            for index in predictions.indices {
                let code = predictions[index].rule.code.description
                guard let kept = document["wear"]?[code] else { continue }
                guard let series = WearSeries(json: kept) else {
                    throw .unacceptable("wear.\(code)", reason: "holds what is no series")
                }
                predictions[index].series = series
            }
        } catch {
            throw .damagedState(error)
        }
    }
}

extension Pane {
    fileprivate var json: JSON {
        .array(numbers.map(JSON.exact) + sketch.centroids.flatMap { [.decimal(Double($0.mean)), .number($0.weight)] })
    }

    fileprivate init?(json: JSON) {
        guard let numbers = json.array?.compactMap(\.number), numbers.count == json.array?.count,
            numbers.count >= 9, numbers.count <= 9 + 128, (numbers.count - 9).isMultiple(of: 2)
        else { return nil }
        let centroids = stride(from: 9, to: numbers.count, by: 2).compactMap { index in
            UInt32(exactly: numbers[index + 1]).map {
                QuantileSketch.Centroid(mean: Float(numbers[index]), weight: $0)
            }
        }
        guard centroids.count == (numbers.count - 9) / 2, centroids.allSatisfy({ $0.weight > 0 && $0.mean.isFinite })
        else { return nil }
        self.init(numbers: Array(numbers[..<9]), sketch: QuantileSketch(centroids: centroids))
    }
}

extension WearSeries {
    fileprivate var json: JSON {
        func list(_ points: [Point]) -> JSON {
            .array(points.flatMap { [.decimal($0.time), .decimal($0.value)] })
        }
        return ["spacing": .decimal(spacing), "points": list(points), "edges": list(edges)]
    }

    fileprivate init?(json: JSON) {
        func points(_ key: String) -> [Point]? {
            guard let list = json[key]?.array, list.count.isMultiple(of: 2), list.count <= Self.capacity * 2 else {
                return nil
            }
            let numbers = list.compactMap(\.number)
            guard numbers.count == list.count else { return nil }
            let points = stride(from: 0, to: numbers.count, by: 2).map {
                Point(time: numbers[$0], value: numbers[$0 + 1])
            }
            return zip(points, points.dropFirst()).allSatisfy { $0.time <= $1.time } ? points : nil
        }
        guard let kept = points("points"), let edges = points("edges"), let spacing = json["spacing"]?.number else {
            return nil
        }
        self.init(points: kept, edges: edges, spacing: spacing)
    }
}

extension JSON {
    /// A number of any size: a whole one beyond 2^53 stands as text, because no reader has to take it otherwise.
    fileprivate static func exact(_ number: Double) -> JSON {
        number.magnitude < Double(largestInteger) ? .decimal(number) : .string("\(number)")
    }

    /// What `exact` wrote; nil for everything else.
    fileprivate var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        case .string(let text): text.utf8.count <= 32 ? Double(text) : nil
        default: nil
        }
    }
}
