import Agent
import BootControl
import Documents
import Ledger
import Platform
import TestSupport
import Vocabulary

/// Switches a machine on again after a power cut, lets it finish its update, and holds it to its promises.
final class UpdateBench: Bench {
    /// The promise that an offer makes when it is answered.
    static let taken = "the offer is taken"
    /// How an update may also end where the power was cut, with its reason; offered again it must end as it does uncut.
    private static let excused: Set<String> = ["failed", "cancelled"]

    private let workshop: Workshop
    private let ground: Ground
    private var machine: SimulatedMachine { workshop.machine }

    init(_ workshop: Workshop, _ recording: Recording) throws {
        self.workshop = workshop
        let slot = workshop.scenario.target.name.lowercased()
        ground = try Ground(
            workshop.machine.folder.path, recording,
            allowed: ["state", "run", "disk/\(slot).img", "disk/grubenv", "disk/uboot.env"])
    }

    var account: String { ground.ledgerText }

    /// Records how the machine comes to rest; where that is not the answer, the update is offered again, as people would.
    func recovery(
        from content: MediumContent, _ circumstances: Recording.Circumstances
    ) async throws -> Recording {
        try put(content, circumstances)
        return try await ground.record(after: circumstances, crew: workshop.crew) { recorder in
            try machine.boot(storage: ground.storage)
            let status = try await machine.settle(observer: ground.fence)
            recorder.acknowledgeLedger()
            guard try workshop.answer(status) != ground.recording.answer else { return }
            let agent = try RunningAgent(machine, observer: ground.fence)
            try await workshop.request(of: agent)
            recorder.promise(Self.taken)
            try await machine.settle(from: agent, observer: ground.fence)
            recorder.acknowledgeLedger()
        }
    }

    private func put(_ content: MediumContent, _ circumstances: Recording.Circumstances) throws {
        try ground.put(content)
        if let crew = workshop.crew { crew.state = circumstances.crew }
    }

    func judge(_ content: MediumContent, _ circumstances: Recording.Circumstances) async throws -> [String] {
        try put(content, circumstances)
        let source = try machine.slot(workshop.scenario.source)
        var complaints = try examineBoot()
        try machine.boot(storage: ground.storage)
        let status: JSON
        if let daemon = workshop.scenario.daemon {
            try machine.writeConfiguration()
            try await ground.noticing { try await daemon.settle(machine, storage: ground.storage) }
            let rested = try machine.entries().count
            status = try await machine.settle(observer: ground.fence)
            // What the daemon has brought to rest, the agent in this process finds at rest.
            let more = try machine.entries().dropFirst(rested).map(\.type).filter(Self.isWork)
            if !more.isEmpty { complaints.append("the daemon rested before \(more.joined(separator: ", "))") }
        } else {
            status = try await machine.settle(observer: ground.fence)
        }
        let (answer, wanted) = (try workshop.answer(status), ground.recording.answer)
        if answer != wanted {
            let isExcused = Self.excused.contains(status["last"]?["outcome"]?.string ?? "")
            if circumstances.promises.contains(Self.taken), !isExcused {
                complaints.append("it ended in '\(answer)' instead of '\(wanted)'")
            }
            let agent = try RunningAgent(machine, observer: ground.fence)
            try await workshop.request(of: agent)
            let second = try workshop.answer(try await machine.settle(from: agent, observer: ground.fence))
            if second != wanted {
                complaints.append("after '\(answer)', offered again it ended in '\(second)' instead of '\(wanted)'")
            }
        }
        if try machine.slot(workshop.scenario.source) != source {
            complaints.append("slot set \(workshop.scenario.source), which ran before, was changed")
        }
        return try complaints + examineBoot() + ground.examineLedger(circumstances) + ground.examineRest()
    }

    /// Whether an entry of this type says that an update went on.
    private static func isWork(_ type: String) -> Bool {
        ["update.", "slot.", "trial.", "selftest."].contains { type.hasPrefix($0) }
    }

    /// What the loader would start must be whole, and there must be something: before anything was mended, and in the end.
    private func examineBoot() throws -> [String] {
        let status: BootStatus
        do { status = try machine.bootStatus() } catch { return ["the boot environment is unreadable: \(error)"] }
        guard let confirmed = status.confirmed else { return ["no slot set is confirmed"] }
        return try machine.configuration.loader.slotSets.compactMap { set in
            guard set == confirmed || status.isBootable(set) else { return nil }
            let image = TestImage(bytes: try machine.slot(set))
            if image == nil { return "the loader may start slot set \(set), which is not whole" }
            return set == confirmed && image?.behaviour == .dead ? "the confirmed slot set \(set) does not boot" : nil
        }
    }
}
