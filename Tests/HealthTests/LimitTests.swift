import Hardware
import Health
import Testing
import Vocabulary

@Suite("Limits")
struct LimitTests {
    /// A number each 10 s, and what changes with it.
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        var thresholds = Thresholds(warningAbove: 80, alarmAbove: 95, clearBy: 5)
        var hold = 0.0
        var closing = 0.0
        let numbers: [Double]
        /// By the place of the number that brings it.
        let changes: [Int: LimitState.Change]

        var testDescription: String { name }
    }

    @Test(
        "A limit opens, escalates, eases and closes when its holds are over, not before",
        arguments: [
            Story(name: "inside", numbers: [20, 79.9, 80, 20], changes: [:]),
            Story(name: "no hold", numbers: [20, 80.1, 74.9], changes: [1: .opened, 2: .closed]),
            Story(name: "hysteresis", numbers: [81, 79, 75.1, 75, 74], changes: [0: .opened, 3: .closed]),
            Story(name: "straight to alarm", numbers: [20, 96, 20], changes: [1: .opened, 2: .closed]),
            Story(
                name: "escalates and eases", numbers: [81, 96, 97, 89],
                changes: [0: .opened, 1: .escalated, 3: .eased]),
            Story(
                name: "an alarm needs hysteresis to ease", numbers: [96, 94, 91, 90], changes: [0: .opened, 3: .eased]),
            Story(name: "opens after the hold", hold: 20, numbers: [81, 81, 81, 81], changes: [2: .opened]),
            Story(name: "one good value", hold: 20, numbers: [81, 81, 79, 81, 81, 81], changes: [5: .opened]),
            Story(
                name: "each severity has its own hold", hold: 20, numbers: [81, 96, 96, 96],
                changes: [2: .opened, 3: .escalated]),
            Story(
                name: "a warning's hold runs under an alarm", hold: 20, numbers: [81, 96, 81], changes: [2: .opened]),
            Story(
                name: "closes after its hold", closing: 20, numbers: [81, 20, 20, 76, 20, 20, 20],
                changes: [0: .opened, 6: .closed]),
            Story(
                name: "below", thresholds: Thresholds(warningBelow: 3.2, alarmBelow: 3, clearBy: 0.05),
                numbers: [3.3, 3.1, 2.9, 3.04, 3.06], changes: [1: .opened, 2: .escalated, 4: .eased]),
            Story(
                name: "both sides", thresholds: Thresholds(warningAbove: 10, warningBelow: 5, clearBy: 1),
                numbers: [7, 11, 4, 5.5, 7], changes: [1: .opened, 4: .closed]),
            Story(
                name: "alarm alone", thresholds: Thresholds(alarmAbove: 10), numbers: [11, 10],
                changes: [0: .opened, 1: .closed]),
        ])
    func stories(story: Story) {
        var monitor = monitor(story.thresholds, hold: story.hold, closing: story.closing)
        var changes: [Int: LimitState.Change] = [:]
        for (index, number) in story.numbers.enumerated() {
            let events = monitor.take(number, at: Double(index) * 10)
            #expect(events.count <= 1)
            changes[index] = events.first?.change
        }
        #expect(changes == story.changes)
    }

    @Test("A finding says when it opened, at which value, what was worst, and when it closed")
    func finding() throws {
        var monitor = monitor(hold: 20, closing: 10)
        let numbers = [81.0, 99, 82, 97, 96, 96, 50, 50, 50]
        let events = numbers.enumerated().flatMap { monitor.take($1, at: Double($0) * 10) }
        try #require(events.map(\.change) == [.opened, .escalated, .closed])
        let opened = events[0].finding
        #expect(opened.severity == .warning && opened.opened == newYear.advanced(by: 20))
        #expect(opened.openingValue == .number(82) && opened.worstValue == 99)
        #expect(opened.reason == "The processor is too hot: 82 °C, above 80 °C")
        #expect(opened.advice == "Check the fan.")
        let closed = events[2].finding
        #expect(closed.severity == .alarm && closed.worstValue == 99)
        #expect(closed.closed == newYear.advanced(by: 70))
        #expect(monitor.findings.isEmpty && monitor.snapshot(at: newYear, 0).closed == [closed])
    }

    @Test("A word that is not expected is a finding, whatever it is")
    func words() {
        let limit = Limit(
            code: FindingCode("HF-LAN") ?? .reading, indicators: .everything,
            rule: .words(expected: ["up", "dormant"], severity: .alarm), sentence: "The network is off")
        var monitor = HealthMonitor(plan: HealthPlan(limits: [limit]), indicators: [link])
        #expect(monitor.take(.good(.word("up")), of: link, at: 0).isEmpty)
        let events = monitor.take(.good(.word("down")), of: link, at: 10)
        #expect(events.map(\.finding.reason) == ["The network is off: it is 'down', expected is up or dormant"])
        #expect(events.map(\.finding.severity) == [.alarm])
        #expect(monitor.take(.good(.word("dormant")), of: link, at: 20).map(\.change) == [.closed])
    }

    @Test(
        "What comes and goes every second is told a bounded number of times, and is said to come again",
        arguments: [90.0, 99])
    func flapping(peak: Double) {
        var monitor = monitor(Thresholds(warningAbove: 80, alarmAbove: 95))
        var opened: [Finding] = []
        var count = 0
        for second in 0..<86400 {
            let events = monitor.take(second / 90 % 2 == 0 ? peak : 20, at: Double(second))
            count += events.count
            opened += events.filter { $0.change == .opened }.map(\.finding)
        }
        #expect((2..<20).contains(count))
        #expect(opened.map(\.reopenings) == Array(0..<opened.count))
    }

    @Test("What was calm for an hour opens as new")
    func calm() {
        var monitor = monitor()
        _ = monitor.take(90, at: 0)
        _ = monitor.take(20, at: 10)
        #expect(monitor.take(90, at: 20).map(\.finding.reopenings) == [1])
        for second in stride(from: 30.0, through: 4000, by: 10) { _ = monitor.take(20, at: second) }
        #expect(monitor.take(90, at: 4010).map(\.finding.reopenings) == [0])
    }

    @Test("Time without any reading proves nothing: the hold begins anew after it")
    func silence() {
        var monitor = monitor(hold: 30)
        _ = monitor.take(90, at: 0)
        #expect(monitor.take(90, at: 3600).isEmpty)
        #expect(monitor.take(90, at: 3620).isEmpty)
        #expect(monitor.take(90, at: 3630).map(\.change) == [.opened])
    }

    @Test("A reading that is older than the newest changes nothing")
    func outOfOrder() {
        var monitor = monitor()
        _ = monitor.take(20, at: 100)
        #expect(monitor.take(99, at: 50).isEmpty)
    }
}
