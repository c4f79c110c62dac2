import Foundation
import Hardware
import SystemPackage
import TestSupport
import Testing

@Suite("Scanning a machine for its first profile")
struct ScanTests {
    @Test("What a scan writes is accepted, names what is there, and is the same each time", arguments: Listing.allCases)
    func roundTrip(listing: Listing) async throws {
        let tree = try KernelFolder(listing.text)
        let text = BoardScan.profile(root: tree.root)
        #expect(BoardScan.profile(root: tree.root) == text)
        let board = Board(profile: try BoardProfile(text), root: tree.root)
        #expect(board.indicators.count > 3)
        for sample in await board.read() { #expect(sample.reading != .absent, "\(sample.indicator.name)") }
        for warning in await board.warnings() { #expect(!warning.reason.hasPrefix("not there"), "\(warning)") }
    }

    @Test("This machine's own scan is accepted")
    func thisMachine() async throws {
        let board = Board(profile: try BoardProfile(BoardScan.profile()))
        let samples = await board.read()
        #expect(samples.first { $0.indicator.name == "system.uptime" }?.reading.number.map { $0 > 0 } == true)
    }

    @Test("An empty root gives a profile all the same")
    func empty() throws {
        let tree = try KernelFolder("")
        #expect(try BoardProfile(BoardScan.profile(root: tree.root)).name == "unnamed board")
    }

    private static let finds: [(Listing, [String])] = [
        (
            .computeModule4,
            ["cpu-thermal.temperature", "mmcblk0.life-used", "eth0.speed", "led.act.trigger", "watchdog.state"]
        ),
        (
            .imx8mp,
            ["tmp102.temp1", "tmp102.temp1-2", "ina226.power1", "ads1115.voltage0", "bmp280.pressure", "rtc.offset"]
        ),
        (
            .industrialPC,
            [
                "coretemp.package-id-0", "nct6798.fan2", "nct6798.pwm2", "power-meter.power1", "nvme0n1.temperature",
                "sda.io-errors", "system.throttles",
            ]
        ),
        (.laptop, ["battery.condition", "battery.energy-now", "ac.online"]),
    ]

    @Test("It finds what the board has", arguments: finds)
    func everyFind(listing: Listing, names: [String]) throws {
        let tree = try KernelFolder(listing.text)
        let found = try BoardProfile(BoardScan.profile(root: tree.root)).indicators.map(\.name)
        for name in names { #expect(found.contains(name), "\(name) in \(found)") }
    }

    @Test("It leaves out what belongs to another part, or to no part of the device")
    func leavesOut() throws {
        let laptop = try KernelFolder(Listing.laptop.text)
        #expect(!BoardScan.profile(root: laptop.root).contains("hid-mouse"))
        let module = try KernelFolder(Listing.computeModule4.text)
        let text = BoardScan.profile(root: module.root)
        #expect(!text.contains("cpu_thermal"))
        #expect(!text.contains("mmcblk0p1") && !text.contains("loop0") && !text.contains("\"lo\""))
    }

    @Test("Names that the kernel took from hostile hardware stay inside their quotes")
    func hostileNames() throws {
        let tree = try KernelFolder("sys/class/hwmon/hwmon0/temp1_input = 1000")
        try tree.set("sys/class/hwmon/hwmon0/name", "a\"]\\ = x\n")
        try tree.set("sys/class/dmi/id/product_name", "\"\\u0000 ''' [[x]]\n")
        let profile = try BoardProfile(BoardScan.profile(root: tree.root))
        #expect(profile.name == "\"\\u0000 ''' [[x]]")
        #expect(profile.sensors.map(\.name) == ["a-x.temp1"])
    }
}
