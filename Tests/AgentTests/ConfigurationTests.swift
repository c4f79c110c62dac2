import Agent
import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The configuration of a device")
struct ConfigurationTests {
    private static let text = """
        [device]
        id = "pump-1"
        product = "infusion-pump"
        hardware = "rev-c"

        [[slots]]
        set = "A"
        image = "rootfs"
        device = "/dev/a"

        [[slots]]
        set = "B"
        image = "rootfs"
        device = "/dev/b"

        [boot]
        loader = "grub"
        slot-sets = ["A", "B"]
        environment = "/boot/grubenv"

        [update]
        soak-seconds = 10

        """

    private let approvers: Approvers
    private let trust: String

    init() throws {
        approvers = try Approvers()
        trust = String(decoding: try approvers.folder.read("trust.toml"), as: UTF8.self)
    }

    private func read(_ text: String) throws -> Configuration {
        let file = try approvers.folder.write("aftercare.toml", text)
        return try Configuration.read(file, storage: Storage())
    }

    @Test("A whole one is read")
    func whole() throws {
        let configuration = try read(Self.text + trust)
        #expect(configuration.device.id == "pump-1")
        #expect(configuration.slots.map(\.path) == ["/dev/a", "/dev/b"])
        #expect(configuration.loader.slotSets == [.a, .b])
        #expect(configuration.trust.roles == approvers.policy.roles)
    }

    @Test(
        "What is wrong is named with its line and column, whichever part refuses it",
        arguments: [
            ("hardware = \"rev-c\"", "hardwear = \"rev-c\"", "line 1, column 1: 'device.hardware' is missing"),
            ("id = \"pump-1\"", "id = \"pump-1\"\ncolour = 1", "line 3, column 1: 'device.colour' is not a known key"),
            ("set = \"B\"", "set = \"b c\"", "line 12, column 7: 'slots[1].set'"),
            (
                "image = \"rootfs\"\ndevice = \"/dev/b\"", "image = \"data\"\ndevice = \"/dev/b\"",
                "line 6, column 1: 'slots'"
            ),
            ("loader = \"grub\"", "loader =  \"lilo\"", "line 17, column 11: 'boot.loader'"),
            ("soak-seconds = 10", "soak-seconds = \"10\"", "line 22, column 16: 'update.soak-seconds'"),
            ("[update]", "[updates]", "line 21, column 1: 'updates' is not a known key"),
            ("[update]", "[update", "line 21, column 8: "),
        ])
    func places(old: String, new: String, message: String) throws {
        let error = #expect(throws: AgentError.self) { try read(Self.text.replacing(old, with: new) + trust) }
        #expect(error?.code == FaultCode(2706))
        #expect(error?.description.contains("cannot be used: \(message)") == true, "\(String(describing: error))")
    }

    @Test("The trust table's own refusals stand at their keys, those of the files it names at the table")
    func trustPlaces() throws {
        let lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false).count
        for (table, message) in [
            (
                "[trust]\nsurprise = 1\n[trust.roles]\n",
                "line \(lines + 1), column 1: 'trust.surprise' is not a known key"
            ),
            (
                "[trust]\nrequired = [\"software\"]\n[trust.roles.software]\nanchors = [\"nowhere.pem\"]\n",
                "line \(lines), column 1: 'trust' cannot be used: a file of the trust policy cannot be read: "
            ),
        ] {
            let error = #expect(throws: AgentError.self) { try read(Self.text + table) }
            #expect(error?.code == FaultCode(2706))
            #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        }
    }
}
