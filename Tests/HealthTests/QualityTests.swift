import Hardware
import Health
import Testing
import Vocabulary

@Suite("Readings that are no value")
struct QualityTests {
    private static let bad: [(Reading, String)] = [
        (.absent, "HF-READING-ABSENT"), (.stale(.number(40), age: .seconds(90)), "HF-READING-STALE"),
        (.unreadable(reason: "it hung for 2 s"), "HF-READING-UNREADABLE"),
        (.implausible(reason: "-2147483648 is below -40"), "HF-READING-IMPLAUSIBLE"),
    ]

    @Test("Each has its own finding, which opens after three intervals and closes when values come", arguments: bad)
    func opensAndCloses(reading: Reading, code: String) throws {
        var monitor = monitor()
        _ = monitor.take(40, at: 0)
        for second in [10.0, 20, 30] { #expect(monitor.take(reading, at: second).isEmpty) }
        let event = try #require(monitor.take(reading, at: 40).first)
        #expect(event.change == .opened && event.finding.code.description == code)
        #expect(event.finding.severity == .warning && event.finding.openingValue == nil)
        #expect(event.finding.reason.hasPrefix("cpu.temperature "))
        for second in [50.0, 60, 70] { #expect(monitor.take(40, at: second).isEmpty) }
        #expect(monitor.take(40, at: 80).map(\.change) == [.closed])
        #expect(monitor.findings.isEmpty)
    }

    @Test("The plan says how grave each is, how long it may last, and under which code it goes")
    func planned() {
        let watch = Watch(
            interval: .seconds(10), patience: .zero, code: FindingCode("HF-TEMP") ?? .reading,
            severities: [.unreadable: .alarm])
        var monitor = monitor(watch: watch)
        let events = monitor.take(.unreadable(reason: "text"), at: 0)
        #expect(events.map(\.finding.code.description) == ["HF-TEMP-UNREADABLE"])
        #expect(events.map(\.finding.severity) == [.alarm])
        #expect(monitor.take(.absent, at: 10).map(\.change) == [.closed])
        #expect(monitor.findings.isEmpty)
        #expect(monitor.snapshot(at: newYear, .second(10)).indicators[0].state == .ok)
    }

    @Test("No bad reading opens or closes a limit", arguments: bad.map(\.0))
    func limits(reading: Reading) {
        var monitor = monitor(closing: 30)
        for second in stride(from: 0.0, to: 60, by: 10) {
            #expect(monitor.take(reading, at: second).allSatisfy { $0.finding.code != .temperature })
        }
        _ = monitor.take(99, at: 60)
        for second in stride(from: 70.0, to: 7200, by: 10) { _ = monitor.take(reading, at: second) }
        #expect(monitor.findings.contains { $0.code == .temperature && $0.severity == .alarm })
    }

    @Test("A sensor that answers only every other time still opens its limit")
    func everyOther() {
        var monitor = monitor(hold: 60)
        var codes: [String] = []
        for step in 0..<12 {
            let reading: Reading = step.isMultiple(of: 2) ? .good(.number(99)) : .unreadable(reason: "busy")
            codes += monitor.take(reading, at: Double(step) * 10).map(\.finding.code.description)
        }
        #expect(codes == ["HF-TEMP-CPU"])
    }

    @Test(
        "A number that is none is implausible, and never reaches a statistic",
        arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func notFinite(number: Double) {
        var monitor = monitor()
        _ = monitor.take(40, at: 0)
        _ = monitor.take(number, at: 10)
        let health = monitor.snapshot(at: newYear, .second(10)).indicators[0]
        #expect(health.reading?.quality == .implausible)
        #expect(health.statistics.count == 2)
        #expect(health.statistics.allSatisfy { $0.count == 1 && $0.maximum == 40 })
    }

    @Test("Text from a sensor is bounded and shows no control characters")
    func text() throws {
        var monitor = HealthMonitor(plan: HealthPlan(), indicators: [link])
        let hostile = "\u{1B}[2Jup\n" + String(repeating: "x", count: 100_000)
        _ = monitor.take(.good(.word(hostile)), of: link, at: 0)
        guard case .good(.word(let word)) = monitor.snapshot(at: newYear, 0).indicators[0].reading else {
            Issue.record("it is no word any more")
            return
        }
        #expect(word.count == 64 && word.hasPrefix("?[2Jup?x"))
    }

    @Test("A sample of an indicator that nobody knows is let be")
    func unknown() {
        var monitor = monitor()
        #expect(monitor.take(99, of: Indicator(name: "other", unit: .celsius), at: 0).isEmpty)
        #expect(monitor.findings.isEmpty)
    }
}
