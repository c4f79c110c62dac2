/// A fixed stretch of time of one indicator: what its values were, and a sketch of how they were distributed.
struct Pane: Sendable, Equatable {
    /// When the stretch began, in seconds of the monitor's timeline.
    var start: Double
    private(set) var count = 0
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    var sketch = QuantileSketch()
    /// Sums for the regression line: times are from `start`, values from `base`, so that digits are not lost to large offsets.
    private var base = 0.0
    private var sumOfValues = 0.0
    private var sumOfTimes = 0.0
    private var sumOfSquaredTimes = 0.0
    private var sumOfProducts = 0.0

    init(start: Double) { self.start = start }

    mutating func add(_ value: Double, at time: Double) {
        if count == 0 { base = value }
        count += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        let (offset, rise) = (time - start, value - base)
        sumOfValues += rise
        sumOfTimes += offset
        sumOfSquaredTimes += offset * offset
        sumOfProducts += offset * rise
        sketch.add(value)
    }

    /// The same sums as if times were counted from `origin` and values from `level`.
    func moments(from origin: Double, level: Double) -> Moments {
        let (shift, lift, n) = (start - origin, base - level, Double(count))
        let times = sumOfTimes + n * shift
        return Moments(
            count: n, values: sumOfValues + n * lift, times: times,
            squaredTimes: sumOfSquaredTimes + 2 * shift * sumOfTimes + n * shift * shift,
            products: sumOfProducts + shift * sumOfValues + lift * times)
    }

    var mean: Double { count == 0 ? 0 : base + sumOfValues / Double(count) }
}

/// Sums over values and their times, from which mean and regression line follow.
struct Moments: Sendable {
    var count = 0.0
    var values = 0.0
    var times = 0.0
    var squaredTimes = 0.0
    var products = 0.0

    mutating func add(_ other: Moments) {
        count += other.count
        values += other.values
        times += other.times
        squaredTimes += other.squaredTimes
        products += other.products
    }

    /// The slope of the line of least squares, per second; nil where all values are of one moment.
    var slope: Double? {
        let spread = squaredTimes - times * times / count
        guard count >= 2, spread > 0, spread.isFinite else { return nil }
        return (products - times * values / count) / spread
    }
}

extension Pane {
    /// The numbers that make a pane, in a fixed order; for keeping it.
    var numbers: [Double] {
        [
            start, Double(count), minimum, maximum, base, sumOfValues, sumOfTimes, sumOfSquaredTimes, sumOfProducts,
        ]
    }

    /// Nil for what no pane can be.
    init?(numbers: [Double], sketch: QuantileSketch) {
        guard numbers.count == 9, numbers.allSatisfy(\.isFinite), (1...1e9).contains(numbers[1]),
            numbers[2] <= numbers[3], !sketch.centroids.isEmpty
        else { return nil }
        start = numbers[0]
        count = Int(numbers[1])
        (minimum, maximum, base, sumOfValues) = (numbers[2], numbers[3], numbers[4], numbers[5])
        (sumOfTimes, sumOfSquaredTimes, sumOfProducts) = (numbers[6], numbers[7], numbers[8])
        self.sketch = sketch
    }
}
