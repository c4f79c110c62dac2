import Documents
import Platform
import Releases
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The service policy")
struct ServicePolicyTests {
    private static let role =
        "[service.roles.technician]\nanchors = [\"technician/root.pem\"]\nrights = [\"observe\"]\n"

    private func read(_ text: String) throws -> ServicePolicy {
        let folder = try Technicians.shared.get().folder.path
        var fields = try Fields(try TOML.read(text))
        return try ServicePolicy.read(try fields.fields("service"), folder: folder, storage: Storage())
    }

    @Test("A table with roles alone has the careful defaults")
    func defaults() throws {
        let policy = try read("[service]\n" + Self.role)
        #expect(policy.hasRoles)
        #expect(policy.roles == [Technicians.technician: ServiceRights([.observe])])
        #expect(!policy.observesWithoutGrant)
        #expect(policy.emergency == nil)
        #expect(policy.attempts == 5 && policy.lockSeconds == 60 && policy.idleSeconds == 600)
        #expect(policy.longestSeconds == 14400 && policy.challengeSeconds == 900)
        #expect(policy.people.isEmpty && policy.shares.isEmpty)
    }

    @Test("Every key is read")
    func whole() throws {
        let issuing = "\"technician/issuing.pem\""
        let policy = try read(
            """
            [service]
            observe-without-grant = true
            attempts = 3
            lock-seconds = 10
            idle-seconds = 30
            longest-seconds = 3600
            challenge-seconds = 120
            people = [\(issuing)]
            shares = ["/srv/releases"]
            revocation-lists = ["technician/issuing-crl.pem"]

            [service.emergency]
            rights = ["observe", "rollback"]
            delay-seconds = 5
            per-day = 1

            """ + Self.role)
        #expect(policy.observesWithoutGrant && policy.attempts == 3 && policy.lockSeconds == 10)
        #expect(policy.idleSeconds == 30 && policy.longestSeconds == 3600 && policy.challengeSeconds == 120)
        #expect(policy.people.isEmpty && policy.intermediates.count == 1)
        #expect(policy.shares == ["/srv/releases"])
        #expect(policy.anchors.revocationLists.count == 1)
        let rights = ServiceRights([.observe, .rollback])
        #expect(policy.emergency == EmergencyPolicy(rights: rights, delaySeconds: 5, perDay: 1))
    }

    @Test(
        "A table that would let in others than it says is refused",
        arguments: [
            ("attempts = 0\n", 3401), ("attempts = 21\n", 3401), ("lock-seconds = 3601\n", 3401),
            ("idle-seconds = 29\n", 3401), ("longest-seconds = 0\n", 3401), ("surprise = 1\n", 3401),
            ("shares = [\"relative\"]\n", 3401), ("shares = [\"/a/../b\"]\n", 3401),
            ("people = [\"absent.pem\"]\n", 2102),
            ("people = [\"service.toml\"]\n", 2103), ("revocation-lists = [\"service.toml\"]\n", 2105),
            ("[service.emergency]\nrights = [\"update\"]\n", 3401), ("[service.emergency]\nrights = []\n", 3401),
            ("[service.emergency]\nrights = [\"observe\"]\nper-day = 0\n", 3401),
            ("[service.roles.\"No Role\"]\nanchors = [\"technician/root.pem\"]\nrights = [\"observe\"]\n", 3401),
            ("[service.roles.x]\nanchors = []\nrights = [\"observe\"]\n", 3401),
            ("[service.roles.x]\nanchors = [\"service-lead/root.pem\"]\nrights = []\n", 3401),
            ("[service.roles.x]\nanchors = [\"service-lead/root.pem\"]\nrights = [\"everything\"]\n", 3401),
            ("[service.roles.x]\nanchors = [\"technician/root.pem\"]\nrights = [\"observe\"]\n", 2104),
            ("[service.roles.x]\nanchors = [\"absent.pem\"]\nrights = [\"observe\"]\n", 2102),
        ])
    func refused(text: String, code: Int) {
        #expect(refusal { _ = try read("[service]\n" + text + Self.role) } == code)
    }

    @Test("What the authority for trying writes for service and for trust stays apart")
    func tables() throws {
        let technicians = try Technicians.shared.get()
        let policy = try technicians.policy()
        #expect(Set(policy.roles.keys) == [Technicians.technician, Technicians.lead])
        var fields = try Fields(
            try TOML.read(String(decoding: try technicians.folder.read("trust.toml"), as: UTF8.self)))
        let trust = try TrustPolicy.read(
            try fields.fields("trust"), folder: technicians.folder.path, storage: Storage())
        #expect(Set(trust.roles.keys) == [.software, .regulatory])
    }

    @Test("A role that may look only may do nothing else")
    func commands() {
        let rights = ServiceRights([.observe])
        for command in ServiceCommand.allCases {
            guard let right = command.right else { continue }
            #expect(rights.contains(right) == (right == .observe), "\(command)")
            #expect(!command.changesDevice || right != .observe, "\(command)")
        }
    }
}
