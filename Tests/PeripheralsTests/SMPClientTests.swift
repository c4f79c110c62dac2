import Documents
import Peripherals
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("SMP over a serial line", .timeLimit(.minutes(3)))
struct SMPClientTests {
    @Test("The simulated peripheral is one that the public smpclient updates: it is a faithful peer")
    func faithful() async throws {
        let old = try Bench.old.get()
        let device = try await SimulatedPeripheral.start(images: [0: [old.bytes]])
        let folder = try TemporaryFolder()
        let file = try folder.write("new.bin", Bench.new.get().bytes)
        let arguments = [Tool.python, SimulatedPeripheral.peer("smp_visit.py"), device.path.string, file.string]
        let result = try await BlockingThread.run("smpclient") { try Tool.run(arguments) }
        #expect(result.status == 0, "\(result.error)")
        #expect(
            result.text.split(separator: "\n").map(String.init) == [
                "echo hello", "buffer 1024", "uploaded 4108",
                "states (0, '1.0.0', True, None) (1, '1.1.0.7', None, False)", "running 1.1.0.7 False",
                "confirmed True",
            ])
    }

    @Test(
        "Every command is understood, in both versions of the protocol, and among babble, echoes and old answers",
        arguments: [
            [:], ["v1": "silent"], ["v1": "tells"], ["babble": true], ["echo": true], ["old-first": true],
            ["twice": true], ["crc-once": true], ["half-once": true],
            ["babble": true, "echo": true, "old-first": true, "twice": true],
        ] as [JSON])
    func commands(faults: JSON) async throws {
        let bench = try await Bench.make(faults: faults)
        let (old, new) = (try Bench.old.get(), try Bench.new.get())
        try await bench.run { (client) throws(PeripheralError) in
            try client.echo("hello, µC")
            try client.echo(String(repeating: "long ", count: 100))
        }
        let info = try await bench.run { (client) throws(PeripheralError) in try client.identity() }
        #expect(info == "Zephyr pump-motor v3.7.0 cortex-m4  [31mmps2/an386")
        let size = try await bench.run { (client) throws(PeripheralError) in try client.packetSize() }
        #expect(size == 1024)
        let images = try await bench.run { (client) throws(PeripheralError) in try client.images() }
        #expect(
            images == [
                PeripheralImage(
                    number: 0, slot: 0, version: "1.0.0", hash: old.hash, isActive: true, isConfirmed: true),
                PeripheralImage(number: 0, slot: 1, version: "1.1.0.7", hash: new.hash),
            ])
        let trial = try await bench.run { (client) throws(PeripheralError) in
            try client.test(new.hash)
            try client.reset()
            try client.pause(.milliseconds(300))
            return try client.images()
        }
        #expect(trial[0].hash == new.hash && trial[0].isActive && !trial[0].isConfirmed)
        let confirmed = try await bench.run { (client) throws(PeripheralError) in
            try client.confirm()
            try client.erase()
            return try client.images()
        }
        #expect(confirmed.count == 1 && confirmed[0].hash == new.hash && confirmed[0].isConfirmed)
        let version = bench.client.version
        #expect(version == (faults["v1"] == nil ? .v2 : .v1))
    }

    @Test(
        "Each misbehaviour that is hopeless has an error of its own, within its time",
        arguments: [
            (["silence": true], PeripheralError.Disturbance.silence, 3101), (["babble-only": true], .babble, 3102),
            (["only-echo": true], .echo, 3103), (["half": true], .halves, 3104), (["crc": true], .damage, 3105),
            (["replay": true], .oldAnswers, 3106), (["nonsense": true], .nonsense, 3107),
            (["huge": true], .hugeFrames, 3108),
        ] as [(JSON, PeripheralError.Disturbance, Int)])
    func hopeless(faults: JSON, disturbance: PeripheralError.Disturbance, code: Int) async throws {
        let bench = try await Bench.make(faults: faults)
        let start = ContinuousClock.now
        let error = await #expect(throws: PeripheralError.self) {
            try await bench.run { (client) throws(PeripheralError) in try client.images() }
        }
        #expect(error == .noAnswer("motor", command: "image state", disturbance))
        #expect(error?.code.rawValue == code)
        #expect(bench.client.disturbances.repeats == 2)
        #expect(ContinuousClock.now - start < .seconds(20))
        // And it is forgotten when the line is good again.
        try await bench.device.set(faults: [:])
        try await bench.run { (client) throws(PeripheralError) in try client.echo("again") }
    }

    @Test("A refusal is told with its group, number and name, and is not asked for again")
    func refused() async throws {
        let bench = try await Bench.make()
        let (old, stranger) = (try Bench.old.get(), SHA256.digest(of: [1]))
        let active = await #expect(throws: PeripheralError.self) {
            try await bench.run { (client) throws(PeripheralError) in try client.test(old.hash) }
        }
        #expect(active == .refused("motor", command: "image state", SMPRefusal(group: 1, number: 33)))
        #expect(active?.description.hasSuffix("error 33 of group 1 (test of the active image denied)") == true)
        let unknown = await #expect(throws: PeripheralError.self) {
            try await bench.run { (client) throws(PeripheralError) in try client.confirm(stranger) }
        }
        #expect(unknown == .refused("motor", command: "image state", SMPRefusal(group: 1, number: 8)))
        let command = SMPCommand(group: 0, id: 4)
        let foreign = await #expect(throws: PeripheralError.self) {
            try await bench.run { (client) throws(PeripheralError) in _ = try client.ask(.read, command) }
        }
        #expect(foreign == .refused("motor", command: "command 4 of group 0", SMPRefusal(group: nil, number: 8)))
        #expect(foreign?.description.hasSuffix("error 8 (not supported)") == true)
        #expect(bench.client.disturbances.repeats == 0)
    }

    @Test("A cable that is pulled and comes back loses no request; one that stays away is told as such")
    func pulled() async throws {
        let bench = try await Bench.make()
        try await bench.run { (client) throws(PeripheralError) in try client.echo("one") }
        try await bench.device.pull()
        let gone = await #expect(throws: PeripheralError.self) {
            try await bench.run { (client) throws(PeripheralError) in try client.echo("two") }
        }
        #expect(gone == .serial("motor", .cannot("open", bench.device.path, .noSuchFileOrDirectory)))
        try await bench.device.plug()
        try await bench.run { (client) throws(PeripheralError) in try client.echo("three") }
    }

    @Test("A request that waits is ended from another thread")
    func cancelled() async throws {
        let bench = try await Bench.make(faults: ["silence": true])
        async let outcome: PeripheralError? = BlockingThread.run("peripheral") {
            do throws(PeripheralError) {
                _ = try bench.client.ask(.read, .imageState, within: .seconds(100))
                return nil
            } catch { return error }
        }
        bench.client.cancel()
        let error = await outcome
        #expect(error == .cancelled("motor"))
    }
}
