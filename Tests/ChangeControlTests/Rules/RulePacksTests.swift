import ChangeControl
import Documents
import Releases
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The rule packs in force")
struct RulePacksTests {
    /// What is offered after version 1.0.0 of the pack is in force, and what becomes of it.
    struct Offer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Nil where it is taken.
        var code: Int?
        var changes = true
        var isClockGood = true
        var edit: @Sendable (JSON) -> JSON = { $0 }
    }

    private static let offers: [Offer] = [
        Offer(testDescription: "the same again", changes: false),
        Offer(testDescription: "a newer one") { $0.setting("version", "1.0.1") },
        Offer(testDescription: "a newer one by number, not by letter") { $0.setting("version", "1.0.10") },
        Offer(testDescription: "an older one", code: 2665) { $0.setting("version", "0.9.9") },
        Offer(testDescription: "the same version with other content", code: 2666) { $0.setting("title", "Europe") },
        Offer(testDescription: "the same version written otherwise", code: 2666) { $0.setting("version", "1.0") },
        Offer(testDescription: "one that has ended", code: 2667) {
            $0.setting("version", "2.0.0").setting("validUntil", "2026-05-01T00:00:00Z")
        },
        Offer(testDescription: "one that has ended, by a clock that may be behind", code: 2667, isClockGood: false) {
            $0.setting("version", "2.0.0").setting("validUntil", "2026-05-01T00:00:00Z")
        },
        Offer(testDescription: "one that is not valid yet", code: 2668) {
            $0.setting("version", "2.0.0").setting("validFrom", "2027-05-01T00:00:00Z")
        },
        Offer(testDescription: "one that may be valid already, where nobody knows the date", isClockGood: false) {
            $0.setting("version", "2.0.0").setting("validFrom", "2027-05-01T00:00:00Z")
        },
        Offer(testDescription: "another one for a market that has one", code: 2669) { $0.setting("id", "EEA") },
        Offer(testDescription: "another one for another market") {
            $0.setting("id", "TR").setting("markets", ["TR"])
        },
        Offer(testDescription: "no pack at all", code: 2662) { $0.setting("schema", "aftercare.baseline/1") },
        Offer(testDescription: "one that cannot be read", code: 2660) { $0.setting("rules.0.require", nil) },
    ]

    @Test("A newer pack replaces an older one, and nothing else does", arguments: offers)
    func taking(offer: Offer) throws {
        var packs = try GateScene.rules()
        let before = packs.all.map(\.digest)
        let time = PossibleTime(Approvers.time, isCertain: offer.isClockGood)
        do {
            let pack = try GateScene.signed(offer.edit(try RulePackFiles.json("EU")))
            #expect(try packs.take(pack, at: time) == offer.changes)
            #expect(offer.code == nil)
            #expect(packs.all.contains { $0.digest == pack.digest })
            #expect((packs.all.map(\.digest) != before) == offer.changes)
        } catch let error as RulePackError {
            #expect(error.code.rawValue == offer.code, "\(error)")
            #expect(error.kind == .refused)
            #expect(packs.all.map(\.digest) == before)
        }
    }

    @Test("A pack that nobody signed is refused, and one that regulatory affairs did not sign")
    func approvals() throws {
        let approvers = try GateScene.approvers.get()
        let verifier = Verifier(policy: approvers.policy)
        let time = TrustedTime(clock: Approvers.time, watermark: nil)
        let json = try RulePackFiles.json("EU")
        let unsigned = #expect(throws: RulePackError.self) {
            try RulePack.verified(SignedDocument(json), by: verifier, at: time)
        }
        #expect(unsigned?.code == FaultCode(2663))

        let software = try #require(zip(TrustPolicy.usualRoles, approvers.signers).first { $0.0 == .software }?.1)
        let document = SignedDocument(
            json, signatures: try software.sign(json.canonicalBytes, at: Approvers.time, addingTo: nil))
        let other = #expect(throws: RulePackError.self) {
            try RulePack.verified(
                document, by: Verifier(policy: try approvers.policy.requiring([.software])), at: time)
        }
        #expect(other?.code == FaultCode(2664))
        let changed = #expect(throws: RulePackError.self) {
            try RulePack.verified(
                SignedDocument(json.setting("title", "Europe"), signatures: document.signatures), by: verifier, at: time
            )
        }
        #expect(changed?.code == FaultCode(2120))
    }

    @Test("A market is served by its own pack, else by the one for any market")
    func serving() throws {
        let packs = try GateScene.rules()
        #expect(packs.serving("EU")?.content.id == "EU")
        #expect(packs.serving("JP")?.content.id == "ANY")
        #expect(try GateScene.rules(without: "ANY").serving("JP") == nil)
        #expect(packs.common?.content.id == "COMMON")
        #expect(RulePacks().serving("EU") == nil)
    }
}
