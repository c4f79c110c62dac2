import Bundles
import ChangeControl
import Documents
import TestSupport
import Testing
import Trust
import Vocabulary

/// The gates that ask what the release is, who approved it, and what it follows: G1 to G4, G7.
@Suite("The gates: the release")
struct GateTests {
    private static func without(_ member: String) -> GateCase {
        GateCase(
            "a change record without '\(member)'", .refuses(1, 2601), .refuses(4, 2614), .refuses(5, 2614),
            .refuses(6, 2614), .refuses(7, 2614), .refuses(8, 2614), .refuses(9, 2614), .refuses(10, 2614),
            .refuses(13, 2614)
        ) { $0.record = $0.record.setting(member, nil) }
    }

    private static let incomplete = [
        "id", "sequence", "product", "version", "maintenanceClass", "changes", "risk", "risk.residualAcceptable",
        "markets", "udi", "safetyAction", "verification", "sbom", "rollback",
    ].map(without)

    private static let records: [GateCase] = [
        GateCase("everything is right") { _ in },
        GateCase("a record of another release", .refuses(1, 2602)) {
            $0.record = SampleRecord.complete("1.1.1").setting("udi.piSoftwareAfter", "1.1.1")
        },
        GateCase("a record with other predecessors", .refuses(1, 2602)) {
            $0.record = $0.record.setting("version.from", ["1.0.0", "1.0.1"])
        },
        GateCase("a record with another security version", .refuses(1, 2602)) {
            $0.manifest.securityVersion = 2
        },
        GateCase("a record for other hardware", .refuses(1, 2602)) {
            $0.record = $0.record.setting("product.hardwareRevisions", ["rev-c", "rev-d"])
        },
        GateCase("a record with other fallbacks", .refuses(1, 2602)) { $0.manifest.fallbacks = [] },
        GateCase("a residual risk that is not acceptable", .refuses(1, 2610)) {
            $0.record = $0.record.setting("risk.residualAcceptable", false)
        },
        GateCase("a correction without a problem report", .refuses(1, 2610)) {
            $0.record = $0.record.setting("changes.0.problemReports", [])
        },
        GateCase(
            "no pack of what is no market's", .refuses(1, 2611), .refuses(2, 2611), .refuses(4, 2611),
            .refuses(5, 2611), .refuses(6, 2611), .refuses(7, 2611), .refuses(8, 2611), .refuses(9, 2611),
            .refuses(10, 2611), .refuses(13, 2611)
        ) { $0.documents.rules = try GateScene.rules(without: "COMMON") },
        GateCase(
            "that pack has ended", .refuses(1, 2612), .refuses(2, 2612), .refuses(6, 2612), .refuses(8, 2612),
            .refuses(9, 2612), .refuses(13, 2612)
        ) {
            $0.documents.rules = try GateScene.rules(changing: "COMMON") {
                $0.setting("validUntil", "2026-05-01T00:00:00Z")
            }
        },
        GateCase(
            "that pack is not valid yet", .refuses(1, 2613), .refuses(2, 2613), .refuses(6, 2613),
            .refuses(8, 2613), .refuses(9, 2613), .refuses(13, 2613)
        ) {
            $0.documents.rules = try GateScene.rules(changing: "COMMON") {
                $0.setting("validFrom", "2027-05-01T00:00:00Z")
            }
        },
    ]

    private static let approvals: [GateCase] = [
        GateCase("an approval that was taken back", .refuses(2, 2618)) { scene in
            let release = try scene.release()
            let approval = try #require(release.content.approvals.first { $0.role == .quality })
            scene.documents.withdrawals = [
                ApprovalWithdrawal(
                    id: "W-1", issued: Approvers.time, release: release.digest, key: approval.keyID, role: .quality,
                    reason: "report V-1 is wrong")
            ]
        },
        GateCase("an approval of another release that was taken back") { scene in
            let approval = try #require(try scene.release().content.approvals.first)
            let other = try #require(Digest(hex: String(repeating: "ab", count: 32)))
            scene.documents.withdrawals = [
                ApprovalWithdrawal(
                    id: "W-1", issued: Approvers.time, release: other, key: approval.keyID, role: approval.role,
                    reason: "report V-1 is wrong")
            ]
        },
        GateCase("certificates that have expired since", .refuses(2, 2617)) {
            $0.device.time = TrustedTime(clock: Approvers.time.advanced(by: 86400 * 31), watermark: nil)
        },
        GateCase("a pack that asks for a role that nobody has", .refuses(2, 2615)) {
            $0.documents.rules = try GateScene.rules(changing: "COMMON") {
                $0.setting("approvals.roles", ["quality", "regulatory", "clinical"])
            }
        },
        GateCase("a market's pack that asks for more people", .refuses(2, 2616)) {
            $0.documents.rules = try GateScene.rules(changing: "EU") {
                $0.setting("approvals", ["clause": "MDR Art. 15", "roles": ["quality"], "people": 4])
            }
        },
    ]

    private static let addresses: [GateCase] = [
        GateCase("another product", .refuses(3, 2603)) { $0.manifest.product = "ventilator" },
        GateCase("another hardware revision", .refuses(3, 2604)) { $0.device.hardware = "rev-b" },
        GateCase("the beginning of a hardware revision", .refuses(3, 2604)) { $0.device.hardware = "rev-" },
        GateCase("another predecessor", .refuses(3, 2605)) { $0.device.running = try GateScene.aVersion("1.0.1") },
        GateCase("the release that runs", .refuses(3, 2606)) { $0.device.running = try GateScene.aVersion("1.1.0") },
        GateCase("an older release", .refuses(7, 2607)) { $0.device.running = try GateScene.aVersion("1.10.0") },
        GateCase("a security version below the floor", .refuses(7, 2608)) { $0.device.securityFloor = 2 },
        GateCase("a security version above the floor") { $0.device.securityFloor = 0 },
    ]

    @Test("G1: the record is there, whole, and keeps the rules", arguments: records + incomplete)
    func changeRecord(test: GateCase) throws { try test.check() }

    @Test("G2: the right people approved, and none took it back", arguments: approvals)
    func approval(test: GateCase) throws { try test.check() }

    @Test("G3, G7: the release is for this device, and not an older one", arguments: addresses)
    func address(test: GateCase) throws { try test.check() }

    @Test("G2: quality and regulatory are asked for by the pack, whatever the device's policy asks for")
    func roles() throws {
        let verdict = try #require(
            try GateScene().judge(signedBy: [.software, .regulatory]).first { $0.gate == .approvals })
        #expect(verdict.refusal == .missingApproval(role: "quality", found: ["regulatory", "software"]))
        #expect(verdict.rule?.description == "COMMON 1.0.0, approvals")
    }

    @Test("Each gate that refuses is named, also behind another one that does")
    func several() throws {
        var scene = try GateScene()
        scene.manifest.product = "ventilator"
        scene.manifest.sbomDigest = nil
        scene.device.market = nil
        #expect(try scene.judge().filter { $0.refusal != nil }.map(\.gate) == [.address, .market, .materials])
    }

    @Test("A verdict is written down with number, clause, reason, code, and what decided")
    func json() throws {
        var scene = try GateScene()
        let passed = try #require(try scene.judge().first { $0.gate == .market }).json
        #expect(passed["gate"] == "G5")
        #expect(passed["verdict"] == "pass")
        #expect(passed["code"] == nil)
        #expect(
            passed["pack"] == ["id": "EU", "version": "1.0.0", "rule": "mdr_certificate.not_substantial_documented"])
        scene.device.securityFloor = 5
        let refused = try #require(try scene.judge().first { $0.gate == .securityVersion }).json
        #expect(refused["verdict"] == "refuse")
        #expect(refused["code"] == "AC-2608")
        #expect(refused["reason"] == "the release has the security version 1, this device takes none below 5")
        #expect(refused["clause"]?.string?.isEmpty == false)
        let approvals = try #require(try scene.judge().first { $0.gate == .approvals }).json
        #expect(approvals["reason"]?.string?.contains("regulatory: ") == true)
    }

    @Test("The gates' numbers are those of the design, and each says what it is for")
    func numbers() {
        #expect(Gate.allCases.map(\.name) == (1...14).map { "G\($0)" })
        for gate in Gate.allCases {
            #expect(!gate.clause.isEmpty && !gate.title.isEmpty && gate.explanation.count > 100)
            #expect(!gate.explanation.contains("ompliant"))
            #expect(Gate(name: gate.name) == gate && Gate(name: gate.name.lowercased()) == gate)
        }
        for name in ["", "G", "G0", "G15", "G-1", "5", "G 5", "G5x"] { #expect(Gate(name: name) == nil) }
    }
}
