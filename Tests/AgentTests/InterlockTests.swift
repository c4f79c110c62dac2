import Agent
import BootControl
import Documents
import Ledger
import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("An interlock", .timeLimit(.minutes(5)))
struct InterlockTests {
    /// Counts as held while its switch is on.
    private struct SwitchedInterlock: Interlock {
        let held: Switch

        func reasons() async -> [String] { held.isOn ? ["a patient is connected"] : [] }
    }

    @Test(
        "A lock that another process holds defers the restart, which goes on when it is given back",
        arguments: ["flock", "lockf"])
    func lockFile(call: String) async throws {
        let machine = try SimulatedMachine(lockFile: true)
        let lock = try machine.folder.write("in-use.lock", "")
        let holder = try await LockHolder.hold(lock, with: call)
        let agent = try RunningAgent(machine)
        try await agent.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        let status = try await agent.state("waiting")
        #expect(status["heldBy"] == .strings(["'\(lock)' is locked by its owner"]))
        #expect(!agent.wantsRestart)
        #expect(try machine.bootStatus().trial == nil)
        holder.release()
        #expect(try await machine.settle(from: agent)["last"]?["outcome"] == "committed")
        #expect(try machine.entries().contains { $0.type == "interlock.deferred" })
    }

    @Test("Whoever cannot be asked counts as in use")
    func unknown() async throws {
        let folder = try TemporaryFolder()
        let lock = try folder.write("in-use.lock", "")
        func reasons(_ path: FilePath, _ table: FilePath) async -> Int {
            await LockFileInterlock(path: path, storage: Storage(), table: table).reasons().count
        }
        #expect(await reasons(lock, folder.file("no-table")) == 1)
        #expect(await reasons(lock, try folder.write("table", "")) == 0)
        #expect(await reasons(folder.file("never-made"), folder.file("no-table")) == 0)
        #expect(await InhibitorInterlock(connection: nil).reasons().count == 1)
    }

    @Test(
        "An update that waits longer than the policy allows is said to, and waits on or gives up as the policy says",
        arguments: ["keep-waiting", "give-up"])
    func policy(then: String) async throws {
        let machine = try SimulatedMachine(
            update: "waiting-limit-seconds = 60\nafter-waiting-limit = \"\(then)\"")
        let held = Switch()
        held.isOn = true
        let first = try RunningAgent(machine, interlocks: [SwitchedInterlock(held: held)])
        try await first.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        #expect(try await first.state("waiting")["waitedLong"] == false)
        await first.stop()
        let later = try RunningAgent(machine, interlocks: [SwitchedInterlock(held: held)], later: 3600)
        if then == "give-up" {
            let last = try await later.state("idle")["last"]
            #expect(last?["outcome"] == "failed")
            #expect(last?["resumable"] == true)
            #expect(last?["fault"]?["code"] == "AC-2716")
            await later.stop()
        } else {
            try await later.status { $0["waitedLong"] == true }
            #expect(!later.wantsRestart)
            held.isOn = false
            #expect(try await machine.settle(from: later)["last"]?["outcome"] == "committed")
            let clear = try machine.entries().first { $0.body["state"]?["state"] == "activated" }
            #expect((3600...3660).contains(clear?.body["waitedSeconds"]?.integer ?? 0))
        }
        let said = try machine.entries().first { $0.body["policy"] != nil }
        #expect((3600...3660).contains(said?.body["waitedSeconds"]?.integer ?? 0))
        #expect(said?.body["limitSeconds"] == 60)
        #expect(try machine.slot(.a) == TestImage("1.0.0").bytes)
    }

    @Test("A waiting update can be cancelled, and outlives the agent")
    func waiting() async throws {
        let machine = try SimulatedMachine()
        let held = Switch()
        held.isOn = true
        let first = try RunningAgent(machine, interlocks: [SwitchedInterlock(held: held)])
        try await first.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        try await first.state("waiting")
        await first.stop()
        let second = try RunningAgent(machine, interlocks: [SwitchedInterlock(held: held)])
        #expect(try await second.state("waiting")["heldBy"] == ["a patient is connected"])
        try await second.alive.cancel()
        #expect(try await second.state("idle")["last"]?["outcome"] == "cancelled")
        await second.stop()
        #expect(try machine.boot() == .a)
    }
}
