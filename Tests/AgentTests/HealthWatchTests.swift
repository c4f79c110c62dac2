import Agent
import Documents
import Hardware
import Health
import Ledger
import Logging
import Platform
import PowerCuts
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("Watching a board", .timeLimit(.minutes(2)))
struct HealthWatchTests {
    /// A board of one sensor that reads what it is told.
    private final class OneSensor: IndicatorSource {
        static let indicator = Indicator(name: "cpu.temperature", unit: .celsius)
        let indicators = [OneSensor.indicator]
        private let reading: Mutex<Reading>

        init(_ reading: Reading) { self.reading = Mutex(reading) }

        func set(_ reading: Reading) { self.reading.withLock { $0 = reading } }

        func read(_ indicators: [Indicator]) -> [Hardware.Sample] {
            indicators.map { Hardware.Sample($0, reading.withLock { $0 }, at: monotonicNanoseconds()) }
        }
    }

    private static let plan = """
        interval = 0.1

        [[limit]]
        code = "HF-TEMP-CPU"
        indicator = "cpu.temperature"
        warning-above = 80
        alarm-above = 90
        clear-by = 5
        sentence = "the processor is too hot"

        """

    /// Has an agent of its own on `machine` watch `board` during `body`, which is given every change of a finding once it is recorded.
    private func watching(
        _ board: OneSensor, on machine: SimulatedMachine,
        _ body: (Agent, HealthWatch, inout AsyncStream<FindingEvent>.Iterator) async throws -> Void
    ) async throws {
        let running = try RunningAgent(machine)
        try await watching(board, on: machine, with: try running.alive, body)
        await running.stop()
    }

    /// Nothing of it is left when it returns, so that the agent can let go of its files.
    private func watching(
        _ board: OneSensor, on machine: SimulatedMachine, with agent: Agent,
        _ body: (Agent, HealthWatch, inout AsyncStream<FindingEvent>.Iterator) async throws -> Void
    ) async throws {
        let (changes, told) = AsyncStream<FindingEvent>.makeStream()
        let watch = HealthWatch(
            board: board, plan: try HealthPlan(Self.plan), findings: await agent.knownFindings(),
            places: machine.configuration.places, clock: SystemClock(), storage: Storage(), vitals: Vitals(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { events, open in
            await agent.take(events, open: open)
            for event in events { told.yield(event) }
        }
        let task = Task { await watch.run() }
        var iterator = changes.makeAsyncIterator()
        try await body(agent, watch, &iterator)
        await watch.stop()
        await task.value
    }

    private func openFindings(_ agent: Agent) async -> Int? { await agent.status()["findings"]?.array?.count }

    @Test("What is too hot is a finding, in the ledger and in the status; it outlives the agent, and closes once")
    func story() async throws {
        let machine = try SimulatedMachine()
        let board = OneSensor(.good(.number(85)))
        try await watching(board, on: machine) { agent, watch, changes in
            let opened = try #require(await changes.next())
            #expect(opened.change == .opened)
            #expect(opened.finding.code.description == "HF-TEMP-CPU")
            #expect(await openFindings(agent) == 1)
            #expect(await watch.snapshot().state == .warning)
        }
        board.set(.good(.number(95)))
        try await watching(board, on: machine) { agent, _, changes in
            #expect(await openFindings(agent) == 1)
            #expect(await changes.next()?.change == .escalated)
            board.set(.good(.number(50)))
            while let change = await changes.next(), change.change != .closed {}
            #expect(await openFindings(agent) == 0)
        }
        let entries = try machine.entries().filter { $0.type.hasPrefix("finding.") }
        #expect(entries.filter { $0.type == "finding.opened" }.count == 1)
        #expect(entries.filter { $0.type == "finding.closed" }.count == 1)
        #expect(machine.folder.has("state/health.json"))
    }

    @Test(
        "A reading that is none is no finding at once, and is shown as what it is",
        arguments: [Reading.absent, .unreadable(reason: "it gave text"), .implausible(reason: "-2147483648")])
    func quality(_ reading: Reading) async throws {
        let machine = try SimulatedMachine()
        try await watching(OneSensor(reading), on: machine) { _, watch, _ in
            while await watch.snapshot().indicators.first?.reading == nil { await Task.yield() }
            #expect(await watch.snapshot().indicators.first?.reading == reading)
            #expect(await watch.snapshot().state == .unknown)
        }
    }
}
