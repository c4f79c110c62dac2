import Agent
import BootControl
import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Vocabulary

/// An update of a whole device, from the offer to its end, whichever that is.
struct UpdateScenario: Scenario {
    let name: String
    let summary: String
    var loader = SimulatedMachine.Loader.grub
    var image = TestImage("1.1.0")
    /// The firmware of the peripherals that the release brings along.
    var firmware: [String: String] = [:]
    /// What has happened before the power can fail.
    var before: [TestImage] = []
    /// What is asked of the agent: an update to `image`, or the way back to what ran before.
    var goesBack = false
    let bundles: BundleShelf

    func record() async throws -> Recording {
        let workshop = try Workshop(self)
        try await workshop.prepare()
        let recorder = try MediumRecorder(workshop.machine.folder.path, crew: workshop.crew)
        let running = try RunningAgent(workshop.machine, observer: recorder)
        await running.begun()
        try await workshop.request(of: running)
        recorder.promise(UpdateBench.taken)
        let status = try await workshop.machine.settle(from: running, observer: recorder)
        recorder.acknowledgeLedger()
        return try recorder.recording(answer: try workshop.answer(status))
    }

    func makeBench(_ recording: Recording) throws -> any Bench { try UpdateBench(Workshop(self), recording) }
}

/// A machine of an update's scenario, with the bundles that it is offered.
final class Workshop {
    let scenario: UpdateScenario
    let machine: SimulatedMachine
    let crew: SimulatedCrew?

    init(_ scenario: UpdateScenario) throws {
        self.scenario = scenario
        crew = scenario.firmware.isEmpty ? nil : SimulatedCrew(scenario.firmware.keys.sorted())
        machine = try SimulatedMachine(crew: crew, loader: scenario.loader)
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
                peripherals: firmware.sorted { $0.key < $1.key }.map { name, version in
                    ("\(name)-firmware", SimulatedCrew.Firmware(version).bytes)
                })
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
