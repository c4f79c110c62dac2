import Agent
import BootControl
import Documents
import Ledger
import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("An update whose power is cut", .timeLimit(.minutes(15)))
struct PowerCutTests {
    private static let cuts = 100_000

    /// Offers `bundle` and works until the power goes or the update has ended; gives whether it went.
    func work(_ machine: SimulatedMachine, _ bundle: [UInt8], _ power: PowerSwitch) async throws -> Bool {
        let source = try machine.source(bundle)
        do {
            let agent = try RunningAgent(machine, power: power)
            do { try await agent.offer(source) } catch is FaultReport where power.isCut {
                await agent.stop()
                return true
            }
            try await machine.settle(from: agent, power: power)
        } catch  where power.isCut {
            // It did not even start.
        }
        return power.isCut
    }

    /// Switches the machine on again, lets it finish, and offers the bundle once more if the agent had not taken it yet.
    func finish(_ machine: SimulatedMachine, _ bundle: [UInt8]) async throws -> JSON {
        try machine.boot()
        let status = try await machine.settle()
        return status["last"] == nil ? try await machine.update(bundle) : status
    }

    /// Cuts at every change to the medium, one after the other, until the update runs through uncut; gives how many there are.
    private func cutEverywhere(
        _ image: TestImage, _ check: (SimulatedMachine, JSON, Comment) throws -> Void
    ) async throws -> Int {
        let bundle = try SimulatedMachine().bundle(image)
        for number in 0..<Self.cuts {
            let machine = try SimulatedMachine()
            let power = PowerSwitch(cutAt: number)
            guard try await work(machine, bundle, power) else { return number }
            try power.settleMedium(seed: UInt64(number))
            let note: Comment = "cut at change \(number)"
            let status = try await finish(machine, bundle)
            try check(machine, status, note)
            #expect(try machine.slot(.a) == TestImage("1.0.0").bytes, note)
            guard case .whole = try machine.verifyLedger() else {
                Issue.record("\(note): \(try machine.verifyLedger())")
                continue
            }
        }
        return Self.cuts
    }

    @Test("At any change to the medium, a good release is committed in the end")
    func good() async throws {
        let count = try await cutEverywhere(TestImage("1.1.0")) { (machine, status, note) throws in
            #expect(status["last"]?["outcome"] == "committed", "\(note): \(status)")
            #expect(status["version"] == "1.1.0", note)
            #expect(try machine.bootStatus().confirmed == .b, note)
            #expect(try machine.slot(.b) == TestImage("1.1.0").bytes, note)
        }
        #expect(count > 50)
        print("power cuts in a good update: \(count)")
    }

    @Test("At any change to the medium, a release that fails its self-test is rolled back in the end")
    func failing() async throws {
        let count = try await cutEverywhere(TestImage("1.1.0", .failing)) { (machine, status, note) throws in
            #expect(status["last"]?["outcome"] == "rolled-back", "\(note): \(status)")
            #expect(status["version"] == "1.0.0", note)
            #expect(try machine.bootStatus().confirmed == .a, note)
            #expect(try !machine.bootStatus().isBootable(.b), note)
        }
        #expect(count > 50)
        print("power cuts in a failing update: \(count)")
    }
}
