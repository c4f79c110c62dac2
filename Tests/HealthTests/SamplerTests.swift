import Hardware
import Health
import Testing
import Vocabulary

@Suite("The sampler")
struct SamplerTests {
    private let fast = (0..<3).map { Indicator(name: "fast.\($0)", unit: .celsius) }
    private let slow = (0..<2).map { Indicator(name: "slow.\($0)", unit: .celsius) }

    private func sampler(fast: Double = 10, slow: Double = 60, slack: Double = 1, start: Double = 0) -> Sampler {
        let plan = HealthPlan(
            watches: [
                Watch(indicators: [IndicatorPattern("fast.*")].compactMap(\.self), interval: .seconds(fast)),
                Watch(indicators: [IndicatorPattern("slow.*")].compactMap(\.self), interval: .seconds(slow)),
            ], slack: .seconds(slack))
        return Sampler(plan: plan, indicators: self.fast + self.slow, start: .second(start))
    }

    @Test("Everything is read at once at first, and each at its own interval then, on the same beat")
    func beats() throws {
        var sampler = sampler()
        var seen: [Int: Set<String>] = [:]
        while let next = sampler.next, next <= .second(120) {
            let taken = sampler.due(at: next)
            let due = try #require(taken)
            #expect(due.lateness == 0 && due.missedBeats == 0)
            seen[Int((next - .second(0)) / 1_000_000_000)] = Set(due.indicators.map(\.name))
        }
        #expect(seen.keys.sorted() == Array(stride(from: 0, through: 120, by: 10)))
        for (second, names) in seen { #expect(names.count == (second.isMultiple(of: 60) ? 5 : 3)) }
    }

    @Test("What is due within the slack is read along, without drifting")
    func slack() throws {
        var sampler = sampler(fast: 10, slow: 10.5, slack: 1)
        var wakeUps = 0
        var readings: [String: Int] = [:]
        while let next = sampler.next, next < .second(105) {
            wakeUps += 1
            let due = sampler.due(at: next)
            for indicator in try #require(due).indicators {
                readings[indicator.name, default: 0] += 1
            }
        }
        #expect(readings["fast.0"] == 11 && readings["slow.0"] == 10)
        // Apart they would be 21.
        #expect(wakeUps < 21)
    }

    @Test("Nothing is due before its time, and the next moment is told")
    func notYet() {
        var sampler = sampler()
        _ = sampler.due(at: .second(0))
        #expect(sampler.next == .second(10))
        #expect(sampler.due(at: .second(9.9)) == nil)
        #expect(sampler.due(at: .second(10))?.indicators.count == 3)
    }

    @Test("Beats that were missed are counted and left out, on the beat that was")
    func late() throws {
        var sampler = sampler()
        _ = sampler.due(at: .second(0))
        let taken = sampler.due(at: .second(34.5))
        let due = try #require(taken)
        #expect(due.indicators.count == 3 && due.lateness == 24_500_000_000 && due.missedBeats == 2)
        #expect(sampler.next == .second(40))
    }

    @Test("A board without indicators never wakes")
    func nothing() {
        var sampler = Sampler(plan: HealthPlan(), indicators: [], start: 0)
        #expect(sampler.next == nil && sampler.due(at: .max) == nil)
    }
}

@Suite("The agent's own life signs")
struct VitalityTests {
    private let period = Duration.seconds(5)

    private func vitality() -> Vitality {
        var vitality = Vitality()
        vitality.expect(.sampling, every: .seconds(30), from: .second(0))
        vitality.expect(.records, every: .seconds(60), from: .second(0))
        return vitality
    }

    @Test("Nothing stalls while everything beats")
    func alive() {
        var vitality = vitality()
        for second in stride(from: 5.0, through: 600, by: 5) {
            vitality.beat(.sampling, at: .second(second))
            vitality.beat(.records, at: .second(second))
            #expect(vitality.stalled(at: .second(second), period: period).isEmpty)
        }
    }

    @Test("What is silent beyond its deadline is named, the longest silent first")
    func stalled() {
        var vitality = vitality()
        var named: [Double: [String]] = [:]
        for second in stride(from: 5.0, through: 65, by: 5) {
            if second == 10 { vitality.beat(.sampling, at: .second(second)) }
            let stalls = vitality.stalled(at: .second(second), period: period)
            if !stalls.isEmpty { named[second] = stalls.map(\.check.description) }
        }
        #expect(
            named == [
                45: ["sampling"], 50: ["sampling"], 55: ["sampling"], 60: ["sampling"], 65: ["records", "sampling"],
            ])
    }

    @Test("What is suspended may be silent; resumed, it has its full time")
    func suspended() {
        var vitality = vitality()
        vitality.suspend(.sampling)
        for second in stride(from: 5.0, through: 55, by: 5) {
            #expect(vitality.stalled(at: .second(second), period: period).isEmpty)
        }
        vitality.resume(.sampling, at: .second(55))
        vitality.beat(.records, at: .second(60))
        for (second, count) in [(60.0, 0), (70, 0), (80, 0), (85, 0), (90, 1)] {
            #expect(vitality.stalled(at: .second(second), period: period).count == count, "\(second)")
        }
    }

    @Test("A machine that slept is no agent that stalled")
    func slept() {
        var vitality = vitality()
        #expect(vitality.stalled(at: .second(5), period: period).isEmpty)
        #expect(vitality.stalled(at: .second(7200), period: period).isEmpty)
        for second in stride(from: 7205.0, through: 7230, by: 5) {
            #expect(vitality.stalled(at: .second(second), period: period).isEmpty)
        }
        #expect(vitality.stalled(at: .second(7235), period: period).map(\.check) == [.sampling])
    }

    @Test("What nobody expects may beat, and what is forgotten may be silent")
    func unknown() {
        var vitality = vitality()
        vitality.beat(.heartbeats, at: .second(5))
        vitality.forget(.sampling)
        vitality.forget(.records)
        #expect(vitality.stalled(at: .second(10), period: period).isEmpty)
    }
}
