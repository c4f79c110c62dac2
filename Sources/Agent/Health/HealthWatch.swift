package import Documents
package import Hardware
package import Health
package import Logging
package import Platform
import SystemPackage
import Vocabulary

/// Reads the board when it is due and turns readings into findings, until it is stopped.
///
/// How it works: the plan's sampler says what is due; it is read on the board's own threads, so that a driver that hangs holds up
/// nobody; what changed is recorded before anybody else is told. What takes a month to learn is kept in a file of its own, a few
/// times a day and at the end.
package actor HealthWatch {
    /// What became of findings, and all that are open: to be recorded at once.
    package typealias Record = @Sendable ([FindingEvent], JSON) async -> Void

    /// How often the statistics are kept; what a power cut takes of them is at most this.
    private static let keepInterval: Duration = .seconds(6 * 3600)

    private let executor = BlockingExecutor(label: "aftercare.health")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let board: any IndicatorSource
    private let clock: any WallClock
    private let storage: Storage
    private let history: FilePath
    private let vitals: Vitals
    private let record: Record
    private let log: Logger
    private let bell = Bell()
    private var monitor: HealthMonitor
    private var sampler: Sampler
    private var isStopped = false
    private var nextKeeping: UInt64

    /// Watches what `board` can be read for; `findings` is what was open when the agent was last stopped.
    package init(
        board: any IndicatorSource, plan: HealthPlan, findings: JSON?, places: Places, clock: any WallClock,
        storage: Storage, vitals: Vitals, log: Logger, record: @escaping Record
    ) {
        self.board = board
        self.clock = clock
        self.storage = storage
        self.vitals = vitals
        self.record = record
        self.log = log
        history = places.healthHistory
        let now = monotonicNanoseconds()
        nextKeeping = now + Self.keepInterval.nanoseconds
        monitor = HealthMonitor(plan: plan, indicators: board.indicators)
        sampler = Sampler(plan: plan, indicators: board.indicators, start: now)
        self.findings = findings
    }

    private var findings: JSON?

    /// Samples until `stop()`.
    package func run() async {
        await goOn()
        while !isStopped {
            let now = monotonicNanoseconds()
            if let due = sampler.due(at: now) { await sample(due) }
            keepHistory(at: monotonicNanoseconds())
            await rest()
        }
        keepHistory(at: .max)
        vitals.suspend(.sampling)
    }

    package func stop() {
        isStopped = true
        bell.ring()
    }

    /// How the device is at this moment.
    package func snapshot() -> HealthSnapshot { monitor.snapshot(at: clock.now(), monotonicNanoseconds()) }

    /// Takes up what was known before: an open finding does not open a second time.
    private func goOn() async {
        var events: [FindingEvent] = []
        if let findings {
            do throws(HealthError) { events = try monitor.restoreFindings(findings, at: clock.now()) } catch {
                log.error("open findings of before cannot be read", metadata: ["reason": "\(error)"])
            }
        }
        findings = nil
        if storage.exists(history) {
            do {
                let bytes = try storage.read(history, limit: HealthMonitor.documentLimit)
                try monitor.restoreHistory(try JSONReader.read(bytes, limit: HealthMonitor.documentLimit))
            } catch {
                log.warning("the statistics of before cannot be read, beginning anew", metadata: ["reason": "\(error)"])
            }
        }
        await tell(events)
    }

    private func sample(_ due: Sampler.Due) async {
        let samples = await board.read(due.indicators)
        await tell(monitor.take(samples, at: clock.now()))
        vitals.beat(.sampling)
        if due.missedBeats > 0 {
            log.warning("readings were left out", metadata: ["count": "\(due.missedBeats)"])
        }
    }

    private func tell(_ events: [FindingEvent]) async {
        guard !events.isEmpty else { return }
        await record(events, monitor.findingsState)
    }

    private func rest() async {
        guard !isStopped else { return }
        guard let next = sampler.next else {
            vitals.suspend(.sampling)
            return await bell.wait()
        }
        let now = monotonicNanoseconds()
        vitals.expect(.sampling, within: .nanoseconds(Int64(next > now ? next - now : 0)) + .seconds(60))
        if next > now { await bell.wait(atMost: .nanoseconds(Int64(next - now))) }
    }

    private func keepHistory(at time: UInt64) {
        guard time >= nextKeeping else { return }
        nextKeeping = monotonicNanoseconds() + Self.keepInterval.nanoseconds
        do {
            try storage.replace(history, with: monitor.historyState.canonicalBytes)
        } catch {
            log.warning("the statistics could not be kept, continuing", metadata: ["reason": "\(error)"])
        }
    }
}

/// What can be read of a device.
package protocol IndicatorSource: Sendable {
    var indicators: [Indicator] { get }

    /// One sample for each of `indicators`, also where there is no value; ends in bounded time.
    func read(_ indicators: [Indicator]) async -> [Sample]
}

extension Duration {
    /// Never less than none.
    var nanoseconds: UInt64 { UInt64(max(0, self / .nanoseconds(1))) }
}
