import Documents
import Hardware
import Health
import TestSupport
import Testing
import Vocabulary

@Suite("Rolling statistics")
struct StatisticsTests {
    enum Shape: String, CaseIterable, Sendable {
        case uniform, bell, heavyTail, twoPeaks, rising, falling, sine, constant, steps

        func value(_ index: Int, of count: Int, _ dice: inout Dice) -> Double {
            let u = Double.random(in: 0..<1, using: &dice)
            let share = Double(index) / Double(count)
            switch self {
            case .uniform: return u * 100
            case .bell: return 50 + (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &dice) } * 5
            case .heavyTail: return 1 / (1.001 - u)
            case .twoPeaks: return (u < 0.9 ? 20 : 80) + Double.random(in: -1...1, using: &dice)
            case .rising: return share * 100
            case .falling: return 100 - share * 100
            // A triangle with many periods: no sine is needed to be periodic.
            case .sine: return abs((share * 37).truncatingRemainder(dividingBy: 1) - 0.5) * 100
            case .constant: return 42.5
            case .steps: return (u * 8).rounded(.down)
            }
        }
    }

    /// The share of `sorted` below `value`, as the nearest end of the run of equal values.
    private func rankError(of value: Double, at q: Double, in sorted: [Double]) -> Double {
        let tolerance = max(value.magnitude * 1e-6, 1e-9)
        let below = sorted.count { $0 < value - tolerance }
        let upTo = sorted.count { $0 <= value + tolerance }
        let (low, high) = (Double(below) / Double(sorted.count), Double(upTo) / Double(sorted.count))
        return q < low ? low - q : q > high ? q - high : 0
    }

    @Test("Percentiles over a month at one a minute are close in rank to what sorting says", arguments: Shape.allCases)
    func percentiles(shape: Shape) throws {
        var dice = Dice(seed: 7)
        let count = 30 * 1440
        var window = StatisticsWindow(.month)
        var values: [Double] = []
        for index in 0..<count {
            let value = shape.value(index, of: count, &dice)
            values.append(value)
            window.add(value, at: Double(index) * 60)
        }
        values.sort()
        let summary = try #require(window.summary(at: Double(count) * 60 - 1))
        #expect(summary.count == count)
        #expect(summary.minimum == values.first && summary.maximum == values.last)
        #expect(rankError(of: summary.median, at: 0.5, in: values) < 0.02)
        #expect(rankError(of: summary.percentile95, at: 0.95, in: values) < 0.01)
        #expect(rankError(of: summary.percentile99, at: 0.99, in: values) < 0.005)
    }

    @Test("An hour at one a minute is exact: everything agrees with numpy")
    func numpy() throws {
        var dice = Dice(seed: 3)
        var window = StatisticsWindow(.hour)
        let origin = 1_767_225_600.0
        var points: [(Double, Double)] = []
        for minute in 0..<57 {
            // Multiples of 1/8 are the same in 32 bits, which centroids have.
            let value = (Double.random(in: 30..<90, using: &dice) * 8).rounded() / 8
            points.append((origin + Double(minute) * 60 + Double(minute % 7), value))
        }
        for (time, value) in points { window.add(value, at: time) }
        let summary = try #require(window.summary(at: points.last?.0 ?? 0))
        let script = """
            import json, sys, math
            points = json.load(sys.stdin)
            t = [p[0] - points[0][0] for p in points]; v = sorted(p[1] for p in points); n = len(v)
            import statistics
            def hazen(q):
                h = q * n - 0.5
                if h <= 0: return v[0]
                if h >= n - 1: return v[-1]
                i = math.floor(h)
                return v[i] + (v[i + 1] - v[i]) * (h - i)
            line = statistics.linear_regression(t, [p[1] for p in points])
            print(json.dumps([min(v), max(v), statistics.fmean(v), hazen(.5), hazen(.95), hazen(.99), line.slope * 3600]))
            """
        let input = JSON.array(points.map { [.decimal($0.0), .decimal($0.1)] })
        let result = try Tool.run(["python3", "-c", script], input: input.canonicalBytes)
        let expected = try #require(JSONReader.read(result.output, limit: 4096).array)
        let numbers = expected.map { value -> Double in
            if case .decimal(let number) = value { number } else { Double(value.integer ?? 0) }
        }
        let seen = [
            summary.minimum, summary.maximum, summary.mean, summary.median, summary.percentile95, summary.percentile99,
            try #require(summary.slopePerHour),
        ]
        for (one, other) in zip(seen, numbers) { #expect(abs(one - other) <= 1e-9 * max(1, abs(other))) }
        #expect(numbers.count == 7)
    }

    @Test("The slope is that of the line, whatever the values' size", arguments: [0.0, 1e-6, 45, 1e12])
    func slope(level: Double) throws {
        var window = StatisticsWindow(.hour)
        for second in 0..<3000 { window.add(level + Double(second) / 3600 * 2.5, at: 1.7e9 + Double(second)) }
        let slope = try #require(window.summary(at: 1.7e9 + 3000)?.slopePerHour)
        #expect(abs(slope - 2.5) < max(1e-6, level * 1e-15 * 3600))
    }

    @Test("What is older than the window is gone, all of it in the end", arguments: StatisticsWindow.Span.allCases)
    func expiry(span: StatisticsWindow.Span) throws {
        let seconds: [StatisticsWindow.Span: Double] = [.hour: 3600, .day: 86400, .month: 2_592_000]
        let length = try #require(seconds[span])
        var window = StatisticsWindow(span)
        window.add(1000, at: 0)
        for step in 1...48 { window.add(1, at: length * Double(step) / 48) }
        #expect(window.summary(at: length)?.maximum == 1)
        #expect(window.summary(at: length * 3) == nil)
    }

    @Test("Memory is bounded, however much comes")
    func bounded() {
        var sketch = QuantileSketch()
        var dice = Dice(seed: 1)
        for _ in 0..<200_000 {
            sketch.add(Double.random(in: 0..<1, using: &dice))
            if sketch.centroids.count > 64 { Issue.record("\(sketch.centroids.count) centroids") }
        }
        sketch.seal()
        #expect(sketch.centroids.count <= QuantileSketch.compression)
        #expect(sketch.centroids.reduce(0) { $0 + Int($1.weight) } == 200_000)
    }

    @Test(
        "A clock that is set while the agent runs changes no distance between readings",
        arguments: [-1e9, -60, 60, 1e6])
    func clockSteps(step: Double) {
        var timeline = Timeline()
        let before = timeline.second(of: .second(0), wall: newYear)
        let after = timeline.second(of: .second(100), wall: newYear.advanced(by: Int64(step)))
        #expect(after.second - before.second == 100 && after.shift == nil)
    }

    @Test("A clock that was never set is corrected once, and what was seen moves with it")
    func lostClock() {
        var timeline = Timeline()
        let before = timeline.second(of: .second(0), wall: Timestamp(seconds: 0))
        let after = timeline.second(of: .second(100), wall: newYear)
        #expect(after.second == Double(newYear.seconds))
        #expect(after.shift == Double(newYear.seconds) - 100 - before.second)
        #expect(timeline.second(of: .second(200), wall: newYear).second == after.second + 100)
    }

    @Test("After a restart with a lost clock, time goes on where it was")
    func lostClockAfterRestart() {
        var timeline = Timeline(newest: Double(newYear.seconds))
        #expect(timeline.second(of: 5, wall: Timestamp(seconds: 0)).second == Double(newYear.seconds))
    }
}
