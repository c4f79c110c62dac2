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

    private let workshop: Workshop
    private let recording: Recording
    private let fence: Fence
    private let folder: MediumFolder

    init(_ workshop: Workshop, _ recording: Recording) throws {
        self.workshop = workshop
        self.recording = recording
        let path = workshop.machine.folder.path
        fence = Fence(path)
        folder = try MediumFolder(path)
    }

    var account: String {
        let lines = (try? MediumContent(of: workshop.machine.folder.path))?.ledgerLines ?? []
        return lines.map { String(decoding: $0.prefix(400), as: UTF8.self) }.joined(separator: "\n")
    }

    func judge(_ content: MediumContent, _ circumstances: Recording.Circumstances) async throws -> [String] {
        try folder.put(content, touched: fence.take())
        let machine = workshop.machine
        if let crew = workshop.crew { crew.state = circumstances.crew }
        var complaints = try examineBoot(content)
        try machine.boot(storage: Storage(observer: fence))
        var status = try await machine.settle(observer: fence)
        var answer = try workshop.answer(status)
        if answer != recording.answer {
            let last = status["last"]
            let wasTaken = circumstances.promises.contains(Self.taken)
            let mayBe = ["failed", "cancelled"].contains(last?["outcome"]?.string ?? "")
            if wasTaken, !mayBe { complaints.append("it ended in '\(answer)' instead of '\(recording.answer)'") }
            let first = answer
            // What was not taken, or failed with a reason, is offered once more.
            let agent = try RunningAgent(machine, observer: fence)
            try await workshop.request(of: agent)
            status = try await machine.settle(from: agent, observer: fence)
            answer = try workshop.answer(status)
            if answer != recording.answer {
                complaints.append("after '\(first)', offered again it ended in '\(answer)' instead of '\(recording.answer)'")
            }
        }
        return complaints + (try examineLedger(circumstances)) + (try examineRest(content))
    }

    /// The confirmed slot set must be there, whole, before anything has been mended.
    private func examineBoot(_ content: MediumContent) throws -> [String] {
        let status: BootStatus
        do { status = try workshop.machine.bootStatus() } catch { return ["the boot environment is unreadable: \(error)"] }
        guard let confirmed = status.confirmed else { return ["no slot set is confirmed"] }
        guard let image = TestImage(bytes: try workshop.machine.slot(confirmed)), image.behaviour != .dead else {
            return ["the confirmed slot set \(confirmed) is not whole"]
        }
        return []
    }

    private func examineLedger(_ circumstances: Recording.Circumstances) throws -> [String] {
        var complaints: [String] = []
        let verdict = try workshop.machine.verifyLedger()
        if case .whole = verdict {} else { complaints.append("the ledger does not verify: \(verdict)") }
        let lines = try MediumContent(of: workshop.machine.folder.path).ledgerLines
        let promised = recording.lines[..<circumstances.lines]
        if !lines.starts(with: promised) {
            let lost = zip(promised, lines).prefix { $0 == $1 }.count
            complaints.append("the ledger lost line \(lost + 1) of the \(promised.count) that were acknowledged")
        }
        return complaints
    }

    /// Only the slot that is written, the boot environment and the agent's own files may have changed.
    private func examineRest(_ content: MediumContent) throws -> [String] {
        let touched = fence.touched
        let machine = workshop.machine
        let source = machine.configuration.loader.slotSets.first { $0 != target } ?? .a
        let allowed = ["state", "run", "disk/\(target.name.lowercased()).img", "disk/grubenv", "disk/uboot.env"]
        return touched.subtracting(allowed).filter { name in !allowed.contains { name.hasPrefix($0 + "/") } }.sorted()
            .map { "'\($0)' was changed, which is neither the target of set \(source) nor the agent's" }
    }

    private var target: SlotSet { workshop.scenario.before.count.isMultiple(of: 2) ? .b : .a }
}
