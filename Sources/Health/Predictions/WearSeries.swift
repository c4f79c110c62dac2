/// A slow percentage over a part's life: one point a day, thinned evenly when there are too many, so that memory stays bounded.
package struct WearSeries: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        /// Seconds of the monitor's timeline.
        package var time: Double
        package let value: Double

        package init(time: Double, value: Double) {
            self.time = time
            self.value = value
        }
    }

    package static let capacity = 256
    private static let day = 86400.0
    /// How many times the span that was seen may be foreseen.
    private static let reach = 10.0

    /// A latest day beyond a century is as good as none.
    private static let lifetime = 36500.0

    package private(set) var points: [Point] = []
    /// When the value last changed to one it had not had just before: the newest first.
    package private(set) var edges: [Point] = []
    package private(set) var spacing = WearSeries.day
    package private(set) var newest: Point?
    /// Since when the percentage has been so much better than it was that it must be another part's.
    private var better: Double?

    package init() {}

    init(points: [Point], edges: [Point], spacing: Double) {
        self.points = points.suffix(Self.capacity)
        self.edges = edges.suffix(Self.capacity)
        self.spacing = max(spacing, Self.day)
        newest = points.last
    }

    /// Begins anew where the part was replaced: no part gets younger by ten percent and stays so for an hour.
    ///
    /// `direction` is 1 where the percentage rises towards the end, -1 where it falls. True when it began anew.
    package mutating func renew(_ value: Double, at time: Double, direction: Double) -> Bool {
        guard let reference = points.last?.value, (reference - value) * direction > 10 else {
            better = nil
            return false
        }
        guard let since = better else {
            better = time
            return false
        }
        guard time - since >= 3600 else { return false }
        self = WearSeries()
        return true
    }

    /// Takes a percentage; true when it is one that is kept, so that the outlook may be another.
    package mutating func add(_ value: Double, at time: Double) -> Bool {
        defer { newest = Point(time: time, value: value) }
        guard better == nil else { return false }
        var isKept = false
        if let newest, newest.value != value, edges.last?.value != value {
            edges.append(Point(time: time, value: value))
            if edges.count > Self.capacity { edges.removeFirst(Self.capacity / 2) }
            isKept = true
        }
        guard points.last.map({ time - $0.time >= spacing }) ?? true else { return isKept }
        points.append(Point(time: time, value: value))
        if points.count > Self.capacity {
            points = points.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            spacing *= 2
        }
        return true
    }

    mutating func shift(by seconds: Double) {
        for index in points.indices { points[index].time += seconds }
        for index in edges.indices { edges[index].time += seconds }
        newest?.time += seconds
        better = better.map { $0 + seconds }
    }

    /// What the series says about the moment `rule.end` is reached, seen from `time`.
    package func outlook(by rule: PredictionRule, at time: Double) -> Outlook {
        guard let newest, let first = points.first else { return .notYetKnown(reason: "nothing was read yet") }
        let direction = rule.kind.direction
        // Turned so that the percentage always rises towards the end.
        let left = (rule.end - newest.value) * direction
        guard left > 0 else { return .reached }
        let span = (time - first.time) / Self.day
        guard span >= rule.minimumDays else {
            return .notYetKnown(reason: "\(Int(span)) of \(Int(rule.minimumDays)) days were seen")
        }
        return isStepwise
            ? steppedOutlook(end: rule.end * direction, direction, time, span)
            : smoothOutlook(end: rule.end * direction, direction, time, span)
    }

    /// Whether the part reports in steps of its own, as eMMC does in tenths (JESD84-B51, DEVICE_LIFE_TIME_EST).
    private var isStepwise: Bool {
        let changes = zip(points, points.dropFirst()).count { $0.value != $1.value }
        return changes * 4 <= points.count
    }

    private func smoothOutlook(end: Double, _ direction: Double, _ time: Double, _ span: Double) -> Outlook {
        let line = TheilSen(points.map { (x: ($0.time - time) / Self.day, y: $0.value * direction) })
        guard points.count >= 8, let line else {
            return .notYetKnown(reason: "\(points.count) of 8 daily values were seen")
        }
        guard line.lowerSlope > 0 else { return .steady }
        return outlook(
            left: end - line.intercept, rate: line.slope, slowest: line.lowerSlope, fastest: line.upperSlope, span)
    }

    /// Only the moments of the steps tell the rate: between them the value says nothing.
    private func steppedOutlook(end: Double, _ direction: Double, _ time: Double, _ span: Double) -> Outlook {
        let steps = edges.map { (x: ($0.time - time) / Self.day, y: $0.value * direction) }
        guard let last = steps.last else { return .steady }
        guard steps.count >= 3, let line = TheilSen(steps) else {
            return .notYetKnown(reason: "\(steps.count) of 3 steps were seen")
        }
        guard line.lowerSlope > 0 else { return .steady }
        let size = zip(steps, steps.dropFirst()).map { abs($1.y - $0.y) }.min() ?? 0
        // The next step has not come yet: wear that has slowed down must not be counted on as if it had not.
        let bound = steps.map { (last.y + size - $0.y) / -$0.x }.filter { $0 > 0 }.min() ?? line.slope
        let rate = min(line.slope, bound)
        return outlook(
            left: end - last.y + rate * last.x, rate: rate, slowest: min(line.lowerSlope, rate),
            fastest: line.upperSlope, span)
    }

    private func outlook(left: Double, rate: Double, slowest: Double, fastest: Double, _ span: Double) -> Outlook {
        let days = max(0, left / rate)
        guard days <= span * Self.reach else { return .beyond(days: span * Self.reach) }
        let earliest = min(days, max(0, left / max(fastest, rate)))
        let latest = slowest > 0 ? max(days, left / slowest) : .infinity
        return .left(days: days, earliest: earliest, latest: latest < Self.lifetime ? latest : nil)
    }
}
