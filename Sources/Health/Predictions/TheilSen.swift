/// A line through points that up to three in ten wrong ones do not bend: the median of all slopes between two points.
///
/// P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968; the interval is his, at 95 %.
package struct TheilSen: Sendable, Equatable {
    package let slope: Double
    package let lowerSlope: Double
    package let upperSlope: Double
    /// The value of the line at x = 0: the median of what each point says.
    package let intercept: Double

    /// Nil with less than two different x.
    package init?(_ points: [(x: Double, y: Double)]) {
        var slopes: [Double] = []
        slopes.reserveCapacity(points.count * (points.count - 1) / 2)
        for (index, point) in points.enumerated() {
            for other in points[(index + 1)...] where other.x != point.x {
                slopes.append((other.y - point.y) / (other.x - point.x))
            }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        let middle = Self.median(slopes)
        let count = Double(points.count)
        // Ties make the variance smaller; leaving them out keeps the interval on the safe, wide side.
        let spread = 1.96 * (count * (count - 1) * (2 * count + 5) / 18).squareRoot()
        let lower = Int(((Double(slopes.count) - spread) / 2).rounded(.down))
        let upper = Int(((Double(slopes.count) + spread) / 2).rounded(.up))
        slope = middle
        lowerSlope = slopes[min(max(lower, 0), slopes.count - 1)]
        upperSlope = slopes[min(max(upper, 0), slopes.count - 1)]
        intercept = Self.median(points.map { $0.y - middle * $0.x }.sorted())
    }

    private static func median(_ sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
