import Agent
import Documents
import Health
import Logging
import Platform
import PowerCuts
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("A medium that is slow", .timeLimit(.minutes(2)))
struct SlowDiskTests {
    /// Holds up one flush of the ledger until it is let go.
    private final class SlowFlush: StorageObserver {
        private let folder: FilePath
        private let gate = HeldGate()
        private let isHolding = Mutex(false)
        let reached: AsyncStream<Void>
        private let arrived: AsyncStream<Void>.Continuation

        init(_ folder: FilePath) {
            self.folder = folder
            (reached, arrived) = AsyncStream.makeStream()
        }

        func hold() { isHolding.withLock { $0 = true } }
        func letGo() { gate.open() }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            guard case .flush(let path) = operation, path.starts(with: folder), isHolding.withLock({ $0 }) else {
                return .proceed
            }
            arrived.yield()
            gate.wait()
            return .proceed
        }
    }

    private func holdUp(_ agent: Agent, by disk: SlowFlush, offering source: UpdateSource) async throws {
        let vitals = Vitals()
        let fed = Mutex(0)
        let feeder = WatchdogFeeder(
            signs: LifeSigns(agent: agent, heartbeats: nil, vitals: vitals), period: .seconds(3600),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { fed.withLock { $0 += 1 } }
        disk.hold()
        async let offered = agent.offer(source, stream: nil, activatesByItself: true, requestedBy: "test")
        for await _ in disk.reached { break }
        // The agent's own actor stands still now, and the feeder does not.
        await feeder.feedOnce()
        await feeder.feedOnce()
        #expect(fed.withLock { $0 } == 2)
        // Its answer is due now, and it cannot give one.
        vitals.expect(.requests, within: .zero)
        await feeder.feedOnce()
        #expect(fed.withLock { $0 } == 2)
        disk.letGo()
        _ = try await offered
    }

    @Test("While a flush takes its time the watchdog is fed; once the agent owes an answer for too long it is not")
    func held() async throws {
        let machine = try SimulatedMachine()
        let disk = SlowFlush(machine.configuration.places.ledger)
        let agent = try RunningAgent(machine, observer: disk)
        try await agent.state("idle")
        try await holdUp(
            try agent.alive, by: disk, offering: try machine.source(try machine.bundle(TestImage("1.1.0"))))
        #expect(try await machine.settle(from: agent)["last"]?["outcome"] == "committed")
        #expect(try machine.verifyLedger().isIntact)
    }
}
