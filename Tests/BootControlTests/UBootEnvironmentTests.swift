import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("U-Boot's environment, against fw_printenv and fw_setenv")
struct UBootEnvironmentTests {
    private let folder: TemporaryFolder
    private let names = ["BOOT_ORDER", "BOOT_CONFIRMED", "BOOT_A_LEFT", "BOOT_B_LEFT"]

    init() throws { folder = try TemporaryFolder() }

    private static let kinds: [Loader] = Loader.all.filter { $0.kind != .grub }

    private func copies(_ loader: Loader) throws -> UBootEnvironment.Copies {
        guard case .uboot(let copies) = loader.configuration(in: folder).loader else { throw Missing.copies }
        return copies
    }

    private enum Missing: Error { case copies }

    private func list(_ copies: UBootEnvironment.Copies) -> [UBootEnvironment.Copy] {
        switch copies {
        case .single(let copy): [copy]
        case .redundant(let first, let second): [first, second]
        }
    }

    /// An environment made by us, and the configuration that the tools want for it.
    private func make(_ loader: Loader, _ variables: BootVariables) throws -> UBootEnvironment {
        let copies = try copies(loader)
        let lines = list(copies).map { "\($0.path) 0x\(String($0.offset, radix: 16)) 0x\(String($0.size, radix: 16))" }
        try folder.write("fw_env.config", lines.joined(separator: "\n") + "\n")
        try folder.write("defaults", "x=y\n")
        let environment = UBootEnvironment(copies: copies, storage: Storage())
        try environment.create(variables)
        return environment
    }

    @discardableResult
    private func tool(_ name: String, _ arguments: String...) throws -> String {
        let result = try Tool.run(
            [name, "-c", folder.file("fw_env.config").string, "-f", folder.file("defaults").string] + arguments)
        try #require(result.status == 0, "\(name) (package libubootenv-tool): \(result.error)")
        return result.text
    }

    private func printed() throws -> BootVariables {
        try tool("fw_printenv").split(separator: "\n").reduce(into: [:]) { variables, line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
    }

    private func randomValue(_ numbers: inout Dice) -> String {
        let letters = Array(#"abc XYZ019_=#\'"$;.,äß"#)
        return "v"
            + String(
                (0..<Int.random(in: 0...12, using: &numbers)).map { _ in letters.randomElement(using: &numbers) ?? "a" }
            )
    }

    @Test("Random variables go both ways, and foreign ones stay as they were", arguments: kinds)
    func bothWays(loader: Loader) throws {
        var numbers = Dice(seed: 4)
        var wanted: BootVariables = ["BOOT_ORDER": "A B"]
        let environment = try make(loader, wanted)
        for _ in 0..<25 {
            let name = (names + ["bootcmd", "arch", "zz"]).randomElement(using: &numbers) ?? "zz"
            wanted[name] = randomValue(&numbers)
            try tool("fw_setenv", name, wanted[name] ?? "")
            #expect(try environment.read(names + ["bootcmd", "arch", "zz"]) == wanted)

            for name in names { wanted[name] = Bool.random(using: &numbers) ? randomValue(&numbers) : nil }
            let ours = wanted.filter { names.contains($0.key) }
            try environment.change(names) { _ in ours }
            #expect(try printed() == wanted)
        }
    }

    @Test(
        "Either copy may be destroyed: the other one is read, and written next to",
        arguments: kinds.filter { $0.kind != .single })
    func oneCopyLost(loader: Loader) throws {
        for lost in 0...1 {
            let environment = try make(loader, ["BOOT_ORDER": "A B"])
            try environment.change(names) { _ in ["BOOT_ORDER": "B A"] }
            let copy = list(try copies(loader))[lost]
            let file = try Storage().open(copy.path, [.read, .write])
            try file.write([UInt8](repeating: 0xFF, count: 100), at: copy.offset + 3)
            // The second write went to the second copy: without it the first one's state is back.
            let left = lost == 1 ? "A B" : "B A"
            #expect(try environment.read(names)["BOOT_ORDER"] == left)
            #expect(try printed()["BOOT_ORDER"] == left)
            try environment.change(names) { _ in ["BOOT_ORDER": "A"] }
            #expect(try environment.read(names) == ["BOOT_ORDER": "A"])
            #expect(try printed() == ["BOOT_ORDER": "A"])
        }
    }

    @Test("The counter runs over from 255 to 0 and every write is the one that counts")
    func counter() throws {
        let environment = try make(Loader(kind: .redundant), ["BOOT_A_LEFT": "0"])
        for number in 1...300 {
            try environment.change(names) { _ in ["BOOT_A_LEFT": "\(number)"] }
            #expect(try environment.read(names) == ["BOOT_A_LEFT": "\(number)"])
            if (250...260).contains(number) { #expect(try printed() == ["BOOT_A_LEFT": "\(number)"]) }
        }
    }

    @Test("When no copy is whole the environment is corrupt, and stays as it is", arguments: kinds)
    func corrupt(loader: Loader) throws {
        let environment = try make(loader, ["BOOT_ORDER": "A B"])
        for copy in list(try copies(loader)) {
            let file = try Storage().open(copy.path, [.read, .write])
            try file.write([0x55], at: copy.offset + UInt64(copy.size) - 1)
        }
        let before = try loader.content(of: folder)
        for body in [{ _ = try environment.read(names) }, { try environment.change(names) { _ in [:] } }] {
            #expect(faultCode(body) == FaultCode(2205))
        }
        #expect(try loader.content(of: folder) == before)
    }

    @Test("A file that ends too early is of the wrong size")
    func short() throws {
        let environment = try make(Loader(kind: .single), ["BOOT_ORDER": "A B"])
        try folder.write("uboot.env", [UInt8](repeating: 0, count: 100))
        #expect(throws: BootControlError.wrongSize(folder.file("uboot.env"), bytes: 100, wanted: 0x1000)) {
            try environment.read(names)
        }
    }

    @Test("A change that does not fit is refused")
    func full() throws {
        let environment = try make(Loader(kind: .redundant), ["BOOT_ORDER": "A B"])
        let text = String(repeating: "A", count: 0x1000)
        #expect(throws: BootControlError.full(folder.file("uboot-redund.env"), needed: 4114, available: 4096)) {
            try environment.change(names) { _ in ["BOOT_ORDER": text] }
        }
    }

    @Test("At an offset nothing outside the copies is touched")
    func outside() throws {
        let noise = (0..<0x10000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try folder.write("disk", noise)
        let environment = try make(Loader(kind: .offset), ["BOOT_ORDER": "A B"])
        for order in ["B A", "A B", "B"] { try environment.change(names) { _ in ["BOOT_ORDER": order] } }
        let after = try folder.read("disk")
        #expect(after[..<0x8000] == noise[..<0x8000])
        #expect(after[0xA000..<0xC000] == noise[0xA000..<0xC000])
        #expect(after[0xE000...] == noise[0xE000...])
    }
}
