import BootControl
import Bundles
import Documents
import Installation
package import Integrity
import Ledger
package import Logging
package import Platform
package import SelfTests
import SystemPackage
package import Trust
package import Vocabulary

/// The maintenance agent: carries one update at a time through its lifecycle and writes every step down.
///
/// How it works: `run()` does what `state.action` says, turns the outcome into an event, and `follow(_:)` records the state after
/// that event before it becomes the state. Requests from outside are events too; they ring the bell that wakes `run()`. What can be
/// done in each state, and in what order, is all in `LifecycleState`.
package actor Agent {
    private let executor = BlockingExecutor(label: "aftercare.agent")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let configuration: Configuration
    let running: RunningSystem
    let storage: Storage
    let records: Records
    let archive: ReleaseArchive
    /// The signed documents in force; nil until somebody asks for them, since most starts of a device need none.
    var shelfAsRead: DocumentShelf?
    let boot: any BootControl
    nonisolated let machine: Machine
    let log: Logger
    nonisolated let progress: ProgressBoard
    private let changed: @Sendable () -> Void

    private(set) var state: LifecycleState
    /// The bundle of the update under way, between its verification and its installation.
    var verified: VerifiedBundle?
    /// What a caller opened, until it is read.
    var stream: (any ByteSource)?
    var cancellation = Cancellation()
    var cancelSource: (@Sendable () -> Void)?
    /// What keeps the agent from going on, for whoever asks; nil when nothing does.
    var trouble: FaultReport? { didSet { if trouble != oldValue { changed() } } }
    private let bell = Bell()
    private var isStopping = false
    var trialBegan: UInt64?
    /// How long the update under way had waited at a time since boot, in nanoseconds; nil before that was asked for.
    var waitKnown: (seconds: Int64, at: UInt64)?
    /// The newest entry of the ledger that heartbeats told of.
    var newsTold: UInt64?
    /// What health monitoring found and is not over.
    var openFindings: [JSON] = []
    /// What is known of the configuration of what runs.
    package internal(set) var configurationRecord: ConfigurationRecord
    /// How much of what is refused at each door is written down.
    var refusals: [RequestDoor: RefusalGauge] = [:]
    /// The doors of which a count is told later.
    var refusalTellers: Set<RequestDoor> = []
    /// How often the way back of the peripherals was tried since the agent started.
    var takeBackAttempts = 0

    /// What the agent reaches of the machine besides files; each can be another in a test.
    package struct Machine: Sendable {
        package let interlocks: [any Interlock]
        package let restarter: any Restarter
        package let units: (any UnitStates)?
        package let peripherals: any PeripheralCrew
        /// Why what the release says of its board or of its health was refused; such a release does not pass its trial.
        package let boardTrouble: FaultReport?
        /// What the device signs by what it says of itself; nil where there is no key, and nothing is signed then.
        package let deviceKey: DeviceKey?

        package init(
            interlocks: [any Interlock], restarter: any Restarter, units: (any UnitStates)?,
            peripherals: any PeripheralCrew = NoPeripherals(), boardTrouble: FaultReport? = nil,
            deviceKey: DeviceKey? = nil
        ) {
            self.interlocks = interlocks
            self.restarter = restarter
            self.units = units
            self.peripherals = peripherals
            self.boardTrouble = boardTrouble
            self.deviceKey = deviceKey
        }
    }

    package init(
        configuration: Configuration, running: RunningSystem, storage: Storage, records: sending Records,
        machine: Machine, log: Logger, changed: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.running = running
        self.storage = storage
        self.boot = configuration.loader.control(storage: storage)
        self.machine = machine
        self.log = log
        self.changed = changed
        progress = ProgressBoard(show: changed)
        state = records.recovered.state
        configurationRecord = records.knownConfiguration
        archive = ReleaseArchive(folder: configuration.places.releases, storage: storage)
        self.records = records
    }

    /// Works until `stop()`; what was under way when the agent was stopped is gone on with first.
    package func run() async {
        begin()
        while !isStopping { await act() }
        tellCountedAtEnd()
        record([LedgerEvent(.agentStopped)])
        records.checkpoint()
    }

    package func stop() {
        isStopping = true
        cancellation.cancel()
        cancelSource?()
        bell.ring()
    }

    /// Returns as soon as the agent can: what the watchdog is fed by.
    package func answer() {}

    private func begin() {
        records.countBoot(running.boot)
        let deadMan = storage.exists(configuration.places.deadManMarker)
        record([
            LedgerEvent(
                .agentStarted,
                [
                    "slotSet": .string(running.slotSet.name), "version": .string(running.version.description),
                    "watchdogFired": .bool(running.watchdogFired), "deadManFired": .bool(deadMan),
                ])
        ])
        if records.recovered.damage != nil {
            follow(.stateLost(boot: running.boot, running: running.slotSet))
        }
        follow(
            .started(
                running: running.slotSet, boot: running.boot, watchdogFired: running.watchdogFired,
                deadManFired: deadMan))
        log.notice(
            "the agent has started",
            metadata: ["state": "\(state.name)", "slotSet": "\(running.slotSet)", "version": "\(running.version)"])
        if deadMan { try? storage.remove(configuration.places.deadManMarker) }
        if !state.isTrial { confirmRunning() }
        changed()
    }

    private func act() async {
        switch state.action {
        case .rest, .awaitActivation: await bell.wait()
        case .verify(let offer): await verify(offer)
        case .upload(let update): await upload(update)
        case .switchPeripherals(let update): await switchPeripherals(update)
        case .install(let update): await install(update)
        case .checkInterlocks(let update): await checkInterlocks(update)
        case .arm(let update): await arm(update)
        case .restart: await restart()
        case .runSelfTests(let update): await runSelfTests(update)
        case .soak(let update): await soak(update)
        case .commit(let update): await commit(update)
        case .abandon(let update): await abandon(update)
        }
    }

    /// Records the state after `event` and goes there; false where the event has no place, or nobody could write it down.
    ///
    /// No record, no step, with one exception: the way back to the confirmed system is taken even if the medium takes no record.
    @discardableResult
    func follow(
        _ event: LifecycleEvent, details: [String: JSON] = [:], evidence: [LedgerEvent] = []
    ) -> Bool {
        guard let next = state.after(event) else { return false }
        do {
            try records.record(next, as: evidence + next.ledgerEvents(comingFrom: state, details: details))
        } catch {
            log.error(
                "a step could not be recorded",
                metadata: [
                    "step": "\(next.name)", "reason": "\(error)", "message-id": "\(JournalMessage.unrecorded.rawValue)",
                ])
            trouble = FaultReport(describing: error)
            guard next.leadsBack else { return false }
        }
        log.notice(
            "the update is \(next.name)",
            metadata: ["from": "\(state.name)", "message-id": "\(JournalMessage.step.rawValue)"])
        state = next
        if case .idle = next { forget() }
        changed()
        return true
    }

    func record(_ events: [LedgerEvent]) {
        do { try records.append(events) } catch {
            log.error("an event could not be recorded", metadata: ["reason": "\(error)"])
        }
    }

    /// Nothing of a finished update stays in memory or on its way.
    private func forget() {
        verified = nil
        stream = nil
        cancelSource = nil
        trialBegan = nil
        waitKnown = nil
        takeBackAttempts = 0
        cancellation = Cancellation()
        // What people said was said of this update: the same release, offered again, asks them again.
        if !records.acknowledgements.isEmpty { try? records.keepAcknowledgements([]) }
        progress.end()
        try? storage.removeIfThere(configuration.places.trialMarker)
        ProcessMemory.giveBack()
    }

    func ring() { bell.ring() }

    /// Tells whoever watches that something is new.
    func announce() { changed() }

    /// Waits for a request or for this long, after something that may work better later.
    func pause(_ duration: Duration) async {
        guard !isStopping else { return }
        await bell.wait(atMost: duration)
    }

    var isStopped: Bool { isStopping }
}

extension LifecycleState {
    /// From the moment the boot loader may try the target until it is confirmed or abandoned.
    var isTrial: Bool {
        switch self {
        case .activated, .restarting, .switching, .testing, .soaking, .committed, .rollingBack: true
        case .idle, .verifying, .installing, .uploading, .installed, .waiting: false
        }
    }

    /// Steps that must not wait for a record.
    var leadsBack: Bool {
        switch self {
        case .rollingBack, .idle(.rolledBack), .idle(.failed), .idle(.refused), .idle(.cancelled): true
        default: false
        }
    }
}
