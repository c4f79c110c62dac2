import Agent
import BootControl
import Documents
import Ledger
import Peripherals
import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// The whole way over a serial line: the agent's lifecycle, SMP, and a controller that is made of other people's messages.
@Suite("An update with a controller behind a serial port", .timeLimit(.minutes(5)))
struct BoardPeripheralsTests {
    private struct Bench {
        let controller: SimulatedPeripheral
        let machine: SimulatedMachine
        let old: Digest
        let new: Digest
        let bundle: [UInt8]

        /// A machine with a controller that runs 1.0.0, and a bundle that brings both 1.1.0.
        init(_ behaviour: TestImage.Behaviour = .good, faults: JSON = [:]) async throws {
            let (before, after) = try (
                SimulatedPeripheral.image("1.0.0"), SimulatedPeripheral.image("1.1.0", size: 20_000, seed: 2)
            )
            controller = try await SimulatedPeripheral.start(images: [0: [before]], faults: faults)
            var timing = PeripheralTiming()
            timing.restart = .seconds(10)
            let motor = Peripheral(
                name: "motor", image: "motor-firmware", port: controller.path, timing: timing)
            machine = try SimulatedMachine(crew: BoardPeripherals([motor], storage: Storage()))
            old = try MCUbootImage(before, for: "motor").hash
            new = try MCUbootImage(after, for: "motor").hash
            bundle = try machine.bundle(
                TestImage("1.1.0", behaviour), fallbacks: ["1.0.0"], peripherals: [("motor-firmware", after)])
        }

        /// The hash of what the controller runs, and whether that is for good.
        func running() async throws -> (hash: String?, isConfirmed: Bool) {
            let image = try await controller.flash()["images"]?["0"]
            return (image?["hashes"]?.array?.first?.string, image?["confirmed"] == .bool(true))
        }
    }

    @Test("Both are committed together, and a rollback after that takes both back")
    func together() async throws {
        let bench = try await Bench()
        #expect(try await bench.machine.update(bench.bundle)["last"]?["outcome"] == "committed")
        #expect(try await bench.running() == (bench.new.hex, true))
        let actions = try bench.machine.entries().filter { $0.type == "peripheral.step" }
            .compactMap { $0.body["step"]?["action"]?.string }
        #expect(actions == ["uploaded", "marked", "restarted", "running", "confirmed"])
        let agent = try RunningAgent(bench.machine)
        try await agent.alive.rollBack(reason: "the motor hums", requestedBy: "test")
        let status = try await bench.machine.settle(from: agent)
        #expect(status["version"] == "1.0.0")
        #expect(status["last"]?["outcome"] == "committed")
        #expect(try await bench.running() == (bench.old.hex, true))
    }

    @Test("A host that fails its self-test takes the controller back")
    func selfTest() async throws {
        let bench = try await Bench(.failing)
        #expect(try await bench.machine.update(bench.bundle)["last"]?["cause"] == "self-test")
        #expect(try await bench.running() == (bench.old.hex, true))
    }

    @Test(
        "A controller that does not keep its new firmware, or says another version, fails the trial",
        arguments: ["revert", "wrong-version"])
    func fails(fault: String) async throws {
        let bench = try await Bench(faults: .object([fault: true]))
        let status = try await bench.machine.update(bench.bundle)
        #expect(status["last"]?["outcome"] == "rolled-back")
        #expect(status["last"]?["cause"] == "peripheral")
        #expect(status["version"] == "1.0.0")
        #expect(try await bench.running().hash == bench.old.hex)
        #expect(try bench.machine.bootStatus().confirmed == .a)
    }

    @Test(
        "A controller whose cable is pulled fails the update before anything runs differently; plugged in, it goes on")
    func pulled() async throws {
        let bench = try await Bench()
        try await bench.controller.pull()
        let failed = try await bench.machine.update(bench.bundle)
        #expect(failed["last"]?["outcome"] == "failed")
        #expect(failed["version"] == "1.0.0")
        try await bench.controller.plug()
        #expect(try await bench.machine.update(bench.bundle)["last"]?["outcome"] == "committed")
        #expect(try await bench.running() == (bench.new.hex, true))
    }

    @Test("An image that is no firmware of the controller's is refused, and the controller never hears of it")
    func nonsense() async throws {
        let bench = try await Bench()
        let bundle = try bench.machine.bundle(
            TestImage("1.1.0"), peripherals: [("motor-firmware", [UInt8](repeating: 7, count: 9000))])
        let status = try await bench.machine.update(bundle)
        #expect(status["last"]?["outcome"] == "refused")
        #expect(status["last"]?["fault"]?["code"] == "AC-3120")
        #expect(try await bench.running() == (bench.old.hex, true))
    }
}
