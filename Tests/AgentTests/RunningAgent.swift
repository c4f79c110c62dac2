import Agent
import Documents
import Ledger
import Logging
import Platform
import Synchronization
import TestSupport
import Testing
import Trust
import Vocabulary

/// Stands still where it was set to.
final class SettableClock: WallClock {
    private let time: Mutex<Timestamp>

    init(_ time: Timestamp) { self.time = Mutex(time) }

    func now() -> Timestamp { time.withLock { $0 } }

    func set(_ new: Timestamp) { time.withLock { $0 = new } }
}

/// An agent that works on a simulated machine, from its start until `stop()`.
final class RunningAgent {
    /// How often the agent asked for a restart, and a word to whoever waits.
    private final class Watch: Restarter {
        private let count = Mutex(0)
        let changes: AsyncStream<Void>
        private let changed: AsyncStream<Void>.Continuation

        init() { (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

        var restarts: Int { count.withLock { $0 } }

        func ring() { changed.yield() }

        func restart() {
            count.withLock { $0 += 1 }
            ring()
        }
    }

    /// Shows what a clock shows, and tells when nobody holds it any more: then the agent's files are closed.
    private final class HeldClock: WallClock {
        private let gone: AsyncStream<Void>.Continuation
        private let clock: any WallClock

        init(_ clock: any WallClock, gone: AsyncStream<Void>.Continuation) {
            self.clock = clock
            self.gone = gone
        }

        deinit { gone.finish() }

        func now() -> Timestamp { clock.now() }
    }

    private let watch = Watch()
    private var agent: Agent?
    private var task: Task<Void, Never>?
    private let closed: AsyncStream<Void>
    private let isCut: @Sendable () -> Bool

    /// Starts an agent on `machine` whose clock stands `later` seconds after the machine's time; with `working` false it only takes requests until `work()` is called.
    init(
        _ machine: SimulatedMachine, power: PowerSwitch? = nil, observer: (any StorageObserver)? = nil,
        interlocks: [any Interlock] = [], working: Bool = true, later seconds: Int64 = 0,
        boardTrouble: FaultReport? = nil, key: DeviceKey? = nil, clock: (any WallClock)? = nil
    ) throws {
        let storage = Storage(observer: power ?? observer)
        let running = try RunningSystem.read(machine.configuration, storage: storage)
        let (closed, gone) = AsyncStream<Void>.makeStream()
        self.closed = closed
        let records = try Records.open(
            machine.configuration.places, storage: storage,
            clock: HeldClock(
                clock ?? SettableClock(SimulatedMachine.time.advanced(by: seconds)), gone: gone), boot: running.boot)
        let lockFiles = machine.configuration.interlocks.lockFiles.map { LockFileInterlock(path: $0, storage: storage) }
        let watch = watch
        power?.onCut { watch.ring() }
        isCut = { power?.isCut ?? false }
        agent = Agent(
            configuration: machine.configuration, running: running, storage: storage, records: records,
            machine: Agent.Machine(
                interlocks: interlocks + lockFiles, restarter: watch, units: nil,
                peripherals: machine.crew ?? NoPeripherals(), boardTrouble: boardTrouble,
                deviceKey: key),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { watch.ring() }
        if working { work() }
    }

    /// Lets an agent begin that was started without.
    func work() { task = agent.map { agent in Task { await agent.run() } } }

    var alive: Agent { get throws { try #require(agent, "the agent was stopped") } }

    /// Whether it asked for a restart.
    var wantsRestart: Bool { watch.restarts > 0 }

    /// The first status for which `isEnough` holds; or the one at which it asked for a restart, or the power went.
    @discardableResult
    func status(until isEnough: (JSON) -> Bool) async throws -> JSON {
        let agent = try alive
        while true {
            let status = await agent.status()
            if isEnough(status) || wantsRestart || isCut() { return status }
            for await _ in watch.changes { break }
            try Task.checkCancellation()
        }
    }

    @discardableResult
    func state(_ name: String) async throws -> JSON { try await status { $0["state"]?.string == name } }

    /// Offers a bundle and gives the update's id.
    @discardableResult
    func offer(_ source: UpdateSource, activates: Bool = true) async throws -> String {
        try await alive.offer(source, stream: nil, activatesByItself: activates, requestedBy: "test")
    }

    /// Stops it and waits until it has let go of its files.
    func stop() async {
        await agent?.stop()
        await task?.value
        (agent, task) = (nil, nil)
        for await _ in closed {}
    }
}

extension SimulatedMachine {
    /// Lets the machine work, over as many restarts as the agent asks for, until no update is under way; gives the last status.
    @discardableResult
    func settle(
        from first: RunningAgent? = nil, power: PowerSwitch? = nil, limit: Int = 12
    ) async throws -> JSON {
        var agent = try first ?? RunningAgent(self, power: power)
        for _ in 0..<limit {
            let status = try await agent.state("idle")
            let wantsRestart = agent.wantsRestart
            await agent.stop()
            guard wantsRestart, power?.isCut != true else { return status }
            try boot()
            agent = try RunningAgent(self, power: power)
        }
        await agent.stop()
        Issue.record("the machine was restarted \(limit) times and is not settled")
        return .null
    }

    /// Offers a bundle and lets the machine work until that update has ended.
    @discardableResult
    func update(_ bytes: [UInt8]) async throws -> JSON {
        let agent = try RunningAgent(self)
        try await agent.offer(try source(bytes))
        return try await settle(from: agent)
    }
}
