import Agent
import BootControl
import Documents
import Foundation
import Ledger
import Platform
import PowerCuts
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Evidence on hold", .timeLimit(.minutes(5)))
struct HoldTests {
    private let machine: SimulatedMachine

    init() throws { machine = try SimulatedMachine() }

    private func place(_ what: String) async throws -> String {
        let agent = try RunningAgent(machine)
        let id = try await agent.alive.placeHold(
            try #require(Hold.Subject(what)), reason: "pump stopped by itself", by: "M. Weber (technician)")
        await agent.stop()
        return id
    }

    private var refusals: [String] {
        get throws { try machine.entries().map(\.type).filter { $0 == "update.refused" } }
    }

    @Test("A slot set on hold takes no release, over restarts, until somebody lets go of it", arguments: ["B", "all"])
    func slotSet(what: String) async throws {
        let before = try machine.slot(.b)
        let id = try await place(what)
        try machine.boot()
        let status = try await machine.update(try machine.bundle(TestImage("1.1.0")))
        #expect(status["last"]?["outcome"] == "refused")
        #expect(status["last"]?["fault"]?["code"] == "AC-2635")
        #expect(try refusals.count == 1)
        #expect(try machine.slot(.b) == before)
        let agent = try RunningAgent(machine)
        try await agent.alive.releaseHold(id, reason: "evidence secured", by: "M. Weber (technician)")
        await agent.stop()
        let after = try await machine.update(try machine.bundle(TestImage("1.1.0")))
        #expect(after["last"]?["outcome"] == "committed")
        #expect(try machine.entries().map(\.type).filter { $0.hasPrefix("hold.") } == ["hold.placed", "hold.released"])
    }

    @Test("A hold survives the loss of the database")
    func lostDatabase() async throws {
        let id = try await place("B")
        for name in ["state.db", "state.db-wal", "state.db-shm"] {
            try? FileManager.default.removeItem(atPath: machine.configuration.places.state.appending(name).string)
        }
        let agent = try RunningAgent(machine)
        let holds = try await agent.alive.holds()
        await agent.stop()
        #expect(holds.array?.map { $0["id"] } == [.string(id)])
    }

    @Test("A hold that only the ledger could take holds at once, and after what the database takes later")
    func databaseBehind() async throws {
        let isBroken = Mutex(false)
        let probe = StorageProbe { _, operation in
            guard case .write(let path, _, _) = operation, path.lastComponent?.string.hasPrefix("state.db") == true
            else { return .proceed }
            return isBroken.withLock { $0 } ? .fail(.ioError) : .proceed
        }
        let agent = try RunningAgent(machine, observer: probe)
        isBroken.withLock { $0 = true }
        let id = try await agent.alive.placeHold(try #require(Hold.Subject("B")), reason: "r", by: "p")
        isBroken.withLock { $0 = false }
        let before = try machine.slot(.b)
        for version in ["1.1.0", "1.2.0"] {
            try await agent.offer(try machine.source(try machine.bundle(TestImage(version))), activates: true)
            try await agent.state("idle")
        }
        await agent.stop()
        let next = try RunningAgent(machine)
        #expect(try await next.alive.holds().array?.map { $0["id"]?.string } == [id])
        await next.stop()
        #expect(try refusals.count == 2)
        #expect(try machine.slot(.b) == before)
    }

    @Test("A hold on the ledger or on the running system forbids no update", arguments: ["ledger", "A"])
    func others(what: String) async throws {
        _ = try await place(what)
        let status = try await machine.update(try machine.bundle(TestImage("1.1.0")))
        #expect(status["last"]?["outcome"] == "committed")
    }

    @Test("What is not there cannot be held or released")
    func unknown() async throws {
        let agent = try RunningAgent(machine)
        await #expect(throws: FaultReport.self) {
            _ = try await agent.alive.placeHold(.slotSet(try #require(SlotSet("C"))), reason: "r", by: "p")
        }
        await #expect(throws: FaultReport.self) {
            try await agent.alive.releaseHold("nothing", reason: "r", by: "p")
        }
        await agent.stop()
        #expect(try machine.entries().map(\.type).filter { $0.hasPrefix("hold.") } == [])
    }

    @Test("Who may install one release only may install no other")
    func boundOffer() async throws {
        let bundle = try machine.source(try machine.bundle(TestImage("1.1.0")))
        let agent = try RunningAgent(machine)
        _ = try await agent.alive.offer(
            bundle, stream: nil, activatesByItself: true, requestedBy: "M. Weber",
            boundTo: SHA256.digest(of: [1, 2, 3]))
        let status = try await agent.status { $0["last"] != nil }
        await agent.stop()
        #expect(status["last"]?["fault"]?["code"] == "AC-2722")
        #expect(try refusals.count == 1)
    }
}
