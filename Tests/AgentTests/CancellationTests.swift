import Agent
import BootControl
import Documents
import Ledger
import Platform
import PowerCuts
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Cancelling an update", .timeLimit(.minutes(5)))
struct CancellationTests {
    private let machine: SimulatedMachine

    init() throws { machine = try SimulatedMachine() }

    private func source() throws -> UpdateSource { try machine.source(try machine.bundle(TestImage("1.1.0"))) }

    /// The old system is confirmed and runs, the other slot set is never booted, and the next update works.
    private func expectUntouched(_ status: JSON) async throws {
        #expect(status["last"]?["outcome"] == "cancelled")
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try machine.boot() == .a)
        #expect(try machine.slot(.a) == TestImage("1.0.0").bytes)
        #expect(try machine.entries().filter { $0.type == "update.cancelled" }.count == 1)
        #expect(try await machine.update(try machine.bundle(TestImage("1.1.0")))["last"]?["outcome"] == "committed")
    }

    @Test("While it is verified")
    func verifying() async throws {
        let agent = try RunningAgent(machine, working: false)
        try await agent.offer(try source())
        #expect(try await agent.alive.status()["state"] == "verifying")
        try await agent.alive.cancel()
        agent.work()
        let status = try await agent.state("idle")
        await agent.stop()
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
        try await expectUntouched(status)
    }

    /// Lets nothing be written to a slot until it is told to.
    private final class SlotGate: StorageObserver {
        private let slot: FilePath
        private let isReached = BoundedQueue<Void>(capacity: 1)
        private let isOpen = BoundedQueue<Void>(capacity: 1)
        private let passed = Mutex(false)

        init(_ slot: FilePath) { self.slot = slot }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            guard case .write(slot, _, _) = operation, passed.withLock({ !$0 }) else { return .proceed }
            passed.withLock { $0 = true }
            isReached.put(())
            _ = isOpen.take()
            return .proceed
        }

        func reached() async { await BlockingThread.run("gate") { _ = self.isReached.take() } }

        func open() { isOpen.put(()) }
    }

    @Test("While it is written")
    func installing() async throws {
        let gate = SlotGate(FileIdentity.resolve(machine.folder.file("disk/b.img")))
        let agent = try RunningAgent(machine, observer: gate)
        try await agent.offer(try source())
        await gate.reached()
        #expect(try await agent.alive.status()["state"] == "installing")
        try await agent.alive.cancel()
        gate.open()
        let status = try await agent.state("idle")
        await agent.stop()
        try await expectUntouched(status)
    }

    @Test("While it waits for somebody to activate it")
    func installed() async throws {
        let agent = try RunningAgent(machine)
        try await agent.offer(try source(), activates: false)
        try await agent.state("installed")
        try await agent.alive.cancel()
        let status = try await agent.state("idle")
        await agent.stop()
        try await expectUntouched(status)
    }

    @Test("Not where nothing is under way, and not once the boot loader knows of it")
    func tooLate() async throws {
        let agent = try RunningAgent(machine)
        let idle = await #expect(throws: FaultReport.self) { try await agent.alive.cancel() }
        #expect(idle?.code == AgentError.notNow(state: "", wanted: "").code)
        try await agent.offer(try source())
        try await agent.status { _ in false }
        #expect(agent.wantsRestart)
        let restarting = await #expect(throws: FaultReport.self) { try await agent.alive.cancel() }
        #expect(restarting?.code == AgentError.notNow(state: "", wanted: "").code)
        #expect(restarting?.kind == .refused)
        #expect(try await machine.settle(from: agent)["last"]?["outcome"] == "committed")
    }

    @Test("Activation and commit are refused where they have no place")
    func notNow() async throws {
        let agent = try RunningAgent(machine)
        let activation = await #expect(throws: FaultReport.self) { try await agent.alive.activate() }
        let commit = await #expect(throws: FaultReport.self) { try await agent.alive.commitNow() }
        #expect(activation?.kind == .refused)
        #expect(commit?.kind == .refused)
        await agent.stop()
    }
}
