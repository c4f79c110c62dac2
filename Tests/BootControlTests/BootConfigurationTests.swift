import BootControl
import Documents
import Platform
import SystemPackage
import Testing
import Vocabulary

@Suite("The table [boot]")
struct BootConfigurationTests {
    private func read(_ text: String) throws -> BootConfiguration {
        var fields = try Fields(TOML.read(text))
        return try BootConfiguration(fields.fields("boot"))
    }

    @Test("GRUB's environment is one path")
    func grub() throws {
        let boot = try read(
            """
            [boot]
            loader = "grub"
            environment = "/boot/grub/grubenv"
            slot-sets = ["A", "B"]
            """)
        #expect(boot.loader == .grub(environment: "/boot/grub/grubenv"))
        #expect(boot.slotSets == [.a, .b])
        #expect(boot.attempts == 3)
        #expect(boot.control(storage: Storage()).slotSets == [.a, .b])
    }

    @Test("U-Boot's environment is one copy or two")
    func uboot() throws {
        let boot = try read(
            """
            [boot]
            loader = "uboot"
            slot-sets = ["A", "B"]
            attempts = 5
            environment = [
              { path = "/dev/mmcblk0", offset = 0x400000, size = 0x4000 },
              { path = "/dev/mmcblk0", offset = 0x404000, size = 0x4000 },
            ]
            """)
        #expect(boot.attempts == 5)
        #expect(
            boot.loader
                == .uboot(
                    .redundant(
                        .init(path: "/dev/mmcblk0", offset: 0x400000, size: 0x4000),
                        .init(path: "/dev/mmcblk0", offset: 0x404000, size: 0x4000))))
    }

    @Test(
        "What makes no sense is refused with the name of the key",
        arguments: [
            (#"loader = "lilo""#, "boot.loader"),
            (#"environment = "grubenv""#, "boot.environment"),
            (#"slot-sets = ["A"]"#, "boot.slot-sets"),
            (#"slot-sets = ["A", "A"]"#, "boot.slot-sets"),
            (#"slot-sets = ["A", "B;C"]"#, "boot.slot-sets"),
            (#"slot-sets = ["A", "B", "C", "D", "E"]"#, "boot.slot-sets"),
            ("attempts = 0", "boot.attempts"), ("attempts = 10", "boot.attempts"),
        ])
    func refused(line: String, key: String) {
        var lines = [
            "loader": #"loader = "grub""#, "environment": #"environment = "/boot/grub/grubenv""#,
            "slot-sets": #"slot-sets = ["A", "B"]"#, "attempts": "attempts = 3",
        ]
        lines[String(line.prefix { $0 != " " })] = line
        let error = #expect(throws: DocumentError.self) { try read("[boot]\n" + lines.values.joined(separator: "\n")) }
        #expect(error?.description.contains("'\(key)'") == true)
    }

    @Test(
        "Copies that overlap, differ in size or lie in raw flash are refused",
        arguments: [
            [], [("/e", 0, 0x1000), ("/e", 0x800, 0x1000)], [("/e", 0, 0x1000), ("/f", 0, 0x2000)],
            [("/dev/mtd0", 0, 0x1000)], [("/e", 0, 16)], [("e", 0, 0x1000)],
            [("/e", 0, 0x1000), ("/f", 0, 0x1000), ("/g", 0, 0x1000)],
        ] as [[(String, Int, Int)]])
    func refusedCopies(copies: [(String, Int, Int)]) {
        let list = copies.map { #"{ path = "\#($0)", offset = \#($1), size = \#($2) }"# }.joined(separator: ", ")
        #expect(throws: DocumentError.self) {
            try read("[boot]\nloader = \"uboot\"\nslot-sets = [\"A\", \"B\"]\nenvironment = [\(list)]")
        }
    }
}
