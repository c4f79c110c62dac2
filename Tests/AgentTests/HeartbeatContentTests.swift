import Agent
import Documents
import Hardware
import Health
import Heartbeats
import Ledger
import Platform
import PowerCuts
import TestSupport
import Testing
import Vocabulary

@Suite("What the agent tells in heartbeats", .timeLimit(.minutes(2)))
struct HeartbeatContentTests {
    /// The names that the simulated machine's release declares.
    private static let names = TelemetryNames(
        indicators: ["cpu.temperature"], selfTests: ["firmware"], findings: ["HF-TEMP-CPU"])

    private func news(_ agent: Agent) async throws -> [TelemetryEvent] {
        var events: [TelemetryEvent] = []
        while true {
            let news = try await agent.news()
            events += news.events
            if await !agent.newsAreTold(upTo: news.next, count: news.events.count) { return events }
        }
    }

    @Test("Nothing that it says of itself is outside of the allow-list, before and after an update")
    func admitted() async throws {
        let machine = try SimulatedMachine()
        for (image, from) in [(nil, ""), (TestImage("1.1.0"), "1.0.0"), (TestImage("1.2.0", .failing), "1.1.0")] {
            if let image { _ = try await machine.update(machine.bundle(image, from: [from])) }
            let agent = try RunningAgent(machine)
            try await agent.state("idle")
            let content = try await agent.alive.heartbeat()
            #expect(TelemetryFilter(names: Self.names).admitted(content).withheld == 0)
            #expect(content.metrics.contains { $0.field == .boots })
            #expect(content.metrics.contains { $0.field == .selfTests } == (image != nil))
            await agent.stop()
        }
    }

    @Test("How an update ended is told once, with versions and cause, and nothing from before the first heartbeat")
    func updates() async throws {
        let machine = try SimulatedMachine()
        _ = try await machine.update(machine.bundle(TestImage("1.1.0", .failing)))
        let first = try RunningAgent(machine)
        try await first.state("idle")
        #expect(try await news(first.alive).isEmpty)
        await first.stop()
        _ = try await machine.update(machine.bundle(TestImage("1.2.0", .failing)))
        let second = try RunningAgent(machine)
        try await second.state("idle")
        let events = try await news(second.alive)
        let ends = events.filter { $0.field == .updateEnded }
        #expect(ends.count == 1)
        #expect(ends.first?.attributes[.outcome] == "rolled-back")
        #expect(ends.first?.attributes[.cause] == "self-test")
        #expect(ends.first?.attributes[.toVersion] == "1.2.0")
        #expect(ends.first?.priority == .urgent)
        #expect(events.contains { $0.field == .selfTestsEnded && $0.attributes[.verdict] == "failed" })
        let content = HeartbeatContent(events: events, bootTime: Timestamp(seconds: 0))
        #expect(TelemetryFilter(names: Self.names).admitted(content).withheld == 0)
        #expect(try await news(second.alive).isEmpty)
        await second.stop()
    }

    @Test("A finding is told when it opens and when it closes, by its code and part")
    func findings() async throws {
        let machine = try SimulatedMachine()
        let agent = try RunningAgent(machine)
        try await agent.state("idle")
        _ = try await news(agent.alive)
        let code = try #require(FindingCode("HF-TEMP-CPU"))
        let finding = Finding(
            code: code, indicator: "cpu.temperature", severity: .alarm, opened: SimulatedMachine.time,
            openingValue: .number(91.5), reason: "the processor is too hot")
        for change in [LimitState.Change.opened, .closed] {
            try await agent.alive.take([FindingEvent(change, finding, at: SimulatedMachine.time)], open: ["open": []])
        }
        let events = try await news(agent.alive)
        #expect(events.map(\.field) == [.findingOpened, .findingClosed])
        #expect(events.first?.severity == .error)
        #expect(events.first?.attributes[.value] == .decimal(91.5))
        let content = HeartbeatContent(events: events, bootTime: Timestamp(seconds: 0))
        #expect(TelemetryFilter(names: Self.names).admitted(content).withheld == 0)
        await agent.stop()
    }
}
