import Agent
import Documents
import PowerCuts
import TestSupport
import Testing
import Vocabulary

@Suite("The device's identity", .timeLimit(.minutes(5)))
struct PassportTests {
    @Test("The UDI names the confirmed software: it changes with the commit, and never before")
    func identification() async throws {
        let machine = try SimulatedMachine(soak: 600, device: "udi = \"(01)00614141007349(21)417(8012){version}\"\n")
        let first = try RunningAgent(machine)
        try await first.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        try await first.status { _ in false }
        #expect(try await first.alive.passport()["udi"] == "(01)00614141007349(21)417(8012)1.0.0")
        await first.stop()
        try machine.boot()
        let second = try RunningAgent(machine)
        try await second.state("soaking")
        let trial = try await second.alive.passport()
        #expect(trial["version"] == "1.1.0")
        #expect(trial["udi"] == "(01)00614141007349(21)417(8012)1.0.0")
        try await second.alive.commitNow()
        try await second.status { $0["last"]?["outcome"] == "committed" }
        #expect(try await second.alive.passport()["udi"] == "(01)00614141007349(21)417(8012)1.1.0")
        await second.stop()
    }

    @Test("The passport names who approved what runs")
    func approvals() async throws {
        let machine = try SimulatedMachine()
        try await machine.update(try machine.bundle(TestImage("1.1.0")))
        let agent = try RunningAgent(machine)
        let passport = try await agent.alive.passport()
        await agent.stop()
        let roles = passport["release"]?["approvals"]?.array?.compactMap { $0["role"]?.string }
        #expect(roles?.sorted() == ["quality", "regulatory", "software"])
        let tests = passport["selfTests"]
        #expect(tests?["verdict"] == "passed")
        #expect(tests?["tests"] == 1 && tests?["passed"] == 1)
        #expect(passport["udi"] == nil)
    }
}
