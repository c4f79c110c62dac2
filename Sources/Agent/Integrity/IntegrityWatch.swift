package import Documents
import Integrity
package import Logging
package import Platform
import SystemPackage
package import Vocabulary

/// Measures the configuration when it is due, or when somebody asks, and gives way to whatever the agent does.
///
/// How it works: the agent says what is to be measured and what it is held against; a thread at idle priority reads; the comparison is
/// made here, and the agent records what follows. While an update moves, the thread waits where it is. A finished result is kept,
/// so that a restart begins no measurement that is not due.
package actor IntegrityWatch {
    /// How long after a start the first measurement of that boot begins: a device that starts has other things to do.
    private static let settling: Duration = .seconds(300)
    /// When to try again what could not be measured or recorded.
    private static let again: Duration = .seconds(900)

    private let executor = BlockingExecutor(label: "aftercare.integrity")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let agent: Agent
    private let plan: Result<IntegrityPlan, IntegrityError>
    private let policy: IntegrityPolicy
    private let places: Places
    private let boot: String
    private let clock: any WallClock
    private let storage: Storage
    private let shelf: MeasurementShelf
    private let log: Logger
    private let bell = Bell()
    /// Rung for a finished measurement that waits for the agent to take it.
    private let freed = Bell()
    private var pace: MeasuringPace?
    private var current: Task<Result<JSON, FaultReport>, Never>?
    private var isStopped = false
    private var due: UInt64?
    /// The release that ran when the agent was last asked.
    private var seen: String?

    /// Reads the running release's plan; `boot` is the boot that this is.
    package init(
        agent: Agent, policy: IntegrityPolicy, places: Places, boot: String, clock: any WallClock, storage: Storage,
        log: Logger
    ) {
        (self.agent, self.policy, self.places, self.boot) = (agent, policy, places, boot)
        (self.clock, self.storage, self.log) = (clock, storage, log)
        shelf = MeasurementShelf(folder: places.measurements, storage: storage)
        let file = places.integrityPlan
        plan = Result { () throws(IntegrityError) in
            guard policy.isEnabled else { throw .notMeasured(reason: "the device's configuration says so") }
            guard let plan = try IntegrityPlan.read(file, storage: storage) else {
                throw .notMeasured(reason: "the release brings no '\(file)'")
            }
            return plan
        }
    }

    /// Measures whenever it is due, until `stop()`.
    package func run() async {
        guard case .success(let plan) = plan else {
            if case .failure(let error) = plan {
                log.notice("the configuration is not measured", metadata: ["reason": "\(error)"])
            }
            while !isStopped { await bell.wait() }
            return
        }
        await schedule(plan)
        while !isStopped {
            await follow()
            if current == nil, let due, due <= monotonicNanoseconds(), await agent.measuringOrder() != nil {
                if case .failure(let fault) = await measured(plan), !isStopped {
                    log.warning("the configuration could not be measured", metadata: ["reason": "\(fault)"])
                }
                continue
            }
            await rest()
        }
        _ = await current?.value
    }

    package func stop() {
        isStopped = true
        pace?.cancel()
        freed.ring()
        bell.ring()
    }

    /// Something of the agent has changed: what is under way waits or goes on, and another release is measured at once.
    package func changed() async {
        await follow()
        freed.ring()
        bell.ring()
    }

    /// Measures now, or waits for the measurement that is under way, and gives the signed result.
    package func measureNow() async throws(FaultReport) -> JSON {
        switch plan {
        case .failure(let error): throw FaultReport(error)
        case .success(let plan):
            if current == nil, await agent.measuringOrder() == nil { throw FaultReport(IntegrityError.underWay) }
            return try await measured(plan).get()
        }
    }

    private func follow() async {
        let order = await agent.measuringOrder()
        pace?.giveWay(order == nil)
        guard let order, order.release != seen else { return }
        seen = order.release
        if let basis = order.record.basis, basis.release != order.release { due = monotonicNanoseconds() }
    }

    private func rest() async {
        let now = monotonicNanoseconds()
        // While it is due and has to wait, the agent's next change rings.
        guard let due, due > now else { return await bell.wait() }
        await bell.wait(atMost: .nanoseconds(Int64(clamping: due - now)))
    }

    /// When the first is due: soon in a new boot, else when the interval since the last one is over.
    private func schedule(_ plan: IntegrityPlan) async {
        let now = monotonicNanoseconds()
        let record = await agent.configurationRecord
        guard let last = record.last, last.boot == boot else {
            due = now + (record.basis == nil ? 0 : Self.settling.nanoseconds)
            return
        }
        // A clock that was set back must not put it off for longer than the interval.
        let passed = Duration.seconds(max(0, clock.now().seconds - last.time.seconds))
        due = now + (policy.interval(of: plan) - passed).nanoseconds
    }

    private func measured(_ plan: IntegrityPlan) async -> Result<JSON, FaultReport> {
        if let current { return await current.value }
        let work = Task { await self.perform(plan) }
        current = work
        let result = await work.value
        return result
    }

    private func perform(_ plan: IntegrityPlan) async -> Result<JSON, FaultReport> {
        let pace = MeasuringPace(bytesPerSecond: policy.rate(of: plan))
        self.pace = pace
        if isStopped { pace.cancel() }
        let result: Result<JSON, FaultReport>
        do throws(FaultReport) { result = .success(try await measure(plan, at: pace)) } catch {
            result = .failure(error)
        }
        let wait = if case .success = result { policy.interval(of: plan) } else { Self.again }
        (self.pace, current, due) = (nil, nil, monotonicNanoseconds() + wait.nanoseconds)
        ProcessMemory.giveBack()
        bell.ring()
        return result
    }

    private func measure(_ plan: IntegrityPlan, at pace: MeasuringPace) async throws(FaultReport) -> JSON {
        while true {
            let order = try await orderOnceFree()
            let chosen = try chosen(plan, of: order)
            let measurement: Measurement
            do throws(IntegrityError) {
                measurement = try await Measurer(plan, images: chosen.images, root: places.root, storage: storage)
                    .measureIdly(at: pace)
            } catch { throw FaultReport(error) }
            do throws(StorageError) { try shelf.keep(measurement) } catch { throw FaultReport(error) }
            let summary = ConfigurationRecord.Summary(measurement, at: await agent.now(), boot: boot)
            guard try await hand(measurement, summary, plan, measured: order) else { continue }
            let record = await agent.configurationRecord
            shelf.keepOnly([record.basis?.digest, record.last?.digest].compactMap { $0 })
            return try await agent.integrity()
        }
    }

    /// Has the agent take a finished measurement as soon as it can; false where it is of what does not run any more.
    private func hand(
        _ measurement: Measurement, _ summary: ConfigurationRecord.Summary, _ plan: IntegrityPlan,
        measured: MeasuringOrder
    ) async throws(FaultReport) -> Bool {
        while true {
            let order = try await orderOnceFree()
            guard order.release == measured.release, order.images == measured.images else { return false }
            let signed = try chosen(plan, of: order).signed
            let found = drifts(in: measurement, plan, order, signed: signed, at: summary.time)
            if try await agent.take(summary, found: found, of: order) { return true }
        }
    }

    private func orderOnceFree() async throws(FaultReport) -> MeasuringOrder {
        while !isStopped {
            if let order = await agent.measuringOrder() { return order }
            await freed.wait()
        }
        throw FaultReport(IntegrityError.cancelled)
    }

    /// What the plan wants of the order's images; one that the device does not have is the plan's mistake.
    private func chosen(
        _ plan: IntegrityPlan, of order: MeasuringOrder
    ) throws(FaultReport) -> (images: [Measurer.Image], signed: [Item]) {
        guard case .named(let names) = plan.images else { return (order.images, order.signed) }
        if let unknown = names.first(where: { name in !order.images.contains { $0.name == name } }) {
            throw FaultReport(
                IntegrityError.notMeasured(
                    reason: "the plan names an image '\(unknown.printable(limit: 64))' that this device has no slot for"
                ))
        }
        return (
            order.images.filter { names.contains($0.name) }, order.signed.filter { names.contains($0.subject.name) }
        )
    }

    private func drifts(
        in measurement: Measurement, _ plan: IntegrityPlan, _ order: MeasuringOrder, signed: [Item], at time: Timestamp
    ) -> [Drift] {
        let rules = plan.files.map { Item(.file(Array($0.path.string.utf8)), $0.expected) }
        guard let basis = order.record.basis, basis.release == order.release else {
            return Expectation(signed: signed + rules, baseline: nil).drifts(in: measurement, at: time)
        }
        // What a signed document accepted is newer than what the release said, and covers all that was measured.
        let signed = basis.document == nil ? signed + rules : []
        let baseline = basis.digest == measurement.digest ? measurement : shelf.read(basis.digest)
        let found = Expectation(signed: signed, baseline: baseline).drifts(in: measurement, at: time)
        guard baseline == nil else { return found }
        return found + [
            Drift(
                Subject(.baseline, "of \(basis.since)"), expected: Fingerprint(.file, digest: basis.digest), found: nil,
                since: time)
        ]
    }
}
