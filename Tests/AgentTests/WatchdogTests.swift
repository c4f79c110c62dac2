import Agent
import Health
import Logging
import PowerCuts
import Synchronization
import Testing

@Suite("The watchdog", .timeLimit(.minutes(2)))
struct WatchdogTests {
    @Test("It is fed only while every check of the agent's own holds")
    func checks() async throws {
        let machine = try SimulatedMachine()
        let agent = try RunningAgent(machine)
        try await feed(try agent.alive)
        await agent.stop()
    }

    private func feed(_ agent: Agent) async throws {
        let vitals = Vitals()
        let fed = Mutex(0)
        let feeder = WatchdogFeeder(
            signs: LifeSigns(agent: agent, heartbeats: nil, vitals: vitals), period: .seconds(60),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { fed.withLock { $0 += 1 } }
        await feeder.feedOnce()
        #expect(fed.withLock { $0 } == 1)
        // A deadline that has passed when it is asked about.
        vitals.expect(.sampling, within: .zero)
        await feeder.feedOnce()
        #expect(fed.withLock { $0 } == 1)
        vitals.suspend(.sampling)
        await feeder.feedOnce()
        #expect(fed.withLock { $0 } == 2)
    }
}
