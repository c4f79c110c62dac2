import ChangeControl
import Documents
import Platform
import Releases
import TestSupport
import Testing
import Trust
import Vocabulary

/// Samples that a device takes, and what is wrong with others.
enum ControlSamples {
    static let digests = (0..<4).map { SHA256.digest(of: [UInt8($0)]).hex }

    static let baseline: JSON = [
        "schema": "aftercare.baseline/1", "id": "BL-1", "issued": "2026-05-01T12:00:00Z", "product": "infusion-pump",
        "device": "IP4-1", "udiDi": "09521000004016",
        "markets": [
            [
                "market": "EU", "route": "mdr_certificate", "version": "1.0.0", "record": .string(digests[0]),
                "reference": "G10-1", "notifiedBody": "0123", "date": "2026-01-31",
            ],
            [
                "market": "US", "route": "510k", "version": "1.1.0", "record": .string(digests[1]),
                "reference": "K261234", "date": "2026-03-31",
            ],
        ],
        "record": .string(digests[2]), "records": [.string(digests[0]), .string(digests[1])],
    ]
    static let downgrade: JSON = [
        "schema": "aftercare.downgrade/1", "id": "DG-1", "issued": "2026-05-01T12:00:00Z",
        "expires": "2026-06-01T12:00:00Z", "product": "infusion-pump", "devices": ["IP4-1"], "groups": ["icu"],
        "from": ["1.2.0", "1.1.0"], "to": "1.0.0", "reason": ["kind": "safety", "text": "the flow drifts"],
        "fsca": "FSCA-1",
    ]
    static let withdrawal: JSON = [
        "schema": "aftercare.withdrawal/1", "id": "WD-1", "issued": "2026-05-01T12:00:00Z",
        "release": .string(digests[0]), "key": .string(digests[1]), "role": "quality", "reason": "the report is wrong",
    ]
    static let configuration: JSON = [
        "schema": "aftercare.configuration/1", "id": "CF-1", "device": "IP4-1", "digest": .string(digests[1]),
        "reason": "approved by CR-9", "by": "Q. Ality",
    ]
    static let all = [baseline, downgrade, withdrawal, configuration]

    /// The document with other members; nil takes one out.
    static func changed(_ document: JSON, _ members: [String: JSON?]) -> JSON {
        guard case .object(var object) = document else { return document }
        for (key, value) in members { object[key] = value }
        return .object(object)
    }

    static func verified(
        _ document: JSON, by roles: [Role], _ approvers: Approvers
    ) throws(any Error) -> VerifiedDocument {
        let content = document.canonicalBytes
        var signatures: [UInt8] = []
        for signer in approvers.signers
        where roles.contains(
            try approvers.policy.anchors.approverRole(
                of: signer.certificate, through: signer.intermediates, at: Approvers.time))
        {
            signatures = try signer.sign(
                content, at: Approvers.time, addingTo: signatures.isEmpty ? nil : signatures)
        }
        let time = TrustedTime(clock: Approvers.time, watermark: nil)
        return try SignedDocument(document, signatures: signatures).verifiedByKind(approvers.policy, at: time)
    }
}

@Suite("Documents that people approve")
struct ControlDocumentTests {
    private static let approvers = Result { try Approvers() }

    private func code(_ document: JSON) -> Int? {
        do throws(ControlDocumentError) {
            guard let kind = ControlDocumentKind(rawValue: document["schema"]?.string ?? "") else { return 0 }
            try kind.requireSoundness(of: document)
            return nil
        } catch { return error.code.rawValue }
    }

    @Test("What is right is read, and written as it was", arguments: ControlSamples.all)
    func reading(document: JSON) throws {
        #expect(code(document) == nil)
        switch ControlDocumentKind(rawValue: document["schema"]?.string ?? "") {
        case .baseline: #expect(try Baseline(unverified: document).json == document)
        case .downgrade: #expect(try DowngradeAuthorisation(unverified: document).json == document)
        case .withdrawal: #expect(try ApprovalWithdrawal(unverified: document).json == document)
        case .configuration: #expect(try ConfigurationAcceptance(unverified: document).json == document)
        case .rules, nil: Issue.record("no sample")
        }
        #expect(code(ControlSamples.changed(document, ["x-note": "kept by others"])) == nil)
    }

    private static let optional: Set = ["device", "devices", "groups", "fsca", "schema"]

    @Test("Nothing may be missing, extra, of another type or too long", arguments: ControlSamples.all)
    func members(document: JSON) {
        guard case .object(let members) = document else { return }
        for name in members.keys where !Self.optional.contains(name) {
            let expected = document == ControlSamples.baseline && name == "records" ? 2683 : 2680
            #expect(code(ControlSamples.changed(document, [name: nil])) == expected, "without '\(name)'")
        }
        for name in members.keys where name != "schema" {
            for wrong in [.null, .bool(true), .decimal(1.5), .string(String(repeating: "x", count: 3000))] as [JSON] {
                #expect(code(ControlSamples.changed(document, [name: wrong])) == 2680, "'\(name)' as \(wrong)")
            }
        }
        #expect(code(ControlSamples.changed(document, ["surprise": 1])) == 2680)
        for id in ["", ".hidden", "a/b", "ä", "a b", String(repeating: "a", count: 65)] {
            #expect(code(ControlSamples.changed(document, ["id": .string(id)])) == 2680, "\(id)")
        }
    }

    private static let contradictions: [(String, JSON)] = [
        ("a market twice", changedMarkets { [$0[0], $0[0]] }),
        ("a clearance outside the chain", changedMarkets { [$0[0], with($0[1], "record", .string(digest(3)))] }),
        ("a chain that begins before any clearance", changedMarkets { [$0[1]] }),
        ("a clearance after the document", changedMarkets { [with($0[0], "date", "2026-05-02"), $0[1]] }),
        (
            "its own record before itself",
            ControlSamples.changed(ControlSamples.baseline, ["record": .string(digest(1))])
        ),
        ("an end before the beginning", downgrade(["expires": "2026-05-01T12:00:00Z"])),
        ("going forward", downgrade(["to": "1.2.0"])),
        ("going to a newer one from one of several", downgrade(["to": "1.1.0"])),
        ("safety without a corrective action", downgrade(["fsca": nil])),
    ]

    private static func digest(_ index: Int) -> String { ControlSamples.digests[index] }

    private static func with(_ market: JSON, _ name: String, _ value: JSON) -> JSON {
        ControlSamples.changed(market, [name: value])
    }

    private static func changedMarkets(_ change: ([JSON]) -> [JSON]) -> JSON {
        let markets = ControlSamples.baseline["markets"]?.array ?? []
        return ControlSamples.changed(ControlSamples.baseline, ["markets": .array(change(markets))])
    }

    private static func downgrade(_ members: [String: JSON?]) -> JSON {
        ControlSamples.changed(ControlSamples.downgrade, members)
    }

    @Test("What contradicts itself is refused with its own code", arguments: contradictions)
    func contradiction(name: String, document: JSON) {
        #expect(code(document) == 2683, "\(name)")
    }

    @Test("Urgency, or another reason than safety, needs no corrective action yet")
    func urgency() {
        #expect(code(Self.downgrade(["fsca": nil, "urgentRationale": "pumps stop"])) == nil)
        #expect(code(Self.downgrade(["fsca": nil, "reason": ["kind": "security", "text": "CVE"]])) == nil)
        #expect(code(Self.downgrade(["reason": ["kind": "whim", "text": "why not"]])) == 2680)
    }

    @Test("A baseline knows its chain, and per market what came after the clearance")
    func lineage() throws {
        let baseline = try Baseline(unverified: ControlSamples.baseline)
        let chain = baseline.lineage
        #expect(chain.records.map(\.hex) == Array(ControlSamples.digests[..<3]))
        #expect(chain.running == baseline.record)
        #expect(baseline.changes(in: chain, sinceClearanceIn: "EU")?.count == 2)
        #expect(baseline.changes(in: chain, sinceClearanceIn: "US") == [baseline.record])
        #expect(baseline.changes(in: chain, sinceClearanceIn: "JP") == nil)
        #expect(baseline.concerns(product: "infusion-pump", device: "IP4-1"))
        #expect(!baseline.concerns(product: "infusion-pump", device: "IP4-2"))
        #expect(!baseline.concerns(product: "ventilator", device: "IP4-1"))
    }

    @Test("A device acts only upon what the right roles approved")
    func roles() throws {
        let approvers = try Self.approvers.get()
        let all = TrustPolicy.usualRoles
        _ = try Baseline(try ControlSamples.verified(ControlSamples.baseline, by: all, approvers))
        _ = try ApprovalWithdrawal(try ControlSamples.verified(ControlSamples.withdrawal, by: [.quality], approvers))
        for (document, roles) in [
            (ControlSamples.baseline, [.software, .regulatory]), (ControlSamples.downgrade, [.software, .quality]),
            (ControlSamples.configuration, [.quality]), (ControlSamples.withdrawal, [.software, .regulatory]),
        ] as [(JSON, [Role])] {
            let error = #expect(throws: ControlDocumentError.self) {
                try ControlSamples.verified(document, by: roles, approvers)
            }
            #expect(error?.code.rawValue == 2150)
        }
        // One that was verified by laxer demands than its own is no withdrawal all the same.
        let lax = Verifier(policy: try approvers.policy.requiring([.software]))
        let document = ControlSamples.withdrawal
        let signatures = try approvers.signers[0].sign(document.canonicalBytes, at: Approvers.time)
        let verified = try SignedDocument(document, signatures: signatures).verified(
            by: lax, at: TrustedTime(clock: Approvers.time, watermark: nil))
        #expect(throws: ControlDocumentError.role(.quality, needed: .withdrawal)) { try ApprovalWithdrawal(verified) }
        #expect(throws: ControlDocumentError.otherKind("aftercare.withdrawal/1", wanted: .downgrade)) {
            try DowngradeAuthorisation(verified)
        }
        #expect(throws: ControlDocumentError.unknownKind("aftercare.surprise/1")) {
            try ControlSamples.verified(["schema": "aftercare.surprise/1"], by: all, approvers)
        }
    }
}
