package import Documents
import Platform
import Synchronization
import Vocabulary

/// Makes heartbeats, queues them and sends them to every endpoint, until it is stopped.
///
/// How it works: one loop makes a heartbeat when it is due and queues it; each endpoint has a loop of its own that sends what
/// waits. They share nothing but the queue, so one that hangs holds up no other. Nothing wakes up while nothing is due.
package actor HeartbeatService {
    /// What the device tells of itself.
    package struct Source: Sendable {
        /// Who speaks, and since when; asked for every item.
        package let identity: @Sendable () async -> HeartbeatContent
        /// Everything that a routine heartbeat says, identity included.
        package let content: @Sendable () async -> HeartbeatContent
        package let names: TelemetryNames
        /// How long the device may take to say how it is.
        package let patience: Duration

        package init(
            names: TelemetryNames, patience: Duration = .seconds(30),
            identity: @escaping @Sendable () async -> HeartbeatContent,
            content: @escaping @Sendable () async -> HeartbeatContent
        ) {
            self.names = names
            self.patience = patience
            self.identity = identity
            self.content = content
        }
    }

    private let configuration: HeartbeatConfiguration
    private let queue: HeartbeatQueue
    private let source: Source
    private let surroundings: HeartbeatSender.Surroundings
    private let tell: @Sendable (HeartbeatNews) -> Void
    private let senders: [HeartbeatSender]
    private let maker: HeartbeatMaker
    private let bell = Bell()
    private var dice: JitterDice
    private var schedule: HeartbeatSchedule
    private var loops: Task<Void, Never>?
    private var isStopped = false
    private nonisolated let progress: LoopProgress

    package init(
        configuration: HeartbeatConfiguration, queue: HeartbeatQueue, source: Source,
        _ surroundings: HeartbeatSender.Surroundings, tell: @escaping @Sendable (HeartbeatNews) -> Void
    ) {
        self.configuration = configuration
        self.queue = queue
        self.source = source
        self.surroundings = surroundings
        self.tell = tell
        senders = configuration.endpoints.enumerated().map { index, endpoint in
            let own = HeartbeatSender.Surroundings(
                storage: surroundings.storage, clock: surroundings.clock, uptime: surroundings.uptime,
                seed: surroundings.seed &+ UInt64(index + 1))
            return HeartbeatSender(endpoint, of: configuration, queue: queue, own, tell: tell)
        }
        maker = HeartbeatMaker(
            filter: TelemetryFilter(names: source.names), pseudonymKey: configuration.pseudonymKey,
            secrets: Secrets(storage: surroundings.storage))
        var dice = JitterDice(seed: surroundings.seed)
        schedule = HeartbeatSchedule(
            interval: configuration.interval, jitter: configuration.jitter, at: surroundings.uptime(), using: &dice)
        self.dice = dice
        progress = LoopProgress(uptime: surroundings.uptime)
    }

    /// Runs until `stop()` or until the task is cancelled; at once over where no endpoint is configured.
    package func run() async {
        guard !configuration.endpoints.isEmpty, !isStopped, loops == nil else { return }
        if let place = queue.setAside {
            tell(.queueLost(place))
            await report([TelemetryEvent(.queueLost, .warning, at: surroundings.clock.now())])
        }
        let loops = Task { await runLoops() }
        self.loops = loops
        await withTaskCancellationHandler {
            await loops.value
        } onCancel: {
            loops.cancel()
        }
    }

    /// Ends `run()`; a transfer under way is called off and made again later.
    package func stop() {
        isStopped = true
        loops?.cancel()
    }

    private func runLoops() async {
        await withTaskGroup(of: Void.self) { group in
            for (index, sender) in senders.enumerated() {
                let progress = progress
                group.addTask { await sender.run { progress.mark(index, due: $0) } }
            }
            group.addTask { await self.makeHeartbeats() }
        }
    }

    private func makeHeartbeats() async {
        while !Task.isCancelled {
            progress.mark(-1, due: surroundings.uptime() + source.patience)
            let due = await turn()
            progress.mark(-1, due: due)
            let rest = due - surroundings.uptime()
            if rest > .zero { await bell.wait(atMost: rest) }
        }
    }

    /// Queues a heartbeat if one is due; gives the time of the next.
    package func turn() async -> Duration {
        let now = surroundings.uptime()
        if schedule.dueTime <= now {
            schedule.made(at: now, using: &dice)
            await enqueue(await collected())
        }
        return schedule.dueTime
    }

    /// Lets every endpoint look for what an earlier run left; `run()` does so by itself.
    package func resume() async {
        for sender in senders { await sender.resume() }
    }

    /// One step of each endpoint, for whoever drives the service by its own clock; gives the earliest next one.
    package func sendTurn() async -> Duration? {
        var next: Duration?
        for sender in senders {
            if let due = await sender.turn() { next = min(next ?? due, due) }
        }
        return next
    }

    private func collected() async -> HeartbeatContent? {
        let content = source.content
        if let collected = await Attempt.run(within: source.patience, { await content() }) { return collected }
        guard !Task.isCancelled else { return nil }
        tell(.notCollected)
        return await identity()
    }

    /// Nil where the device does not say in time who it is, or is being stopped: an item of nobody is of no use to anybody.
    private func identity() async -> HeartbeatContent? {
        let identity = source.identity
        return await Attempt.run(within: source.patience) { await identity() }
    }

    private func enqueue(_ content: HeartbeatContent?) async {
        guard var content else { return }
        if let state = try? await queue.state() { content.metrics += state.points }
        await put(maker.items(of: content, at: surroundings.clock.now()))
        // It takes ten times what its text does, and the next one is far away.
        ProcessMemory.giveBack()
    }

    /// Queues the items and wakes the senders; false if one could not be queued.
    @discardableResult
    private func put(_ made: HeartbeatMaker.Made) async -> Bool {
        var urgency: HeartbeatPriority?
        if made.withheld > 0 { tell(.withheld(made.withheld)) }
        var isQueued = true
        do throws(HeartbeatError) {
            try await queue.withheld(made.withheld)
            for item in made.items {
                try await queue.add(item)
                urgency = max(urgency ?? item.priority, item.priority)
            }
        } catch {
            tell(.cannotQueue(error))
            isQueued = false
        }
        guard let urgency else { return isQueued }
        for sender in senders { await sender.notice(urgency) }
        return isQueued
    }
}

extension HeartbeatService {
    /// Queues what just happened, durably before it returns, to leave before any routine heartbeat.
    ///
    /// False when it could not be queued: whoever can tell it again later should.
    @discardableResult
    package func report(_ events: [TelemetryEvent]) async -> Bool {
        guard !events.isEmpty else { return true }
        guard var content = await identity() else { return false }
        content.metrics = []
        content.events = events
        return await put(maker.items(of: content, at: surroundings.clock.now()))
    }

    /// Makes a heartbeat now and sends everything that waits.
    package func sendNow() async throws(HeartbeatError) {
        guard !senders.isEmpty else { throw .noEndpoint }
        schedule.made(at: surroundings.uptime(), using: &dice)
        await enqueue(await collected())
        for sender in senders { await sender.ask() }
    }

    /// Exactly what would be sent now, queued by nobody; the ids of its items are examples.
    package func preview() async throws(HeartbeatError) -> JSON {
        guard var content = await collected() else { throw .notCollected }
        content.metrics += try await queue.state().points
        let made = maker.items(of: content, at: surroundings.clock.now())
        var requests: [JSON] = []
        for item in made.items {
            let body = item.signal.request(of: [item.body])
            let sent: [UInt8]
            do throws(CompressionError) { sent = try Gzip.compress(body) } catch { throw .compression(error) }
            requests.append([
                "path": .string(item.signal.path), "bytes": .number(body.count), "sentBytes": .number(sent.count),
                "body": .string(String(decoding: body, as: UTF8.self)),
            ])
        }
        return [
            "requests": .array(requests), "withheld": .number(made.withheld), "endpoints": await endpointStates(),
            "intervalSeconds": .integer(configuration.interval.components.seconds),
            "queue": try await queue.state().json,
        ]
    }

    /// The newest transfers first, as they were.
    package func egress(limit: Int) async throws(HeartbeatError) -> JSON {
        .array(try await queue.egress(limit: limit).map(\.json))
    }

    /// The JSON text that one transfer carried.
    package func egressBody(_ number: Int64) async throws(HeartbeatError) -> String {
        String(decoding: try await queue.egressBody(number), as: UTF8.self)
    }

    private func endpointStates() async -> JSON {
        var states: [JSON] = []
        for sender in senders { states.append(await sender.status()) }
        return .array(states)
    }

    /// Whether every loop did its step when it was due, within two minutes: for the watchdog's checks.
    package nonisolated var isAlive: Bool { progress.isAlive }

    /// When a loop last did a step, in time since boot.
    package nonisolated var lastProgress: Duration { progress.last }
}

/// When each loop did its last step and must have done its next.
private final class LoopProgress: Sendable {
    private static let tolerance: Duration = .seconds(120)

    private let uptime: @Sendable () -> Duration
    private let state = Mutex<(due: [Int: Duration], last: Duration)>(([:], .zero))

    init(uptime: @escaping @Sendable () -> Duration) { self.uptime = uptime }

    func mark(_ loop: Int, due: Duration?) {
        let now = uptime()
        state.withLock { state in
            state.due[loop] = due
            state.last = now
        }
    }

    var isAlive: Bool {
        let now = uptime()
        return state.withLock { state in state.due.values.allSatisfy { now < $0 + Self.tolerance } }
    }

    var last: Duration { state.withLock { $0.last } }
}

extension QueueState {
    /// For people.
    package var json: JSON {
        let drops = dropped.map { drop, count -> JSON in
            ["priority": .string(drop.priority.name), "reason": .string(drop.reason.rawValue), "count": .number(count)]
        }
        return [
            "items": .number(count), "bytes": .number(bytes), "withheld": .number(withheld),
            "dropped": .array(drops.sorted { $0.canonicalText < $1.canonicalText }),
            "since": .string(since.description),
        ]
    }
}
