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

@Suite("A wall clock that jumps by years", .timeLimit(.minutes(5)))
struct ClockFaultTests {
    /// Where the clock jumps to: the beginning of Unix time, where 32 bits end, and the end of RFC 3339.
    private static let times: [Int64] = [0, 2_147_483_648, 253_402_300_799]

    /// Sets the clock as soon as an update enters a state.
    private func update(
        _ machine: SimulatedMachine, _ bundle: [UInt8], to time: Int64, in state: String
    ) async throws -> JSON {
        let clock = SettableClock(SimulatedMachine.time)
        var agent = try RunningAgent(machine, clock: clock)
        try await agent.offer(try machine.source(bundle))
        for _ in 0..<12 {
            try await agent.status { $0["state"]?.string == state || $0["last"] != nil }
            clock.set(Timestamp(seconds: time))
            let status = try await agent.status { $0["last"] != nil }
            let wantsRestart = agent.wantsRestart
            await agent.stop()
            guard wantsRestart else { return status }
            try machine.boot()
            agent = try RunningAgent(machine, clock: clock)
        }
        await agent.stop()
        return .null
    }

    @Test(
        "In every state of an update, both ways: it ends in an answer, and what follows in the ledger keeps its order",
        arguments: times, ["verifying", "installing", "installed", "testing", "soaking"])
    func everyState(time: Int64, state: String) async throws {
        let machine = try SimulatedMachine(soak: state == "soaking" ? 1 : 0)
        let bundle = try machine.bundle(TestImage("1.1.0"))
        let status = try await update(machine, bundle, to: time, in: state)
        let outcome = status["last"]?["outcome"]?.string
        // Approvals that have expired by that clock are refused, and nothing else is any clock's to decide.
        #expect(
            outcome == "committed" || outcome == "refused" && time > SimulatedMachine.time.seconds, "\(status)")
        if outcome == "refused" {
            #expect(status["last"]?["fault"]?["reason"]?.string?.isEmpty == false)
            #expect(try machine.bootStatus().confirmed == .a)
        }
        #expect(try machine.verifyLedger().isIntact)
        let sequences = try machine.entries().map(\.sequence)
        #expect(sequences == sequences.sorted())
        // The clock is right again: so is the device.
        guard outcome == "refused" else { return }
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
    }

    // By a day: after years the approvals would have expired, and the update be refused for that.
    @Test("A clock that is set forward while an update waits makes it wait no longer than it has")
    func waiting() async throws {
        let machine = try SimulatedMachine(
            update: "waiting-limit-seconds = 3600\nafter-waiting-limit = \"give-up\"")
        let held = Held(["a patient is connected"])
        let clock = SettableClock(SimulatedMachine.time)
        let agent = try RunningAgent(machine, interlocks: [held], clock: clock)
        try await agent.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        try await agent.state("waiting")
        clock.set(SimulatedMachine.time.advanced(by: 86400))
        // Asked again, for another reason, it is asked how long it has waited, too.
        held.hold(["another patient is connected"])
        try await agent.status { $0["heldBy"] == ["another patient is connected"] || $0["last"] != nil }
        clock.set(SimulatedMachine.time)
        let status = try await agent.alive.status()
        #expect(status["state"] == "waiting", "\(status)")
        #expect(status["waitedLong"] == false)
        held.hold([])
        #expect(try await machine.settle(from: agent)["last"]?["outcome"] == "committed")
    }

    /// Holds for whatever reasons it is told.
    private final class Held: Interlock {
        private let told: Mutex<[String]>

        init(_ reasons: [String]) { told = Mutex(reasons) }

        func hold(_ reasons: [String]) { told.withLock { $0 = reasons } }

        func reasons() async -> [String] { told.withLock { $0 } }
    }
}
