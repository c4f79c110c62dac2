import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// The script that ships, run by a real U-Boot in an emulated machine.
@Suite("The U-Boot script, in U-Boot", .timeLimit(.minutes(3)))
struct UBootScriptTests {
    private static let environmentSize = 512
    private static let names = ["BOOT_ORDER", "BOOT_CONFIRMED", "BOOT_A_LEFT", "BOOT_B_LEFT"]

    private let folder: TemporaryFolder
    private let scheme = UBootScheme(slotSets: [.a, .b], attempts: 3)

    init() throws { folder = try TemporaryFolder() }

    private static let states: [BootVariables] = {
        let orders = ["", "A B", "B A", "A", "B", "C  B B A", " ", "A;B"]
        let odd = product([
            orders, ["", "A", "B", "A B"], ["", "0", "1", "3", "zz"],
            ["", "0", "2", "10", "-n", "3 4", "\"", "x;reset"],
        ])
        let digits = "0123456789abcdefABF".map(String.init)
        let counts = product([["A B", "B A"], ["", "A"], digits, ["0", "1"]])
        return (odd + counts).map { row in
            zip(names, row).reduce(into: [:]) { state, pair in
                if !pair.1.isEmpty { state[pair.0] = pair.1 }
            }
        }
    }()

    @Test(
        "The script loads, counts, saves and goes on as the specification does, in every state",
        arguments: [true, false])
    func script(canSave: Bool) throws {
        let output = try run(Self.states, canSave: canSave)
        try #require(output.count == Self.states.count)
        var differing = 0
        for (state, lines) in zip(Self.states, output) {
            let wanted = expected(state, canSave: canSave)
            guard wanted != lines, differing < 10 else { continue }
            differing += 1
            Issue.record("\(state): the script says \(lines), the specification \(wanted)")
        }
    }

    /// The whole chain of decisions, for no kernel ever loads: what is saved, what is loaded, and the end.
    private func expected(_ state: BootVariables, canSave: Bool) -> [String] {
        // What U-Boot's script fills in, and saves with the rest.
        var variables = state.merging(["BOOT_ORDER": "A B", "BOOT_A_LEFT": "3", "BOOT_B_LEFT": "3"]) { old, _ in old }
        var (failed, lines) = (Set<SlotSet>(), [String]())
        while true {
            let decision = scheme.decide(variables, failed: failed)
            guard case .slotSet(let set) = decision.choice else { return lines + ["=end"] }
            variables.merge(decision.saving) { $1 }
            failed.insert(set)
            if !decision.saving.isEmpty {
                lines.append("=save " + Self.names.map { variables[$0] ?? "" }.joined(separator: "|"))
                if !canSave { continue }
            }
            lines.append("=load rauc.slot=\(set) aftercare.slot=\(set)")
        }
    }

    /// Boots the machine once; for each state U-Boot takes an environment that we wrote, and runs the script.
    private func run(_ states: [BootVariables], canSave: Bool) throws -> [[String]] {
        let driver = """
            setenv aftercare_attempts 3
            setenv aftercare_load 'echo "=load ${aftercare_arguments}"; false'
            setenv aftercare_boot 'false'
            setenv aftercare_save 'echo "=save ${BOOT_ORDER}|${BOOT_CONFIRMED}|${BOOT_A_LEFT}|${BOOT_B_LEFT}"; \(canSave)'
            setenv t_address 0x48000000
            while test ${t_address} != \(String(0x4800_0000 + states.count * Self.environmentSize, radix: 16)); do
              echo "=state"
              \(Self.names.map { "setenv \($0)" }.joined(separator: "; "))
              if env import -c ${t_address} \(String(Self.environmentSize, radix: 16)) \(Self.names.joined(separator: " ")); then true
              else echo "=unreadable"; fi
              source 0x43000000
              echo "=end"
              setexpr t_address ${t_address} + \(String(Self.environmentSize, radix: 16))
            done
            reset

            """
        try folder.write("driver.cmd", driver)
        try makeScript(BootScripts.path("uboot/aftercare-boot.cmd"), as: "boot.scr")
        try makeScript(folder.file("driver.cmd").string, as: "driver.scr")
        for (index, state) in states.enumerated() {
            let copy = UBootEnvironment.Copy(
                path: folder.file("environments"), offset: UInt64(index * Self.environmentSize),
                size: Self.environmentSize)
            try UBootEnvironment(copies: .single(copy), storage: Storage()).create(state)
        }
        let result = try Tool.run(
            [
                "timeout", "150", "qemu-system-arm", "-M", "virt", "-accel", "tcg", "-m", "256", "-nographic",
                "-no-reboot", "-bios", "/usr/lib/u-boot/qemu_arm/u-boot.bin",
            ] + loaded("driver.scr", at: "0x42000000") + loaded("boot.scr", at: "0x43000000")
                + loaded("environments", at: "0x48000000"),
            input: Array("\n\n\nsource 0x42000000\n".utf8))
        try #require(result.status == 0, "qemu-system-arm (packages qemu-system-arm, u-boot-qemu): \(result.error)")
        let lines = result.text.split(whereSeparator: \.isNewline).map(String.init).filter {
            $0.hasPrefix("=") && !$0.hasPrefix("=>")
        }
        return lines.split(separator: "=state", omittingEmptySubsequences: false).dropFirst().map(Array.init)
    }

    private func loaded(_ name: String, at address: String) -> [String] {
        ["-device", "loader,file=\(folder.file(name)),addr=\(address),force-raw=on"]
    }

    private func makeScript(_ source: String, as name: String) throws {
        let result = try Tool.run([
            "mkimage", "-A", "arm", "-T", "script", "-C", "none", "-d", source, folder.file(name).string,
        ])
        try #require(result.status == 0, "mkimage (package u-boot-tools): \(result.error)")
    }
}
