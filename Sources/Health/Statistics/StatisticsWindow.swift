/// The statistics of one indicator over the last hour, day or month, in a fixed number of panes.
///
/// The oldest pane goes as a whole when a new one begins, so a window is up to one pane shorter than its name says. Count, minimum,
/// maximum, mean and slope are exact over what it holds; percentiles are exact for few values and estimated for many.
package struct StatisticsWindow: Sendable, Equatable {
    package enum Span: String, Sendable, CaseIterable {
        case hour, day, month

        var paneSeconds: Double {
            switch self {
            case .hour: 300
            case .day: 3600
            case .month: 86400
            }
        }

        var panes: Int {
            switch self {
            case .hour: 12
            case .day: 24
            case .month: 30
            }
        }
    }

    package let span: Span
    /// Oldest first; the last is the one that is filled.
    private(set) var panes: [Pane] = []

    package init(_ span: Span) { self.span = span }

    init(_ span: Span, panes: [Pane]) {
        self.span = span
        self.panes = panes.suffix(span.panes)
    }

    package mutating func add(_ value: Double, at seconds: Double) {
        let start = (seconds / span.paneSeconds).rounded(.down) * span.paneSeconds
        if let last = panes.last, start <= last.start {
            panes[panes.count - 1].add(value, at: seconds)
            return
        }
        if !panes.isEmpty { panes[panes.count - 1].sketch.seal() }
        expire(before: start)
        var pane = Pane(start: start)
        pane.add(value, at: seconds)
        panes.append(pane)
    }

    private mutating func expire(before start: Double) {
        let oldest = start - Double(span.panes - 1) * span.paneSeconds
        panes.removeAll { $0.start < oldest }
    }

    mutating func shift(by seconds: Double) {
        for index in panes.indices { panes[index].start += seconds }
    }

    /// What is known at `seconds`; nil where nothing was read within the window.
    package func summary(at seconds: Double) -> StatisticsSummary? {
        let start = (seconds / span.paneSeconds).rounded(.down) * span.paneSeconds
        let oldest = start - Double(span.panes - 1) * span.paneSeconds
        let held = panes.filter { $0.start >= oldest }
        guard let first = held.first else { return nil }
        var moments = Moments()
        for pane in held { moments.add(pane.moments(from: (first.start + start) / 2, level: first.mean)) }
        let (minimum, maximum) = (held.map(\.minimum).min() ?? 0, held.map(\.maximum).max() ?? 0)
        let sorted = held.flatMap(\.sketch.centroids).sorted { $0.mean < $1.mean }
        func percentile(_ q: Double) -> Double {
            let value = QuantileSketch.quantile(q, of: sorted, minimum: minimum, maximum: maximum) ?? maximum
            // A centroid's mean is rounded to 24 bits; the extremes are not.
            return min(max(value, minimum), maximum)
        }
        return StatisticsSummary(
            span: span, count: Int(moments.count), minimum: minimum, maximum: maximum,
            mean: first.mean + moments.values / moments.count, median: percentile(0.5),
            percentile95: percentile(0.95), percentile99: percentile(0.99),
            slopePerHour: moments.slope.map { $0 * 3600 })
    }
}

/// What the values of an indicator were within a window.
package struct StatisticsSummary: Sendable, Equatable {
    package let span: StatisticsWindow.Span
    package let count: Int
    package let minimum: Double
    package let maximum: Double
    package let mean: Double
    package let median: Double
    package let percentile95: Double
    package let percentile99: Double
    /// The slope of the line of least squares, in units an hour; nil with less than two moments.
    package let slopePerHour: Double?

    package init(
        span: StatisticsWindow.Span, count: Int, minimum: Double, maximum: Double, mean: Double, median: Double,
        percentile95: Double, percentile99: Double, slopePerHour: Double?
    ) {
        self.span = span
        self.count = count
        self.minimum = minimum
        self.maximum = maximum
        self.mean = mean
        self.median = median
        self.percentile95 = percentile95
        self.percentile99 = percentile99
        self.slopePerHour = slopePerHour
    }
}
