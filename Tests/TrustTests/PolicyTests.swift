import Documents
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The trust policy of a device")
struct PolicyTests {
    private func read(_ text: String, _ folder: TemporaryFolder) throws -> TrustPolicy {
        var fields = try Fields(try TOML.read(text))
        return try TrustPolicy.read(try fields.fields("trust"), folder: folder.path, storage: Storage())
    }

    private func folder(_ scenario: Scenario) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("software.pem", try scenario.software.root.certificate.pem)
        try folder.write("anchors/regulatory.pem", try scenario.regulatory.root.certificate.pem)
        try folder.write("quality.pem", try scenario.quality.root.certificate.pem)
        try folder.write("ada.pem", try scenario.ada.certificate.pem)
        try folder.write("rubbish.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        try folder.write("empty.pem", "")
        let list = try scenario.software.revocationList(by: scenario.software.issuing)
        try folder.write("crl.pem", try list.pem)
        return folder
    }

    private static let roles = """
        [trust.roles.software]
        anchors = ["software.pem"]
        [trust.roles.quality]
        anchors = ["quality.pem"]
        [trust.roles.regulatory]
        anchors = ["anchors/regulatory.pem"]
        """

    @Test("Roles, anchors and lists are read, and what is required by default")
    func reads() throws {
        let scenario = try Scenario()
        let policy = try read("[trust]\nrevocation-lists = [\"crl.pem\"]\n" + Self.roles, try folder(scenario))
        #expect(policy.required == [.software, .quality, .regulatory])
        #expect(policy.roles[.software] == [scenario.software.root.certificate])
        #expect(policy.roles[.regulatory] == [scenario.regulatory.root.certificate])
        #expect(policy.revocationLists.count == 1)
        let signatures = try scenario.approve(scenario.ada, scenario.joan, scenario.grace)
        #expect(Verifier(policy: policy).refusal(scenario.content, signatures) == nil)
        let two = try scenario.approve(scenario.ada, scenario.grace)
        #expect(Verifier(policy: policy).refusal(scenario.content, two)?.code.rawValue == 2150)
    }

    @Test(
        "A policy that means nothing, or two things, is refused",
        arguments: [
            ("[trust]\nrequired = []\n" + roles, 2101),
            ("[trust]\nrequired = [\"software\", \"software\"]\n" + roles, 2101),
            ("[trust]\nrequired = [\"Software\"]\n" + roles, 2101),
            ("[trust]\nrequired = [\"clinical\"]\n" + roles, 2101),
            ("[trust]\n" + roles.replacing("trust.roles.quality", with: "trust.roles.clinical"), 2101),
            ("[trust]\nsurprise = 1\n" + roles, 2101),
            ("[trust]\nrequired = [\"software\"]\n", 2101),
            ("[trust]\nrequired = [\"a\"]\n[trust.roles.a]\nanchors = []\n", 2101),
            ("[trust]\nrequired = [\"a\"]\n[trust.roles.a]\nanchors = [\"absent.pem\"]\n", 2102),
            ("[trust]\nrequired = [\"a\"]\n[trust.roles.a]\nanchors = [\"rubbish.pem\"]\n", 2103),
            ("[trust]\nrequired = [\"a\"]\n[trust.roles.a]\nanchors = [\"empty.pem\"]\n", 2103),
            ("[trust]\nrequired = [\"a\"]\n[trust.roles.a]\nanchors = [\"ada.pem\"]\n", 2103),
            ("[trust]\n" + roles + "\n[trust.roles.b]\nanchors = [\"software.pem\"]\n", 2104),
            ("[trust]\nrevocation-lists = [\"ada.pem\"]\n" + roles, 2105),
        ])
    func refuses(text: String, code: Int) throws {
        let folder = try folder(try Scenario())
        let error = #expect(throws: TrustError.self) { try read(text, folder) }
        #expect(error?.code.rawValue == code, "\(String(describing: error))")
    }

    @Test("An anchor file without end is not read to its end")
    func bounded() throws {
        let folder = try folder(try Scenario())
        try folder.write("software.pem", [UInt8](repeating: 10, count: 70_000))
        let error = #expect(throws: TrustError.self) { try read("[trust]\n" + Self.roles, folder) }
        #expect(error == .unreadable(.tooLarge(folder.file("software.pem"), limit: 65536)))
    }

    @Test(
        "A role's name is 1 to 32 of a-z, 0-9 and -",
        arguments: ["", "A", "a b", "ü", String(repeating: "a", count: 33)])
    func roleNames(name: String) {
        #expect(Role(name) == nil)
        #expect(Role("quality-2")?.name == "quality-2")
    }
}
