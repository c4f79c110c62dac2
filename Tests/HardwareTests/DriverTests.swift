import Hardware
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

private struct FixedClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 1_790_000_000) }
}

@Suite("Drivers over sysfs")
struct DriverTests {
    /// A board of one part, described below `[board]`.
    private func board(_ text: String, _ root: FilePath) throws -> Board {
        Board(
            profile: try BoardProfile("[board]\nname = \"x\"\n[system]\nreads = []\n" + text), root: root,
            clock: FixedClock())
    }

    private func values(_ text: String, _ listing: Listing) async throws -> [String: Reading] {
        let tree = try KernelFolder(listing.text)
        let samples = try await board(text, tree.root).read()
        return Dictionary(uniqueKeysWithValues: samples.map { ($0.indicator.name, $0.reading) })
    }

    private static func sensor(_ driver: String) -> String { "[[sensor]]\nname = \"s\"\ndriver = \(driver)" }

    private static let sensors: [(String, Listing, Double)] = [
        ("\"thermal\"\nzone = \"cpu-thermal\"", .computeModule4, 48.686),
        ("\"thermal\"\nzone = \"soc-thermal\"", .imx8mp, 53),
        ("\"cooling\"\ndevice = \"cpufreq-cpu0\"", .imx8mp, 50),
        ("\"hwmon\"\nchip = \"tmp102\"\ndevice = \"i2c-2/2-0048\"\nchannel = \"temp1\"", .imx8mp, 31.25),
        ("\"hwmon\"\nchip = \"tmp102\"\ndevice = \"2-0049\"\nchannel = \"temp1\"", .imx8mp, -5.5),
        ("\"hwmon\"\nchip = \"ina226\"\nchannel = \"in1\"", .imx8mp, 12.015),
        ("\"hwmon\"\nchip = \"ina226\"\nchannel = \"curr1\"", .imx8mp, 0.842),
        ("\"hwmon\"\nchip = \"ina226\"\nchannel = \"power1\"", .imx8mp, 10.125),
        ("\"hwmon\"\nchip = \"sht3x\"\nchannel = \"humidity1\"", .imx8mp, 43.21),
        ("\"hwmon\"\nchip = \"coretemp\"\nchannel = \"temp\"\nlabel = \"Core 0\"", .industrialPC, 49),
        ("\"hwmon\"\nchip = \"nct6798\"\nchannel = \"fan2\"", .industrialPC, 1284),
        ("\"hwmon\"\nchip = \"nct6798\"\nchannel = \"pwm2\"", .industrialPC, 60),
        ("\"hwmon\"\nchip = \"nct6798\"\nchannel = \"temp1\"", .industrialPC, 36),
        ("\"hwmon\"\nchip = \"power_meter\"\nchannel = \"power1\"", .industrialPC, 38.5),
        ("\"iio\"\ndevice = \"ads1115\"\nchannel = \"voltage0\"", .imx8mp, 1),
        ("\"iio\"\ndevice = \"ads1115\"\nchannel = \"voltage0-voltage1\"", .imx8mp, -0.05),
        ("\"iio\"\ndevice = \"ads1115\"\nchannel = \"voltage0\"\nscale = 11", .imx8mp, 11),
        (
            "\"iio\"\ndevice = \"ads1115\"\nchannel = \"voltage0\"\nunit = \"Pa\"\nscale = 50000\noffset = -25000",
            .imx8mp, 25000
        ),
        ("\"iio\"\ndevice = \"bmp280\"\nchannel = \"pressure\"", .imx8mp, 101_325),
        ("\"iio\"\ndevice = \"bmp280\"\nchannel = \"temp\"", .imx8mp, 23.5),
        ("\"iio\"\ndevice = \"lsm6dso_accel\"\nchannel = \"accel_z\"", .imx8mp, 9.797632),
        ("\"iio\"\ndevice = \"lm73\"\nchannel = \"temp\"", .imx8mp, 22.5),
        ("\"file\"\npath = \"/proc/loadavg\"\nunit = \"1\"", .imx8mp, .nan),
    ]

    @Test("A sensor's number comes in its unit", arguments: sensors)
    func everySensor(driver: String, listing: Listing, expected: Double) async throws {
        let reading = try #require(try await values(Self.sensor(driver), listing)["s"])
        if expected.isNaN { return #expect(reading.quality == .unreadable) }
        let number = try #require(reading.number, "\(reading)")
        #expect(abs(number - expected) < 1e-9 * max(1, abs(expected)))
    }

    private static let lacks: [(String, Listing, Reading.Quality, String)] = [
        ("\"hwmon\"\nchip = \"lm75\"\nchannel = \"temp1\"", .imx8mp, .absent, ""),
        ("\"hwmon\"\nchip = \"ina226\"\nchannel = \"in9\"", .imx8mp, .absent, ""),
        ("\"hwmon\"\nchip = \"coretemp\"\nchannel = \"temp\"\nlabel = \"Core 9\"", .industrialPC, .absent, ""),
        ("\"hwmon\"\nchip = \"tmp102\"\nchannel = \"temp1\"", .imx8mp, .unreadable, "must name one by 'device'"),
        ("\"hwmon\"\nchip = \"nct6798\"\nchannel = \"temp3\"", .industrialPC, .unreadable, "sensor is broken"),
        ("\"thermal\"\nzone = \"gpu-thermal\"", .imx8mp, .absent, ""),
        ("\"thermal\"\nzone = \"cpu-thermal\"\nindex = 1", .imx8mp, .absent, ""),
        ("\"thermal\"\nzone = \"cpu-thermal\"\nplausible = [-40, 50]", .imx8mp, .implausible, "outside -40.0 to 50.0"),
    ]

    @Test("What has no value says which of the reasons it is", arguments: lacks)
    func everyLack(driver: String, listing: Listing, quality: Reading.Quality, words: String) async throws {
        let reading = try #require(try await values(Self.sensor(driver), listing)["s"])
        #expect(reading.quality == quality, "\(reading)")
        if !words.isEmpty { #expect(reading.reason?.contains(words) == true, "\(reading)") }
    }

    @Test("A battery says how it is, and what it cannot say is not zero")
    func battery() async throws {
        let text = """
            [[supply]]
            name = "b"
            device = "BAT0"
            kind = "battery"
            reads = ["status", "health", "level", "level-name", "condition", "cycles",
                "voltage", "current", "power", "energy-now", "energy-full-design", "present"]
            [[supply]]
            name = "mains"
            device = "AC"
            kind = "mains"
            """
        let read = try await values(text, .laptop)
        #expect(read["b.status"] == .good(.word("Discharging")))
        #expect(read["b.level"] == .good(.number(76)))
        #expect(read["b.level-name"] == .good(.word("Normal")))
        #expect(read["b.condition"]?.number.map { abs($0 - 85) < 1e-9 } == true)
        #expect(read["b.cycles"] == .good(.number(213)))
        #expect(read["b.voltage"]?.number.map { abs($0 - 15.812) < 1e-9 } == true)
        #expect(read["b.power"]?.number.map { abs($0 - 6.543) < 1e-9 } == true)
        #expect(read["b.energy-now"]?.number.map { abs($0 - 36.822) < 1e-9 } == true)
        #expect(read["b.health"] == .absent)
        #expect(read["b.current"] == .absent)
        #expect(read["mains.online"] == .good(.number(0)))
    }

    @Test("A battery that was taken out is absent, though its driver goes on giving numbers")
    func pulledBattery() async throws {
        let tree = try KernelFolder(Listing.laptop.text)
        try tree.set("sys/class/power_supply/BAT0/present", "0\n")
        try tree.set("sys/class/power_supply/BAT0/capacity", "0\n")
        let board = try board(
            "[[supply]]\nname = \"b\"\ndevice = \"BAT0\"\nkind = \"battery\"\nreads = [\"level\", \"present\"]",
            tree.root)
        #expect(await board.read().map(\.reading) == [.absent, .good(.number(0))])
    }

    @Test("Cycles that are not counted are not zero cycles")
    func cycles() async throws {
        let tree = try KernelFolder(Listing.laptop.text)
        try tree.set("sys/class/power_supply/BAT0/cycle_count", "0\n")
        let board = try board(
            "[[supply]]\nname = \"b\"\ndevice = \"BAT0\"\nkind = \"battery\"\nreads = [\"cycles\"]", tree.root)
        #expect(await board.read().map(\.reading.quality) == [.unreadable])
    }

    @Test("An eMMC says its wear by either of its names, and how far its reserve is used")
    func emmc() async throws {
        let reads =
            "reads = [\"life-used\", \"life-used-a\", \"life-used-b\", \"end-of-life\", \"size\", \"bytes-written\", \"busy\"]"
        for device in ["mmcblk0", "/dev/disk/by-path/platform-fe340000.mmc"] {
            let read = try await values(
                "[[storage]]\nname = \"e\"\ndevice = \"\(device)\"\nkind = \"mmc\"\n\(reads)", .computeModule4)
            #expect(read["e.life-used"] == .good(.number(20)))
            #expect(read["e.life-used-a"] == .good(.number(10)))
            #expect(read["e.end-of-life"] == .good(.word("normal")))
            #expect(read["e.size"] == .good(.number(61_079_552 * 512)))
            #expect(read["e.bytes-written"] == .good(.number(65536 * 512)))
            #expect(read["e.busy"] == .good(.number(9.876)))
        }
        let worn = try await values("[[storage]]\nname = \"e\"\ndevice = \"mmcblk2\"\nkind = \"mmc\"", .imx8mp)
        #expect(worn["e.life-used"] == .good(.number(110)))
        #expect(worn["e.end-of-life"] == .good(.word("urgent")))
    }

    @Test("An estimate of zero is no estimate, and one beyond the standard none either")
    func unknownWear() async throws {
        let tree = try KernelFolder(Listing.imx8mp.text)
        let board = try board(
            "[[storage]]\nname = \"e\"\ndevice = \"mmcblk2\"\nkind = \"mmc\"\nreads = [\"life-used\", \"end-of-life\"]",
            tree.root)
        for (life, end, quality) in [
            ("0x00 0x00", "0x00", Reading.Quality.unreadable), ("0x0c 0x01", "0x04", .implausible),
        ] {
            try tree.set("sys/class/block/mmcblk2/device/life_time", life + "\n")
            try tree.set("sys/class/block/mmcblk2/device/pre_eol_info", end + "\n")
            #expect(await board.read().map(\.reading.quality) == [quality, quality])
        }
    }

    @Test("NVMe and SATA disks say their state")
    func disks() async throws {
        let text = """
            [[storage]]
            name = "n"
            device = "nvme0n1"
            kind = "nvme"
            [[storage]]
            name = "s"
            device = "sda"
            kind = "scsi"
            """
        let read = try await values(text, .industrialPC)
        #expect(read["n.state"] == .good(.word("live")))
        #expect(read["n.temperature"] == .good(.number(41.85)))
        #expect(read["s.state"] == .good(.word("running")))
        #expect(read["s.io-errors"] == .good(.number(31)))
        #expect(read["s.read-only"] == .good(.number(1)))
    }

    @Test("A network says its link, and one that is down has no speed")
    func network() async throws {
        let reads = "reads = [\"carrier\", \"state\", \"speed\", \"duplex\", \"carrier-changes\", \"receive-drops\"]"
        let up = try await values("[[network]]\nname = \"n\"\ninterface = \"eth0\"\n\(reads)", .computeModule4)
        #expect(up["n.carrier"] == .good(.number(1)))
        #expect(up["n.speed"] == .good(.number(1000)))
        #expect(up["n.duplex"] == .good(.word("full")))
        #expect(up["n.receive-drops"] == .good(.number(7)))
        let down = try await values("[[network]]\nname = \"n\"\ninterface = \"eth0\"\n\(reads)", .imx8mp)
        #expect(down["n.state"] == .good(.word("down")))
        #expect(down["n.speed"]?.quality == .unreadable)
        let none = try await values("[[network]]\nname = \"n\"\ninterface = \"wlan0\"\n\(reads)", .imx8mp)
        #expect(Set(none.values) == [.absent])
    }

    @Test("LED, watchdog and clock say what they are set to")
    func smallParts() async throws {
        let text = """
            [[led]]
            name = "l"
            device = "PWR"
            reads = ["brightness", "trigger"]
            [watchdog]
            timeout = 15
            fed-by = "systemd"
            reads = ["state", "timeout", "time-left", "boot-status", "pretimeout"]
            """
        let read = try await values(text, .computeModule4)
        #expect(read["l.brightness"] == .good(.number(100)))
        #expect(read["l.trigger"] == .good(.word("default-on")))
        #expect(read["watchdog.state"] == .good(.word("active")))
        #expect(read["watchdog.time-left"] == .good(.number(11)))
        #expect(read["watchdog.pretimeout"] == .absent)
        let clock = try await values("[rtc]\nreads = [\"offset\", \"time\"]", .imx8mp)
        #expect(clock["rtc.offset"] == .good(.number(10)))
        #expect(clock["rtc.time"] == .good(.number(1_790_000_010)))
    }

    @Test("The machine as a whole says how it is; a kernel without pressure counters has none")
    func system() async throws {
        let text =
            "[board]\nname = \"x\"\n[system]\nreads = "
            + "[\"uptime\", \"load\", \"memory-available\", \"cpu-pressure\", \"io-pressure\", \"throttles\"]"
        func read(_ listing: Listing) async throws -> [Reading] {
            let tree = try KernelFolder(listing.text)
            return await Board(profile: try BoardProfile(text), root: tree.root).read().map(\.reading)
        }
        #expect(
            try await read(.imx8mp) == [
                .good(.number(100)), .good(.number(1)), .good(.number(5_000_000 * 1024)), .good(.number(1.25)),
                .good(.number(3.5)), .absent,
            ])
        #expect(
            try await read(.industrialPC) == [
                .good(.number(86400)), .good(.number(0)), .good(.number(15_000_000 * 1024)), .absent, .absent,
                .good(.number(7)),
            ])
    }

    @Test("A chip that comes back under another number is found again, and never taken for another")
    func renumbered() async throws {
        let tree = try KernelFolder(Listing.industrialPC.text)
        let text = Self.sensor("\"hwmon\"\nchip = \"coretemp\"\nchannel = \"temp1\"")
        try tree.remove("sys/class/hwmon/hwmon3")
        try tree.link("sys/class/hwmon/hwmon9", to: "../../devices/platform/coretemp.0/hwmon/hwmon3")
        try tree.link("sys/class/hwmon/hwmon3", to: "../../devices/platform/nct6775.656/hwmon/hwmon4")
        #expect(try await board(text, tree.root).read().map(\.reading) == [.good(.number(51))])
    }

    @Test("Facts say who the machine and its parts are, in the order of their names")
    func facts() async throws {
        let tree = try KernelFolder(Listing.computeModule4.text)
        let board = try board(
            "[[storage]]\nname = \"e\"\ndevice = \"mmcblk0\"\nkind = \"mmc\"\n[watchdog]\ntimeout = 15\nfed-by = \"agent\"",
            tree.root)
        let facts = await board.facts()
        #expect(facts.map(\.name) == facts.map(\.name).sorted())
        let words = Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0.value) })
        #expect(words["board.model"] == "Raspberry Pi Compute Module 4 Rev 1.1")
        #expect(words["board.serial"] == "10000000a1b2c3d4")
        #expect(words["board.compatible"] == "raspberrypi,4-compute-module brcm,bcm2711")
        #expect(words["boot.id"] == "6f1f9a35-2a0c-4e0f-9f6a-27a1a4a4a5d1")
        #expect(words["e.model"] == "BJTD4R")
        #expect(words["e.firmware"] == "0x0300000000000000")
        #expect(words["watchdog.identity"] == "Broadcom BCM2835 Watchdog timer")
        #expect(words["board.maker"] == nil)
    }
}
