import Hardware
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Driving parts of a board")
struct DrivingTests {
    private static let profile = """
        [board]
        name = "x"
        [[led]]
        name = "status"
        device = "green"
        [[gpio]]
        name = "reset"
        chip = "gpio0"
        line = 3
        direction = "out"
        [watchdog]
        timeout = 10
        fed-by = "agent"
        """

    private let tree: KernelFolder
    private let board: Board

    init() throws {
        tree = try KernelFolder(
            """
            sys/class/leds/green/trigger = none timer [heartbeat]
            sys/class/leds/green/brightness = 0
            sys/class/leds/green/max_brightness = 255
            dev/watchdog0 = no device
            dev/gpiochip0 = no device
            """)
        board = Board(profile: try BoardProfile(Self.profile), root: tree.root)
    }

    /// A regular file keeps what stands behind the bytes that are written; an attribute would not.
    private func begins(_ path: String, with text: String) throws -> Bool {
        try tree.folder.read(path).starts(with: Array(text.utf8))
    }

    @Test("An LED takes a trigger of those that it has")
    func trigger() throws {
        #expect(try board.triggers(ofLED: "status") == ["none", "timer", "heartbeat"])
        try board.setTrigger("timer", ofLED: "status")
        #expect(try begins("sys/class/leds/green/trigger", with: "timer"))
    }

    @Test(
        "An LED is lit to a share of its brightest, and the least light is still light",
        arguments: [(0.0, "0"), (1.0, "255"), (0.5, "128"), (0.0001, "1"), (7.0, "255"), (-1.0, "0")])
    func brightness(share: Double, level: String) throws {
        try board.setBrightness(share, ofLED: "status")
        #expect(try begins("sys/class/leds/green/brightness", with: level))
        #expect(try begins("sys/class/leds/green/trigger", with: "none"))
    }

    @Test("What the profile has not, and what is no such device, cannot be driven")
    func refusals() throws {
        #expect(throws: HardwareError.notThere("LED", "other")) { try board.setTrigger("none", ofLED: "other") }
        #expect(throws: HardwareError.notThere("output", "status")) { try board.takeOutput("status", isActive: true) }
        let output = #expect(throws: HardwareError.self) { try board.takeOutput("reset", isActive: true) }
        #expect(output?.code == FaultCode(3005))
        let watchdog = #expect(throws: HardwareError.self) { try board.takeWatchdog() }
        #expect(watchdog?.code == FaultCode(3005))
        try tree.remove("sys/class/leds/green/max_brightness")
        #expect(throws: HardwareError.self) { try board.setBrightness(1, ofLED: "status") }
    }
}
