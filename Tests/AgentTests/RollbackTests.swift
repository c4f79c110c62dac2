import Agent
import BootControl
import Bundles
import Documents
import Ledger
import Platform
import PowerCuts
import TestSupport
import Testing
import Vocabulary

@Suite("The way back", .timeLimit(.minutes(5)))
struct RollbackTests {
    /// Starts a trial of 1.1.0 and gives the machine as it is before the agent of the new slot set starts.
    private func trial(
        of behaviour: TestImage.Behaviour, soak: Int = 3600, deadline: Int64 = 600
    ) async throws -> SimulatedMachine {
        let machine = try SimulatedMachine(soak: soak)
        let agent = try RunningAgent(machine)
        try await agent.offer(
            try machine.source(try machine.bundle(TestImage("1.1.0", behaviour), deadline: deadline)))
        try await agent.status { _ in false }
        await agent.stop()
        return machine
    }

    /// The old system runs and is confirmed, the new one is never tried again, and the cause is in status and ledger.
    private func expectRolledBack(_ machine: SimulatedMachine, _ cause: RollbackCause) async throws {
        let status = try await machine.settle()
        #expect(status["last"]?["outcome"] == "rolled-back")
        #expect(status["last"]?["cause"]?.string == cause.rawValue)
        #expect(status["version"] == "1.0.0")
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try !machine.bootStatus().isBootable(.b))
        #expect(try machine.boot() == .a)
        let ends = try machine.entries().filter { $0.type == "update.rolled-back" }
        #expect(ends.count == 1)
        #expect(ends.first?.body["state"]?["last"]?["cause"]?.string == cause.rawValue)
    }

    @Test("A system that says it is another version than the release that was approved")
    func otherVersion() async throws {
        let machine = try SimulatedMachine()
        let bundle = try machine.bundle(TestImage("1.2.0")) {
            $0.manifest.version = try #require(Version("1.1.0"))
            $0.manifest.change = SampleRecord.complete("1.1.0")
        }
        let agent = try RunningAgent(machine)
        try await agent.offer(try machine.source(bundle))
        try await agent.status { _ in false }
        await agent.stop()
        #expect(try machine.boot() == .b)
        try await expectRolledBack(machine, .selfTest)
        let faults = try machine.entries().compactMap { $0.body["fault"]?["code"]?.string }
        #expect(faults == ["AC-2748"])
    }

    @Test("A failed self-test, or none at all", arguments: [TestImage.Behaviour.failing, .unproved])
    func selfTest(behaviour: TestImage.Behaviour) async throws {
        let machine = try await trial(of: behaviour)
        #expect(try machine.boot() == .b)
        try await expectRolledBack(machine, .selfTest)
    }

    @Test("A board's profile that is refused: committed, the release could never be left again")
    func refusedBoard() async throws {
        let machine = try await trial(of: .good)
        #expect(try machine.boot() == .b)
        let agent = try RunningAgent(machine, boardTrouble: Sample.fault)
        try await agent.status { _ in false }
        #expect(agent.wantsRestart)
        await agent.stop()
        #expect(try machine.boot() == .a)
        try await expectRolledBack(machine, .selfTest)
        let left = try machine.entries().first { $0.body["state"]?["state"] == "rolling-back" }
        #expect(left?.body["fault"]?["code"] == .string(Sample.fault.code.description))
    }

    @Test("A slot set that cannot be started")
    func bootFailed() async throws {
        let machine = try await trial(of: .dead)
        #expect(try machine.boot() == .a)
        try await expectRolledBack(machine, .bootFailed)
    }

    @Test("Self-tests that hold too late")
    func deadline() async throws {
        let machine = try await trial(of: .never, deadline: 1)
        #expect(try machine.boot() == .b)
        try await expectRolledBack(machine, .deadline)
    }

    @Test("The dead-man, whichever slot set runs after it", arguments: [false, true])
    func deadMan(usesUpAttempts: Bool) async throws {
        let machine = try await trial(of: .good)
        #expect(try machine.boot() == .b)
        let agent = try RunningAgent(machine)
        try await agent.state("soaking")
        await agent.stop()
        #expect(machine.folder.has("state/trial"))
        try machine.folder.write("state/dead-man", "boot\n")
        if usesUpAttempts { while try machine.boot() == .b {} } else { #expect(try machine.boot() == .b) }
        try await expectRolledBack(machine, .deadline)
        #expect(!machine.folder.has("state/dead-man"))
        #expect(!machine.folder.has("state/trial"))
    }

    @Test("A person's word")
    func commanded() async throws {
        let machine = try await trial(of: .good)
        #expect(try machine.boot() == .b)
        let agent = try RunningAgent(machine)
        try await agent.state("soaking")
        try await agent.alive.rollBack(reason: "the display flickers", requestedBy: "uid 7")
        try await agent.status { _ in false }
        #expect(agent.wantsRestart)
        await agent.stop()
        #expect(try machine.boot() == .a)
        try await expectRolledBack(machine, .commanded)
        let entry = try machine.entries().first { $0.body["reason"] != nil }
        #expect(entry?.body["reason"] == "the display flickers")
        #expect(entry?.body["requestedBy"] == "uid 7")
    }

    @Test(
        "The hardware watchdog, before and during the trial, told by its driver or by the loader",
        arguments: [false, true], [SimulatedMachine.Watchdog.driver, .loader])
    func watchdog(whileSoaking: Bool, teller: SimulatedMachine.Watchdog) async throws {
        let machine = try await trial(of: .good)
        if whileSoaking {
            try machine.boot()
            let agent = try RunningAgent(machine)
            try await agent.state("soaking")
            await agent.stop()
        }
        // It hangs whenever it is started, until the loader has no attempt left.
        while try machine.boot(watchdog: teller) == .b {}
        try await expectRolledBack(machine, .watchdog)
    }

    @Test("Power cuts until the loader has no attempt left")
    func interrupted() async throws {
        let machine = try await trial(of: .good)
        var boots = 0
        while try machine.boot() == .b {
            let agent = try RunningAgent(machine)
            try await agent.state("soaking")
            await agent.stop()
            boots += 1
        }
        #expect(boots == 3)
        try await expectRolledBack(machine, .interrupted)
    }

    @Test("One power cut in the trial does not end it")
    func oneCut() async throws {
        let machine = try await trial(of: .good)
        for _ in 1...2 {
            #expect(try machine.boot() == .b)
            let agent = try RunningAgent(machine)
            try await agent.state("soaking")
            await agent.stop()
        }
        let agent = try RunningAgent(machine)
        try await agent.state("soaking")
        try await agent.alive.commitNow()
        let status = try await agent.state("idle")
        #expect(status["last"]?["outcome"] == "committed")
        await agent.stop()
        #expect(try machine.bootStatus().confirmed == .b)
    }

    @Test("After a commit only where the release's signed manifest allows it", arguments: [true, false])
    func afterCommit(allowed: Bool) async throws {
        let machine = try SimulatedMachine()
        let bundle = try machine.bundle(TestImage("1.1.0"), fallbacks: allowed ? ["1.0.0"] : [])
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
        let agent = try RunningAgent(machine)
        guard allowed else {
            let error = await #expect(throws: FaultReport.self) {
                try await agent.alive.rollBack(reason: "no", requestedBy: "test")
            }
            #expect(error?.code == AgentError.nothingToRollBackTo.code)
            #expect(error?.kind == .refused)
            await agent.stop()
            return
        }
        try await agent.alive.rollBack(reason: "the alarm is too quiet", requestedBy: "test")
        let status = try await machine.settle(from: agent)
        #expect(status["last"]?["outcome"] == "committed")
        #expect(status["version"] == "1.0.0")
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try machine.boot() == .a)
    }

    @Test("With nothing installed there is nothing to go back to")
    func nothing() async throws {
        let machine = try SimulatedMachine()
        let agent = try RunningAgent(machine)
        await #expect(throws: FaultReport(AgentError.nothingToRollBackTo)) {
            try await agent.alive.rollBack(reason: "no", requestedBy: "test")
        }
        await agent.stop()
    }
}
