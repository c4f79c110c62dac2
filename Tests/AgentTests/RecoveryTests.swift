import Agent
import BootControl
import Documents
import Foundation
import Ledger
import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("An agent that finds its state damaged", .timeLimit(.minutes(5)))
struct RecoveryTests {
    private let machine: SimulatedMachine

    init() throws { machine = try SimulatedMachine(soak: 3600) }

    private func damageDatabase() throws {
        let size = try machine.folder.read("state/state.db").count
        var dice = Dice(seed: 3)
        try machine.folder.write("state/state.db", (0..<size).map { _ in UInt8.random(in: 0...255, using: &dice) })
    }

    private func start(_ bundle: [UInt8], activates: Bool = true) async throws -> RunningAgent {
        let agent = try RunningAgent(machine)
        try await agent.offer(try machine.source(bundle), activates: activates)
        return agent
    }

    /// Installs 1.1.0 and commits it.
    private func commit(securityVersion: Int64) async throws {
        let agent = try await start(try machine.bundle(TestImage("1.1.0"), securityVersion: securityVersion))
        try await agent.status { _ in false }
        await agent.stop()
        try machine.boot()
        let trial = try RunningAgent(machine)
        try await trial.state("soaking")
        try await trial.alive.commitNow()
        #expect(try await trial.state("idle")["last"]?["outcome"] == "committed")
        await trial.stop()
    }

    @Test("An update that was not in its trial yet has failed, with the reason")
    func beforeTrial() async throws {
        let agent = try await start(try machine.bundle(TestImage("1.1.0")), activates: false)
        try await agent.state("installed")
        await agent.stop()
        try damageDatabase()
        let next = try RunningAgent(machine)
        let status = try await next.state("idle")
        #expect(status["last"]?["outcome"] == "failed")
        #expect(status["last"]?["fault"]?["code"] == "AC-2702")
        await next.stop()
        #expect(machine.folder.has("state/state.db.corrupt-1"))
        #expect(try machine.entries().contains { $0.type == "state.recovered" })
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try machine.boot() == .a)
    }

    @Test("A trial that nobody can vouch for is rolled back")
    func inTrial() async throws {
        let agent = try await start(try machine.bundle(TestImage("1.1.0")))
        try await agent.status { _ in false }
        await agent.stop()
        #expect(try machine.boot() == .b)
        let trial = try RunningAgent(machine)
        try await trial.state("soaking")
        await trial.stop()
        try damageDatabase()
        let status = try await machine.settle()
        #expect(status["last"]?["outcome"] == "rolled-back")
        #expect(status["last"]?["cause"]?.string == RollbackCause.stateLost.rawValue)
        #expect(status["version"] == "1.0.0")
        #expect(try machine.bootStatus().confirmed == .a)
    }

    @Test("What was committed stays so, and watermark and security floor come back from the ledger")
    func afterCommit() async throws {
        try await commit(securityVersion: 4)
        try damageDatabase()
        let agent = try RunningAgent(machine)
        let status = try await agent.state("idle")
        #expect(status["last"]?["outcome"] == "committed")
        #expect(status["securityFloor"] == 4)
        #expect(try machine.bootStatus().confirmed == .b)
        let lower = try machine.source(try machine.bundle(TestImage("1.2.0"), from: ["1.1.0"], securityVersion: 3))
        try await agent.offer(lower)
        let refused = try await agent.status { $0["last"]?["outcome"] == "refused" }
        #expect(refused["last"]?["fault"]?["code"] == "AC-2608")
        await agent.stop()
        // A second loss finds the same: what was recovered is in the ledger still.
        try damageDatabase()
        let again = try RunningAgent(machine)
        #expect(try await again.alive.status()["securityFloor"] == 4)
        await again.stop()
        #expect(machine.folder.has("state/state.db.corrupt-2"))
        #expect(try machine.watermark() == Approvers.time)
    }

    @Test("A database that is gone is made again from the ledger: floor, watermark and what the slot sets hold")
    func gone() async throws {
        try await commit(securityVersion: 4)
        for name in ["state.db", "state.db-wal", "state.db-shm"] {
            let path = machine.folder.file("state/\(name)")
            if Storage().exists(path) { try Storage().remove(path) }
        }
        let agent = try RunningAgent(machine)
        let status = try await agent.state("idle")
        #expect(status["securityFloor"] == 4)
        #expect(status["last"]?["outcome"] == "committed")
        let slots = try await agent.alive.slots()["slotSets"]?.array ?? []
        #expect(slots.contains { $0["set"] == "B" && $0["content"]?["standing"] == "committed" })
        await agent.stop()
        #expect(try machine.watermark() == Approvers.time)
    }

    @Test("A ledger that is ahead of the database wins")
    func ledgerAhead() async throws {
        let first = try RunningAgent(machine)
        try await first.state("idle")
        await first.stop()
        let old = try machine.folder.read("state/state.db")
        let agent = try await start(try machine.bundle(TestImage("1.1.0")), activates: false)
        try await agent.state("installed")
        await agent.stop()
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: machine.folder.file("state/state.db\(suffix)").string)
        }
        try machine.folder.write("state/state.db", old)
        let next = try RunningAgent(machine)
        let status = try await next.alive.status()
        #expect(status["state"] == "installed")
        #expect(status["update"]?["version"] == "1.1.0")
        try await next.alive.activate()
        try await next.status { _ in false }
        await next.stop()
        #expect(try machine.boot() == .b)
    }

    @Test("A boot environment that is garbage fails the update, and nothing is written over the evidence")
    func bootEnvironment() async throws {
        let garbage = Array("this was a boot environment once".utf8)
        try machine.folder.write("disk/grubenv", garbage)
        let agent = try await start(try machine.bundle(TestImage("1.1.0")))
        let status = try await agent.status { $0["last"] != nil }
        #expect(status["last"]?["outcome"] == "failed")
        #expect(status["last"]?["fault"]?["code"] == "AC-2204")
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
        #expect(try machine.folder.read("disk/grubenv") == garbage)
        #expect(try await agent.alive.slots()["bootEnvironment"] == "unreadable")
        await agent.stop()
    }

    @Test("A boot environment that is damaged between installation and activation fails the update")
    func bootEnvironmentLater() async throws {
        let agent = try await start(try machine.bundle(TestImage("1.1.0")), activates: false)
        try await agent.state("installed")
        var bytes = try machine.folder.read("disk/grubenv")
        bytes.replaceSubrange(0..<16, with: [UInt8](repeating: 0xFF, count: 16))
        try machine.folder.write("disk/grubenv", bytes)
        try await agent.alive.activate()
        let status = try await agent.status { $0["last"] != nil }
        #expect(status["last"]?["outcome"] == "failed")
        #expect(status["last"]?["fault"]?["code"] == "AC-2205")
        #expect(!agent.wantsRestart)
        await agent.stop()
        #expect(try machine.folder.read("disk/grubenv") == bytes)
    }
}

extension SimulatedMachine {
    /// The newest signed time that the device remembers, as a fresh agent has it.
    func watermark() throws -> Timestamp? {
        let newest = try entries().last { $0.type == "clock.watermark" }
        return newest?.body["watermark"]?.string.flatMap { Timestamp($0) }
    }
}
