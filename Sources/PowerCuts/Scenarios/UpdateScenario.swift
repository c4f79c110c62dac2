import Agent
import BootControl
import Documents
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Vocabulary

/// An update of a whole device, from the offer to its end, whichever that is.
struct UpdateScenario: Recovering {
    /// What goes wrong on the way, besides the power.
    enum Trouble: Sendable {
        case none
        /// Writing to the slot fails once; the installation is offered again and resumed.
        case slot
        /// The database is found damaged when the agent starts.
        case database
    }

    let name: String
    let summary: String
    var loader = SimulatedMachine.Loader.grub
    var image = TestImage("1.1.0")
    /// The firmware of the peripherals that the release brings along.
    var firmware: [String: SimulatedCrew.Firmware] = [:]
    /// The updates that were committed before the power can fail.
    var before: [TestImage] = []
    /// Whether an agent ran on the machine before the power can fail.
    var isNew = false
    /// What is asked of the agent: an update to `image`, or the way back to what ran before.
    var goesBack = false
    var trouble = Trouble.none
    let bundles: BundleShelf
    /// Who approves; another authority than the usual one where the machine's clock is to be right.
    var approvers: Approvers?
    /// What is started after the cut, before the agent in this process; nil for that alone.
    var daemon: RealDaemon?

    /// The slot set that runs when it begins, and the other one.
    var source: SlotSet { before.count.isMultiple(of: 2) ? .a : .b }
    var target: SlotSet { before.count.isMultiple(of: 2) ? .b : .a }

    func record() async throws -> Recording {
        let workshop = try Workshop(self)
        let machine = workshop.machine
        if !isNew { try await workshop.prepare() }
        if case .database = trouble { try workshop.damageDatabase() }
        let recorder = try MediumRecorder(machine.folder.path, crew: workshop.crew)
        let slot = machine.folder.file("disk/\(target.name.lowercased()).img")
        let observer: any StorageObserver = trouble == .slot ? FailingOnce(slot, after: 2, recorder) : recorder
        let running = try RunningAgent(machine, observer: observer)
        await running.begun()
        try await workshop.request(of: running)
        recorder.promise(UpdateBench.taken)
        var status = try await machine.settle(from: running, observer: observer)
        if trouble == .slot {
            let again = try RunningAgent(machine, observer: observer)
            await again.begun()
            try await workshop.request(of: again)
            status = try await machine.settle(from: again, observer: observer)
        }
        recorder.acknowledgeLedger()
        return try recorder.recording(answer: try workshop.answer(status))
    }

    func makeBench(_ recording: Recording) throws -> any Bench { try UpdateBench(Workshop(self), recording) }

    func recovery(
        from content: MediumContent, _ circumstances: Recording.Circumstances, of recording: Recording
    ) async throws -> Recording {
        try await UpdateBench(Workshop(self), recording).recovery(from: content, circumstances)
    }
}

/// Fails one write to a file, and shows everything else to the next observer.
private final class FailingOnce: StorageObserver {
    private let path: FilePath
    private let left: Mutex<Int>
    private let next: any StorageObserver

    init(_ path: FilePath, after count: Int, _ next: any StorageObserver) {
        (self.path, self.next) = (path, next)
        left = Mutex(count)
    }

    func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
        if case .write(path, _, _) = operation {
            let isTime = left.withLock { left in
                left -= 1
                return left == -1
            }
            if isTime { return .fail(.ioError) }
        }
        return next.decide(on: operation, data: data)
    }
}

/// A machine of an update's scenario, and what is done to it.
final class Workshop {
    let scenario: UpdateScenario
    let machine: SimulatedMachine
    let crew: SimulatedCrew?

    init(_ scenario: UpdateScenario) throws {
        self.scenario = scenario
        crew = scenario.firmware.isEmpty ? nil : SimulatedCrew(scenario.firmware.keys.sorted())
        machine = try SimulatedMachine(crew: crew, loader: scenario.loader, approvers: scenario.approvers)
    }

    /// Brings the machine where the power can fail: everything that was before has happened, and an agent has run.
    func prepare() async throws {
        for (number, image) in scenario.before.enumerated() {
            let agent = try RunningAgent(machine)
            let earlier = number > 0 ? scenario.before[number - 1].version : "1.0.0"
            try await agent.offer(.file(try bundle(image, from: earlier).string))
            try await machine.settle(from: agent)
        }
        try await machine.settle()
    }

    func damageDatabase() throws {
        var bytes = try machine.folder.read("state/state.db")
        for index in bytes.indices.dropFirst(100) { bytes[index] ^= 0x5A }
        try machine.folder.write("state/state.db", bytes)
    }

    func request(of agent: RunningAgent) async throws {
        if scenario.goesBack {
            try await agent.alive.rollBack(reason: "it disturbs the ward", requestedBy: "test")
        } else {
            let from = scenario.before.last?.version ?? "1.0.0"
            try await agent.offer(.file(try bundle(scenario.image, from: from).string))
        }
    }

    private func bundle(_ image: TestImage, from: String) throws -> FilePath {
        try scenario.bundles.bundle("\(scenario.name)-\(image.version)") {
            let firmware = image == scenario.image ? scenario.firmware : [:]
            return try machine.bundle(
                image, from: [from], fallbacks: [from],
                peripherals: firmware.sorted { $0.key < $1.key }.map { ("\($0)-firmware", $1.bytes) })
        }
    }

    /// How the update ended, in words that say all that must be the same each time.
    func answer(_ status: JSON) throws -> String {
        let last = status["last"]
        let boot = try machine.bootStatus()
        var words = [last?["outcome"]?.string ?? "nothing", status["version"]?.string ?? ""]
        words.append("confirmed \(boot.confirmed?.name ?? "nothing")")
        words.append("trial \(boot.trial?.name ?? "nothing")")
        if last?["outcome"] == "committed" { words.append(last?["rollback"]?.string ?? "forwards") }
        if last?["outcome"] == "rolled-back" {
            for set in machine.configuration.loader.slotSets where !boot.isBootable(set) {
                words.append("\(set.name) abandoned")
            }
        }
        for (name, controller) in (crew?.state ?? [:]).sorted(by: { $0.key < $1.key }) {
            words.append("\(name) \(controller.active.version)\(controller.isConfirmed ? "" : " on trial")")
        }
        return words.joined(separator: ", ")
    }
}
