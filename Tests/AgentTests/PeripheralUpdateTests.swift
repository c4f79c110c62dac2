import Agent
import BootControl
import Documents
import Ledger
import Platform
import PowerCuts
import TestSupport
import Testing
import Vocabulary

@Suite("An update of host and peripherals", .timeLimit(.minutes(10)))
struct PeripheralUpdateTests {
    private typealias Firmware = SimulatedCrew.Firmware

    /// Every entry about peripherals: `running motor`.
    private func steps(_ machine: SimulatedMachine) throws -> [String] {
        try machine.entries().filter { $0.type == "peripheral.step" }.map {
            let step = $0.body["step"]
            return "\(step?["action"]?.string ?? "") \(step?["peripheral"]?.string ?? "")"
        }
    }

    private func machine(_ crew: SimulatedCrew, soak: Int = 0) throws -> SimulatedMachine {
        try SimulatedMachine(soak: soak, crew: crew)
    }

    @Test("They change together, in the declared order, and each step is in the ledger")
    func together() async throws {
        let crew = SimulatedCrew(["motor", "display"])
        let machine = try machine(crew)
        let bundle = try machine.bundle(
            TestImage("1.1.0"),
            peripherals: [("display-firmware", Firmware("1.1.0").bytes), ("motor-firmware", Firmware("1.1.1").bytes)])
        let status = try await machine.update(bundle)
        #expect(status["last"]?["outcome"] == "committed")
        #expect(crew.controller("motor").active == Firmware("1.1.1"))
        #expect(crew.controller("motor").isConfirmed)
        #expect(crew.controller("display").active == Firmware("1.1.0"))
        let expected = [
            "uploaded motor", "uploaded display", "running motor", "running display", "confirmed motor",
            "confirmed display",
        ]
        #expect(crew.deeds == expected)
        #expect(try steps(machine) == expected)
    }

    @Test("A bundle without an image for a peripheral leaves that peripheral alone")
    func hostOnly() async throws {
        let crew = SimulatedCrew(["motor", "display"])
        let machine = try machine(crew)
        let bundle = try machine.bundle(
            TestImage("1.1.0"), peripherals: [("display-firmware", Firmware("1.1.0").bytes)])
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
        #expect(crew.controller("motor").active == Firmware("1.0.0"))
        #expect(!crew.deeds.contains { $0.hasSuffix("motor") })
    }

    @Test("An image that both a slot and a peripheral are for is refused, and nothing is written")
    func imageOfTwo() async throws {
        let machine = try machine(SimulatedCrew(image: "rootfs"))
        let status = try await machine.update(try machine.bundle(TestImage("1.1.0")))
        #expect(status["last"]?["fault"]?["code"] == "AC-2725")
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
    }

    @Test("An image that no peripheral and no slot is for is refused")
    func nobodys() async throws {
        let machine = try machine(SimulatedCrew())
        let bundle = try machine.bundle(
            TestImage("1.1.0"), peripherals: [("valve-firmware", Firmware("1.1.0").bytes)])
        let status = try await machine.update(bundle)
        #expect(status["last"]?["outcome"] == "refused" || status["last"]?["outcome"] == "failed")
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
    }

    @Test(
        "A peripheral that goes back fails the trial, and all are taken back, last first",
        arguments: [Firmware.Behaviour.reverts, .fadesAway])
    func wrongVersion(behaviour: SimulatedCrew.Firmware.Behaviour) async throws {
        let crew = SimulatedCrew(["motor", "display"])
        let machine = try machine(crew)
        let bundle = try machine.bundle(
            TestImage("1.1.0"),
            peripherals: [
                ("motor-firmware", Firmware("1.1.0").bytes), ("display-firmware", Firmware("1.1.0", behaviour).bytes),
            ])
        let status = try await machine.update(bundle)
        #expect(status["last"]?["outcome"] == "rolled-back")
        #expect(status["last"]?["cause"] == "peripheral")
        #expect(status["version"] == "1.0.0")
        #expect(crew.controller("motor").active == Firmware("1.0.0"))
        #expect(crew.controller("display").active == Firmware("1.0.0"))
        #expect(
            crew.deeds.filter { $0.hasPrefix("taken-back") }.prefix(2) == ["taken-back display", "taken-back motor"])
        #expect(try machine.bootStatus().confirmed == .a)
    }

    @Test("A failed self-test of the host takes the peripherals back too")
    func selfTest() async throws {
        let crew = SimulatedCrew()
        let machine = try machine(crew)
        let bundle = try machine.bundle(
            TestImage("1.1.0", .failing), peripherals: [("motor-firmware", Firmware("1.1.0").bytes)])
        let status = try await machine.update(bundle)
        #expect(status["last"]?["cause"] == "self-test")
        #expect(crew.controller("motor").active == Firmware("1.0.0"))
        #expect(crew.controller("motor").isConfirmed)
    }

    @Test("A power cut in the soak puts the peripherals on trial once more")
    func powerCut() async throws {
        let crew = SimulatedCrew()
        let machine = try machine(crew, soak: 3600)
        let bundle = try machine.bundle(
            TestImage("1.1.0"), peripherals: [("motor-firmware", Firmware("1.1.0").bytes)])
        let first = try RunningAgent(machine)
        try await first.offer(try machine.source(bundle))
        try await first.status { _ in false }
        await first.stop()
        for _ in 1...2 {
            #expect(try machine.boot() == .b)
            #expect(crew.controller("motor").active == Firmware("1.0.0"))
            let agent = try RunningAgent(machine)
            try await agent.status {
                $0["state"] == "soaking" && crew.controller("motor").active == Firmware("1.1.0")
            }
            await agent.stop()
        }
        let agent = try RunningAgent(machine)
        try await agent.status { $0["state"] == "soaking" && crew.controller("motor").active == Firmware("1.1.0") }
        try await agent.alive.commitNow()
        #expect(try await agent.state("idle")["last"]?["outcome"] == "committed")
        #expect(crew.controller("motor").isConfirmed)
        await agent.stop()
    }

    @Test("A rollback after the commit brings back what the peripherals ran before")
    func afterCommit() async throws {
        let crew = SimulatedCrew()
        let machine = try machine(crew)
        let bundle = try machine.bundle(
            TestImage("1.1.0"), fallbacks: ["1.0.0"], peripherals: [("motor-firmware", Firmware("1.1.0").bytes)])
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
        let agent = try RunningAgent(machine)
        try await agent.alive.rollBack(reason: "the alarm is too quiet", requestedBy: "test")
        let status = try await machine.settle(from: agent)
        #expect(status["last"]?["outcome"] == "committed")
        #expect(status["version"] == "1.0.0")
        #expect(crew.controller("motor").active == Firmware("1.0.0"))
        #expect(crew.controller("motor").isConfirmed)
    }

    @Test(
        "A peripheral that cannot be taken back is tried again, and in the end said to need help", arguments: [2, 99])
    func stubborn(times: Int) async throws {
        let crew = SimulatedCrew(failsToGoBack: times)
        let machine = try machine(crew)
        let bundle = try machine.bundle(
            TestImage("1.1.0", .failing), peripherals: [("motor-firmware", Firmware("1.1.0").bytes)])
        let status = try await machine.update(bundle)
        #expect(status["last"]?["outcome"] == "rolled-back")
        #expect(crew.controller("motor").active == Firmware("1.0.0"))
        #expect((status["trouble"] != nil) == (times == 99))
    }
}
