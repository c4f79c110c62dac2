import Documents
import Peripherals
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Two simulated peripherals, `valve` and `motor`, which are updated as a set in this order.
private struct Board: Sendable {
    let valve: SimulatedPeripheral
    let motor: SimulatedPeripheral
    let set: PeripheralSet
    let steps: Steps
    static let old = Result { try MCUbootImage(SimulatedPeripheral.image("1.0.0", seed: 1), for: "x") }
    static let new = Result { try MCUbootImage(SimulatedPeripheral.image("1.1.0", size: 9000, seed: 2), for: "x") }

    final class Steps: Sendable {
        private let all = Mutex<[PeripheralStep]>([])

        func note(_ step: PeripheralStep) { all.withLock { $0.append(step) } }

        /// Such as `valve uploaded`, without the pieces of uploads, since the last time.
        func take() -> [String] {
            all.withLock { steps in
                defer { steps = [] }
                return steps.filter { $0.word != "uploading" }.map { "\($0.peripheral) \($0.word)" }
            }
        }
    }

    static func make(valve valveFaults: JSON = [:], motor motorFaults: JSON = [:]) async throws -> Board {
        let bytes = try old.get().bytes
        async let valve = SimulatedPeripheral.start(images: [0: [bytes]], faults: valveFaults)
        async let motor = SimulatedPeripheral.start(images: [0: [bytes]], faults: motorFaults)
        let (one, other) = (try await valve, try await motor)
        let steps = Steps()
        let peripherals = [("valve", one), ("motor", other)].map { name, device in
            Peripheral(name: name, image: "\(name)-firmware", port: device.path, timing: Bench.timing)
        }
        return Board(
            valve: one, motor: other, set: PeripheralSet(peripherals, report: { steps.note($0) }), steps: steps)
    }

    static func both<Value>(_ value: Value) -> [String: Value] { ["valve": value, "motor": value] }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable (PeripheralSet) throws(PeripheralError) -> Value
    ) async throws(PeripheralError) -> Value {
        try await BlockingThread.run("peripherals") { [set] () throws(PeripheralError) in try body(set) }
    }

    func upload() async throws {
        let images = Self.both(try Self.new.get())
        try await run { (set) throws(PeripheralError) in try set.upload(images) }
    }

    func switchOver() async throws {
        let targets = Self.both(try Self.new.get().target)
        try await run { (set) throws(PeripheralError) in try set.switchOver(to: targets) }
    }

    func confirm() async throws {
        let targets = Self.both(try Self.new.get().target)
        try await run { (set) throws(PeripheralError) in try set.confirm(targets) }
    }

    func takeBack() async throws -> [String: PeripheralError] {
        let targets = Self.both(try Self.old.get().target)
        return try await run { (set) throws(PeripheralError) in set.takeBack(to: targets) }
    }

    /// Whether both run this image, confirmed or not, with nothing pending.
    func runs(_ image: MCUbootImage, isConfirmed: Bool) async throws -> Bool {
        for device in [valve, motor] {
            let flash = try await device.flash()["images"]?["0"]
            guard flash?["hashes"]?.array?.first?.string == image.hash.hex, flash?["pending"] == .null,
                flash?["confirmed"] == .bool(isConfirmed)
            else { return false }
        }
        return true
    }
}

@Suite("Peripherals as a set", .timeLimit(.minutes(5)))
struct PeripheralSetTests {
    @Test("An update goes through in declared order, each step told once, and doing it all again does nothing")
    func update() async throws {
        let board = try await Board.make()
        try await board.upload()
        #expect(board.steps.take() == ["valve uploaded", "motor uploaded"])
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
        try await board.upload()
        #expect(board.steps.take() == ["valve found", "motor found"])
        try await board.switchOver()
        #expect(
            board.steps.take()
                == ["valve", "motor"].flatMap { ["\($0) marked", "\($0) restarted", "\($0) running"] })
        #expect(try await board.runs(Board.new.get(), isConfirmed: false))
        try await board.switchOver()
        #expect(board.steps.take() == ["valve running", "motor running"])
        try await board.confirm()
        try await board.confirm()
        #expect(board.steps.take() == ["valve confirmed", "motor confirmed", "valve confirmed", "motor confirmed"])
        #expect(try await board.runs(Board.new.get(), isConfirmed: true))
        let slots = try await board.run { (set) throws(PeripheralError) in try set.slots() }
        #expect(slots["motor"]?.active.target == (try Board.new.get().target))
        #expect(slots["motor"]?.waiting(try Board.old.get().hash)?.slot == 1)
    }

    @Test("A set on trial goes back by itself, in reverse order, and going back again does nothing")
    func takenBackFromTrial() async throws {
        let board = try await Board.make()
        try await board.upload()
        try await board.switchOver()
        _ = board.steps.take()
        #expect(try await board.takeBack().isEmpty)
        #expect(board.steps.take() == ["motor restarted", "motor taken-back", "valve restarted", "valve taken-back"])
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
        #expect(try await board.takeBack().isEmpty)
        #expect(board.steps.take() == ["motor taken-back", "valve taken-back"])
    }

    @Test("A set that is confirmed goes back as an update does")
    func takenBackFromConfirmed() async throws {
        let board = try await Board.make()
        try await board.upload()
        try await board.switchOver()
        try await board.confirm()
        _ = board.steps.take()
        #expect(try await board.takeBack().isEmpty)
        #expect(
            board.steps.take()
                == ["motor", "valve"].flatMap { name in
                    ["marked", "restarted", "confirmed", "taken-back"].map { "\(name) \($0)" }
                })
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
    }

    @Test("An image that is only marked does not start later: its trial is run and left")
    func takenBackFromMarked() async throws {
        let board = try await Board.make()
        try await board.upload()
        let line = try SerialLine(board.motor.path)
        let client = SMPClient("motor", line, Bench.timing)
        let hash = try Board.new.get().hash
        try await BlockingThread.run("motor") { () throws(PeripheralError) in
            try client.test(hash)
            client.close()
        }
        #expect(try await board.takeBack().isEmpty)
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
    }

    /// What the motor does wrong, in which part of an update that shows, and with which code.
    @Test(
        "Whatever the second peripheral does wrong, the set is taken back whole",
        arguments: [
            (["refuse-at": 0], "upload", 3110),
            (["die-at": [1, 2, 3, 4], "forgets": true, "silence": true], "upload", 3101),
            (["refuse-test": true], "switch", 3110), (["revert": true], "switch", 3132),
            (["wrong-version": true], "switch", 3131), (["refuse-confirm": true], "confirm", 3110),
        ] as [(JSON, String, Int)])
    func failing(faults: JSON, part: String, code: Int) async throws {
        let board = try await Board.make(motor: faults)
        var failed = ""
        let error = await #expect(throws: PeripheralError.self) {
            failed = "upload"
            try await board.upload()
            failed = "switch"
            try await board.switchOver()
            failed = "confirm"
            try await board.confirm()
        }
        #expect(failed == part)
        #expect(error?.code.rawValue == code, "\(String(describing: error))")
        #expect(board.steps.take().last == "motor failed")
        // What it does wrong on trial it does not do with what it ran before.
        try await board.motor.set(faults: [:])
        #expect(try await board.takeBack().isEmpty)
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
    }

    @Test("A peripheral that never comes back is told so, and does not keep the other from being taken back")
    func notBack() async throws {
        let board = try await Board.make(motor: ["no-boot": true])
        try await board.upload()
        let error = await #expect(throws: PeripheralError.self) { try await board.switchOver() }
        #expect(error == .notBack("motor", within: Bench.timing.restart))
        let failures = try await board.takeBack()
        #expect(failures == ["motor": .noAnswer("motor", command: "image state", .silence)])
        let flash = try await board.valve.flash()["images"]?["0"]
        #expect(flash?["hashes"]?.array?.first?.string == (try Board.old.get().hash.hex))
        // Its supply comes back, and with it what was to be done.
        try await board.motor.set(faults: [:])
        #expect(try await board.takeBack().isEmpty)
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
    }

    @Test(
        "A restart without an answer, on USB, or that is asked for in vain at first, is a restart all the same",
        arguments: [["reset-silent": true], ["usb": true], ["reset-ignored": true]] as [JSON])
    func restarts(faults: JSON) async throws {
        let board = try await Board.make(valve: faults)
        try await board.upload()
        try await board.switchOver()
        #expect(try await board.runs(Board.new.get(), isConfirmed: false))
        try await board.confirm()
        #expect(try await board.takeBack().isEmpty)
        #expect(try await board.runs(Board.old.get(), isConfirmed: true))
    }

    @Test("Who waits for a restart is bounded by the time of all, and can be stopped")
    func bounded() async throws {
        let board = try await Board.make(valve: ["no-boot": true])
        try await board.upload()
        let targets = Board.both(try Board.new.get().target)
        let start = ContinuousClock.now
        let error = await #expect(throws: PeripheralError.self) {
            try await board.run { (set) throws(PeripheralError) in
                try set.switchOver(to: targets, within: .milliseconds(1500))
            }
        }
        guard case .notBack("valve", let time) = error else { throw try #require(error) }
        #expect(time <= .milliseconds(1500) && ContinuousClock.now - start < Bench.timing.restart)
        await #expect(throws: PeripheralError.outOfTime("valve")) {
            try await board.run { (set) throws(PeripheralError) in try set.switchOver(to: targets, within: .zero) }
        }
        let cancellation = Cancellation()
        cancellation.cancel()
        await #expect(throws: PeripheralError.cancelled("valve")) {
            try await board.run { (set) throws(PeripheralError) in
                try set.switchOver(to: targets, cancellation: cancellation)
            }
        }
    }

    @Test("What a peripheral stores wrongly is not switched over to")
    func storedWrongly() async throws {
        let board = try await Board.make(motor: ["corrupts": true])
        let image = try Board.new.get()
        let error = await #expect(throws: PeripheralError.self) { try await board.upload() }
        #expect(error == .notInSlot("motor", image.hash))
        #expect(try await board.takeBack().isEmpty)
    }

    @Test(
        "What is not there is told by name: an image for a peripheral, the one to switch over to, the one to go back to"
    )
    func missing() async throws {
        let board = try await Board.make()
        let (image, stranger) = (try Board.new.get(), SHA256.digest(of: [7]))
        await #expect(throws: PeripheralError.noImage("motor")) {
            try await board.run { (set) throws(PeripheralError) in try set.upload(["valve": image]) }
        }
        await #expect(throws: PeripheralError.notInSlot("valve", stranger)) {
            try await board.run { (set) throws(PeripheralError) in
                try set.switchOver(to: Board.both(PeripheralTarget(hash: stranger, version: image.version)))
            }
        }
        await #expect(throws: PeripheralError.notRunning("valve", image.hash)) { try await board.confirm() }
        let failures = try await board.run { (set) throws(PeripheralError) in
            set.takeBack(to: Board.both(PeripheralTarget(hash: stranger, version: image.version)))
        }
        #expect(failures == ["valve": .notInSlot("valve", stranger), "motor": .notInSlot("motor", stranger)])
    }
}
