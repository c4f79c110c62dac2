package import Agent
package import Documents
import Ledger
import Logging
package import Platform
import Synchronization
package import Trust
package import Vocabulary

/// Stands still where it was set to.
package final class SettableClock: WallClock {
    private let time: Mutex<Timestamp>

    package init(_ time: Timestamp) { self.time = Mutex(time) }

    package func now() -> Timestamp { time.withLock { $0 } }

    package func set(_ new: Timestamp) { time.withLock { $0 = new } }
}

/// An agent that works on a simulated machine, from its start until `stop()`.
package final class RunningAgent {
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
    /// What its files are reached through.
    package let storage: Storage
    private var agent: Agent?
    private var task: Task<Void, Never>?
    private let closed: AsyncStream<Void>

    /// Starts an agent on `machine` whose clock stands `later` seconds after the machine's time; with `working` false it only takes
    /// requests until `work()` is called.
    package init(
        _ machine: SimulatedMachine, observer: (any StorageObserver)? = nil,
        interlocks: [any Interlock] = [], working: Bool = true, later seconds: Int64 = 0,
        boardTrouble: FaultReport? = nil, key: DeviceKey? = nil, clock: (any WallClock)? = nil
    ) throws {
        storage = Storage(observer: observer)
        let running = try RunningSystem.read(machine.configuration, storage: storage)
        let (closed, gone) = AsyncStream<Void>.makeStream()
        self.closed = closed
        let records = try Records.open(
            machine.configuration.places, storage: storage,
            clock: HeldClock(
                clock ?? SettableClock(machine.time.advanced(by: seconds)), gone: gone), boot: running.boot)
        let lockFiles = machine.configuration.interlocks.lockFiles.map { [storage] path in
            LockFileInterlock(path: path, storage: storage)
        }
        let watch = watch
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
    package func work() { task = agent.map { agent in Task { await agent.run() } } }

    package var alive: Agent {
        get throws(PowerCutsError) {
            guard let agent else { throw .stopped }
            return agent
        }
    }

    /// Waits until it has taken up what it found.
    package func begun() async { for await _ in watch.changes { break } }

    /// Whether it asked for a restart.
    package var wantsRestart: Bool { watch.restarts > 0 }

    /// The first status for which `isEnough` holds; or the one at which it asked for a restart.
    @discardableResult
    package func status(until isEnough: (JSON) -> Bool) async throws -> JSON {
        let agent = try alive
        while true {
            let status = await agent.status()
            if isEnough(status) || wantsRestart { return status }
            for await _ in watch.changes { break }
            try Task.checkCancellation()
        }
    }

    @discardableResult
    package func state(_ name: String) async throws -> JSON { try await status { $0["state"]?.string == name } }

    /// Offers a bundle and gives the update's id.
    @discardableResult
    package func offer(_ source: UpdateSource, activates: Bool = true) async throws -> String {
        try await alive.offer(source, stream: nil, activatesByItself: activates, requestedBy: "test")
    }

    /// Stops it and waits until it has let go of its files.
    package func stop() async {
        await agent?.stop()
        await task?.value
        (agent, task) = (nil, nil)
        for await _ in closed {}
    }
}

extension SimulatedMachine {
    /// How often a machine may restart before it counts as one that never comes to rest.
    package static let restartLimit = 12

    /// Lets the machine work, over as many restarts as the agent asks for, until no update is under way; gives the last status.
    @discardableResult
    package func settle(
        from first: RunningAgent? = nil, observer: (any StorageObserver)? = nil, limit: Int = restartLimit
    ) async throws -> JSON {
        var agent = try first ?? RunningAgent(self, observer: observer)
        for _ in 0..<limit {
            let status: JSON
            do { status = try await agent.state("idle") } catch {
                await agent.stop()
                throw error
            }
            let wantsRestart = agent.wantsRestart
            await agent.stop()
            guard wantsRestart else { return status }
            try boot(storage: Storage(observer: observer))
            agent = try RunningAgent(self, observer: observer)
        }
        await agent.stop()
        throw PowerCutsError.restless(restarts: limit)
    }

    /// Offers a bundle and lets the machine work until that update has ended.
    @discardableResult
    package func update(_ bytes: [UInt8]) async throws -> JSON {
        let agent = try RunningAgent(self)
        try await agent.offer(try source(bytes))
        return try await settle(from: agent)
    }
}
