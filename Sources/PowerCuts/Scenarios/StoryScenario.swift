import Agent
import Documents
import Platform
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// Something that people ask of an agent besides updates, and what must be true of it after every power cut.
struct StoryScenario: Scenario {
    let name: String
    let summary: String
    /// Brings the machine where the power can fail.
    var prepare: @Sendable (SimulatedMachine) async throws -> Void = { _ in }
    /// Puts what an image would bring besides its self-tests into the root that the boot has made.
    var furnish: @Sendable (SimulatedMachine) throws -> Void = { _ in }
    /// What is asked, and what is promised when it is answered.
    let work: @Sendable (SimulatedMachine, RunningAgent, _ promise: (String) -> Void) async throws -> Void
    /// What does not hold of these promises on an agent that has started again.
    let check: @Sendable (SimulatedMachine, RunningAgent, [String]) async throws -> [String]

    func start(_ machine: SimulatedMachine, _ observer: any StorageObserver) async throws -> RunningAgent {
        try furnish(machine)
        let key = try DeviceKey.open(file: machine.configuration.places.deviceKey, storage: Storage(observer: observer))
        let agent = try RunningAgent(machine, observer: observer, key: key)
        await agent.begun()
        return agent
    }

    func record() async throws -> Recording {
        let machine = try SimulatedMachine()
        try await machine.settle()
        try await prepare(machine)
        let recorder = try MediumRecorder(machine.folder.path)
        let agent = try await start(machine, recorder)
        try await work(machine, agent) { recorder.promise($0) }
        await agent.stop()
        recorder.acknowledgeLedger()
        return try recorder.recording(answer: "done")
    }

    func makeBench(_ recording: Recording) throws -> any Bench { try StoryBench(self, recording) }
}

private final class StoryBench: Bench {
    private let scenario: StoryScenario
    private let machine: SimulatedMachine
    private let ground: Ground

    init(_ scenario: StoryScenario, _ recording: Recording) throws {
        self.scenario = scenario
        machine = try SimulatedMachine()
        ground = try Ground(machine.folder.path, recording, allowed: ["state", "run"])
    }

    var account: String { ground.ledgerText }

    func judge(_ content: MediumContent, _ circumstances: Recording.Circumstances) async throws -> [String] {
        try ground.put(content)
        try machine.boot(storage: ground.storage)
        let agent = try await scenario.start(machine, ground.fence)
        let complaints = try await scenario.check(machine, agent, circumstances.promises)
        await agent.stop()
        return try complaints + ground.examineLedger(circumstances) + ground.examineRest()
    }
}
