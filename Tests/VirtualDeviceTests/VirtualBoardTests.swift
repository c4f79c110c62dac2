import Hardware
import SystemPackage
import TestSupport
import Testing
import VirtualDevice
import Vocabulary

@Suite("The virtual board")
struct VirtualBoardTests {
    private static let profile = """
        [board]
        name = "virtual"
        [system]
        reads = ["uptime", "load", "memory-available", "cpu-pressure", "memory-pressure", "io-pressure", "throttles"]
        [[sensor]]
        name = "cpu.temperature"
        driver = "thermal"
        zone = "cpu-thermal"
        [[sensor]]
        name = "gpu.temperature"
        driver = "thermal"
        zone = "cpu-thermal"
        index = 2
        [[sensor]]
        name = "fan.level"
        driver = "cooling"
        device = "pwm-fan"
        [[sensor]]
        name = "fan.speed"
        driver = "hwmon"
        chip = "emc2305"
        channel = "fan1"
        plausible = [0, 20000]
        [[sensor]]
        name = "board.supply"
        driver = "hwmon"
        chip = "ina226"
        device = "i2c-2/2-0040"
        channel = "in"
        label = "VIN"
        [[sensor]]
        name = "board.power"
        driver = "hwmon"
        chip = "ina226"
        device = "i2c-2/2-0040"
        channel = "power1"
        [[sensor]]
        name = "line.pressure"
        driver = "iio"
        device = "bmp280"
        channel = "pressure"
        [[sensor]]
        name = "door.voltage"
        driver = "iio"
        device = "ads1015"
        path = "i2c-1/1-0048"
        channel = "voltage0"
        scale = 2.0
        offset = 0.5
        [[sensor]]
        name = "entropy"
        driver = "file"
        path = "/proc/sys/kernel/random/entropy_avail"
        unit = "1"
        [[supply]]
        name = "battery"
        device = "BAT0"
        kind = "battery"
        reads = ["status", "health", "level", "condition", "cycles", "voltage", "temperature"]
        [[supply]]
        name = "mains"
        device = "ADP0"
        kind = "mains"
        [[storage]]
        name = "emmc"
        device = "mmcblk2"
        kind = "mmc"
        reads = ["life-used", "end-of-life", "read-only"]
        [[storage]]
        name = "ssd"
        device = "/dev/disk/by-path/nvme0n1"
        kind = "nvme"
        reads = ["state", "temperature", "bytes-written"]
        [[network]]
        name = "lan"
        interface = "eth0"
        reads = ["state", "carrier", "speed", "duplex", "receive-errors"]
        [[led]]
        name = "alarm-light"
        device = "red:alarm"
        reads = ["brightness", "trigger"]
        [watchdog]
        timeout = 60
        fed-by = "systemd"
        """

    private let folder: TemporaryFolder

    /// Read once: it is the same for every test.
    private static let parsed = Result { try BoardProfile(profile) }

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    private func board(_ script: String = "", timeLimit: Duration = .seconds(5)) throws -> (VirtualBoard, Board) {
        let profile = try Self.parsed.get()
        let virtual = try VirtualBoard(profile: profile, root: folder.path, script: try DriftScript(script))
        return (virtual, Board(profile: profile, root: folder.path, timeLimit: timeLimit))
    }

    private func reading(_ name: String, _ board: Board) async throws -> Reading {
        let indicator = try #require(board.indicator(named: name))
        return try #require(await board.read([indicator]).first).reading
    }

    @Test("Every driver reads a good value from it, but for lines of GPIO")
    func everyDriver() async throws {
        let (_, board) = try board()
        let samples = await board.read()
        #expect(samples.map(\.indicator) == board.profile.indicators && samples.count > 30)
        for sample in samples { #expect(sample.reading.quality == .good, "\(sample)") }
    }

    @Test(
        "A value that is set is read back in its unit",
        arguments: [
            ("cpu.temperature", 91.5), ("gpu.temperature", -12.25), ("fan.level", 30), ("fan.speed", 0),
            ("board.supply", 23.95), ("board.power", 12.5), ("line.pressure", 101_300), ("door.voltage", 3.3),
            ("entropy", 256), ("battery.condition", 81), ("battery.voltage", 11.1), ("battery.temperature", 40.5),
            ("emmc.life-used", 70), ("ssd.temperature", 66), ("ssd.bytes-written", 5_120_000), ("lan.speed", 100),
            ("system.uptime", 4711), ("system.memory-available", 1_048_576), ("system.cpu-pressure", 12.5),
            ("system.throttles", 3), ("mains.online", 0), ("alarm-light.brightness", 50),
        ])
    func set(name: String, value: Double) async throws {
        var (virtual, board) = try board("at 1s \(name) set \(value)")
        try virtual.step(to: 1)
        let number = try #require(try await reading(name, board).number)
        #expect(abs(number - value) <= max(0.011, value.magnitude * 1e-4))
    }

    @Test(
        "A word that is set is read back",
        arguments: [
            ("battery.status", "Discharging"), ("lan.state", "down"), ("emmc.end-of-life", "urgent"),
            ("ssd.state", "dead"), ("alarm-light.trigger", "heartbeat"),
        ])
    func word(name: String, word: String) async throws {
        var (virtual, board) = try board("at 1s \(name) set \(word)")
        try virtual.step(to: 1)
        #expect(try await reading(name, board) == .good(.word(word)))
    }

    @Test("A ramp is where it should be at every moment, and stays at its end")
    func ramp() async throws {
        var (virtual, board) = try board("at 10s cpu.temperature ramp 40..90 over 50s")
        for (time, value) in [(0.0, 45.0), (10, 40), (35, 65), (60, 90), (3600, 90)] {
            try virtual.step(to: time)
            #expect(try await reading("cpu.temperature", board) == .good(.number(value)))
        }
    }

    @Test(
        "A fault gives its quality, and is over when it is restored",
        arguments: [
            ("text", Reading.Quality.unreadable), ("empty", .unreadable), ("huge", .unreadable), ("absent", .absent),
            ("min-int", .implausible),
        ])
    func fault(fault: String, quality: Reading.Quality) async throws {
        var (virtual, board) = try board("at 1s cpu.temperature \(fault)\nat 2s cpu.temperature restore")
        try virtual.step(to: 1)
        #expect(try await reading("cpu.temperature", board).quality == quality)
        try virtual.step(to: 2)
        #expect(try await reading("cpu.temperature", board) == .good(.number(45)))
    }

    @Test("A hanging sensor costs one thread, and comes back")
    func hang() async throws {
        var (virtual, board) = try board(
            "at 1s fan.speed hang\nat 2s fan.speed restore", timeLimit: .milliseconds(50))
        try virtual.step(to: 1)
        #expect(try await reading("fan.speed", board).quality == .unreadable)
        #expect(try await reading("cpu.temperature", board).quality == .good)
        #expect(board.lostThreads == 1)
        try virtual.step(to: 2)
        while board.lostThreads > 0 { await Task.yield() }
        #expect(try await reading("fan.speed", board).quality == .good)
    }

    @Test("What is frozen stands still while its value goes on")
    func freeze() async throws {
        var (virtual, board) = try board(
            """
            at 0s cpu.temperature ramp 40..80 over 40s
            at 10s cpu.temperature freeze   # the sensor's bus hangs
            at 30s cpu.temperature restore
            """)
        for (time, value) in [(10.0, 50.0), (20, 50), (30, 70)] {
            try virtual.step(to: time)
            #expect(try await reading("cpu.temperature", board) == .good(.number(value)))
        }
    }

    @Test("A wobble stays within its width")
    func wobble() async throws {
        var (virtual, board) = try board("at 0s cpu.temperature wobble 2")
        var seen: Set<Double> = []
        for second in 1...20 {
            try virtual.step(to: Double(second))
            seen.insert(try #require(try await reading("cpu.temperature", board).number))
        }
        #expect(seen.count > 5 && seen.allSatisfy { (43...47).contains($0) })
    }

    @Test(
        "A script that says nothing of use is refused with its line",
        arguments: [
            "at ten cpu.temperature hang", "cpu.temperature hang", "at 1s cpu.temperature",
            "at 1s cpu.temperature burn",
            "at 1s cpu.temperature ramp 1..2", "at 1s cpu.temperature ramp 1..x over 2s", "at 1s cpu.temperature set",
            "at 1s cpu.temperature hang now", "at -1s cpu.temperature hang",
        ])
    func badScript(line: String) {
        let error = #expect(throws: VirtualDeviceError.self) { try DriftScript("# a comment\n\n" + line) }
        #expect(error?.code == FaultCode(2909))
        #expect(error?.description.hasPrefix("line 3 ") == true)
    }

    @Test("A script about what the profile does not have is refused")
    func unknownIndicator() throws {
        #expect(throws: VirtualDeviceError.self) { try board("at 1s heart.rate hang") }
    }
}
