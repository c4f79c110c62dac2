import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing

/// The program itself on a machine that umockdev pretends: real paths, no root of its own.
@Suite("The hardware commands", .timeLimit(.minutes(5)))
struct HardwareCommandTests {
    /// As umockdev-record writes it.
    private static let devices = """
        P: /devices/platform/coretemp.0/hwmon/hwmon7
        E: SUBSYSTEM=hwmon
        A: name=coretemp\\n
        A: temp1_input=51000\\n
        A: temp1_label=Package id 0\\n

        P: /devices/LNXSYSTM:00/PNP0C0A:00/power_supply/BAT0
        E: SUBSYSTEM=power_supply
        A: type=Battery\\n
        A: present=1\\n
        A: capacity=80\\n
        A: status=Full\\n
        A: energy_full=45000000\\n
        A: energy_full_design=50000000\\n

        P: /devices/platform/wdt/watchdog/watchdog0
        N: watchdog0
        E: DEVNAME=/dev/watchdog0
        E: SUBSYSTEM=watchdog
        A: identity=iTCO_wdt\\n
        A: timeout=30\\n
        A: state=inactive\\n

        """

    private let folder: TemporaryFolder
    private let description: FilePath

    init() throws {
        folder = try TemporaryFolder()
        description = try folder.write("machine.umockdev", Self.devices)
    }

    private func hardware(_ arguments: [String], isPretended: Bool = true) async throws -> Tool.Result {
        let program = try Programs.path("aftercare")
        let pretence = isPretended ? ["umockdev-run", "-d", description.string, "--"] : []
        return try await BlockingThread.run("hardware") { try Tool.run(pretence + [program, "hardware"] + arguments) }
    }

    private func json(_ result: Tool.Result) throws -> JSON {
        try JSONReader.read(result.output, limit: 1 << 20)
    }

    @Test("A scan writes a profile that is accepted, and by which the machine is read")
    func scanned() async throws {
        let profile = folder.file("board.toml").string
        #expect(try await hardware(["scan", "-o", profile]).status == 0)
        #expect(try await hardware(["scan"]).output == folder.read("board.toml"))
        let checked = try await hardware(["check-profile", profile, "--json"])
        #expect(checked.status == 0, "\(checked.error)")
        #expect(try json(checked)["accepted"] == true)
        let read = try await hardware(["read", "--profile", profile, "--json", "battery", "coretemp.package-id-0"])
        let samples = try #require(try json(read)["samples"]?.array)
        let values = samples.map { [$0["name"], $0["quality"], $0["value"], $0["unit"]] }
        #expect(values.contains(["battery.condition", "good", 90, "%"]))
        #expect(values.contains(["battery.status", "good", "Full", "{word}"]))
        #expect(values.contains(["coretemp.package-id-0", "good", 51, "Cel"]))
        #expect(!samples.contains { $0["name"] == "system.uptime" })
        let list = try json(try await hardware(["list", "--profile", profile, "--json"]))
        #expect(list["facts"]?["watchdog.identity"] == "iTCO_wdt")
        #expect(
            list["indicators"]?.array?.first { $0["name"] == "battery.level" }?["origin"]?.string?.contains("BAT0")
                == true)
    }

    @Test("Every table fits into 80 columns")
    func columns() async throws {
        let boards = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("boards").path
        for command in [["list", "--profile"], ["read", "--profile"], ["check-profile"]] {
            let result = try await hardware(command + ["\(boards)/imx8mp-infusion-pump.toml"])
            #expect(result.status == 0, "\(result.error)")
            let lines = result.text.split(separator: "\n")
            #expect(lines.count > 20)
            for line in lines.dropFirst() { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test("A profile that is refused says where, in words and in JSON, and ends with status 3")
    func refused() async throws {
        let profile = try folder.write("wrong.toml", "[board]\nname = \"x\"\n\n[[sensor]]\nnmae = \"y\"\n").string
        let words = try await hardware(["check-profile", profile], isPretended: false)
        #expect(words.status == 3)
        #expect(words.error.contains("line 4, column 1: 'sensor[0].name' is missing"))
        #expect(words.error.contains("docs/hardware.md"))
        let result = try await hardware(["check-profile", profile, "--json"], isPretended: false)
        #expect(result.status == 3)
        let fault = try json(result)["fault"]
        #expect(fault?["line"] == 4 && fault?["column"] == 1 && fault?["code"] == "AC-3003")
    }

    @Test("A health plan is checked against its board: the pump's is accepted, one for a sensor it has not is refused")
    func plans() async throws {
        let parts = "firmware-manifests/infusion-pump/rootfs/common/usr/lib/aftercare"
        let board = ProjectFolder.file("\(parts)/board.toml").string
        let good = try await hardware(
            ["check-profile", board, "--plan", ProjectFolder.file("\(parts)/health.toml").string], isPretended: false)
        #expect(good.status == 0, "\(good.error)")
        #expect(good.text.contains("health.toml: accepted, 5 limits"))
        let limit =
            "[[limit]]\ncode = \"HF-X\"\nindicator = \"nose.temperature\"\nsentence = \"x\"\nwarning-above = 1\n"
        for (text, code) in [(limit, "AC-3204"), (limit + "colour = 1\n", "AC-3203")] {
            let plan = try folder.write("plan.toml", text).string
            let bad = try await hardware(["check-profile", board, "--plan", plan], isPretended: false)
            #expect(bad.status == 3)
            #expect(bad.error.contains(code), "\(bad.error)")
        }
        #expect(try await hardware(["check-profile", board, "--plan", "/nowhere"], isPretended: false).status == 1)
    }

    @Test("Without a profile, or for a name that is none, the command says what to do")
    func nothing() async throws {
        let none = try await hardware(["read", "--root", folder.path.string], isPretended: false)
        #expect(none.status == 1)
        #expect(none.error.contains("'aftercare hardware scan'"))
        let profile = try folder.write("board.toml", "[board]\nname = \"x\"\n").string
        let other = try await hardware(["read", "--profile", profile, "uptime"], isPretended: false)
        #expect(other.status == 2)
        #expect(other.error.contains("Did you mean 'system.uptime'?"))
    }

    @Test("watch reads as often as it is told")
    func watch() async throws {
        let profile = try folder.write("board.toml", "[board]\nname = \"x\"\n").string
        let result = try await hardware(
            ["watch", "--profile", profile, "--json", "--count", "3", "--interval", "0.1"], isPretended: false)
        #expect(result.status == 0)
        let lines = result.text.split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines { #expect(try JSONReader.read(Array(line.utf8), limit: 1 << 20)["board"] == "x") }
        #expect(try await hardware(["watch", "--profile", profile, "--count", "0"], isPretended: false).status == 2)
    }
}
