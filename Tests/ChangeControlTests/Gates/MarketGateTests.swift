import Bundles
import ChangeControl
import Documents
import TestSupport
import Testing
import Trust
import Vocabulary

/// G5 and G6: the device's market and its identification.
@Suite("The gates: the market")
struct MarketGateTests {
    private static func assessed(
        _ market: String, _ route: String, _ assessment: JSON
    )
        -> @Sendable (inout GateScene)
        throws -> Void
    {
        { scene in
            let date = scene.record["markets"]?.array?.first?["releaseFrom"] ?? ""
            scene.record = scene.record.setting(
                "markets",
                [["market": .string(market), "released": true, "releaseFrom": date, "assessment": assessment]])
            scene.device.market = DeviceMarket(code: market, route: route)
            scene.documents.baseline?.markets[0].code = market
            scene.documents.baseline?.markets[0].route = route
            scene.documents.baseline?.markets.removeLast()
        }
    }

    private static let markets: [GateCase] = [
        GateCase("no market", .refuses(5, 2623)) { $0.device.market = nil },
        GateCase("a market that the record lacks", .refuses(4, 2639), .refuses(5, 2624)) {
            $0.device.market = DeviceMarket(code: "CH", route: "mdr_certificate")
        },
        GateCase("a market that no pack serves", .refuses(4, 2639), .refuses(5, 2611)) {
            $0.documents.rules = try GateScene.rules(without: "ANY")
            $0.device.market = DeviceMarket(code: "BR", route: "registered")
        },
        GateCase("another route", .refuses(4, 2639), .refuses(5, 2625)) {
            $0.device.market = DeviceMarket(code: "EU", route: "class_i")
        },
        GateCase("not released", .refuses(5, 2626)) { $0.record = $0.record.setting("markets.0.released", false) },
        GateCase("released later", .refuses(5, 2627)) {
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
        },
        GateCase("not marketed", .refuses(5, 2629)) {
            $0.record = $0.record.setting("markets.0.assessment", ["outcome": "not_marketed"])
                .setting("markets.0.released", false)
        },
        GateCase("an outcome that the pack does not know", .refuses(5, 2628)) {
            $0.record = $0.record.setting("markets.0.assessment.outcome", "fine")
        },
        GateCase("an outcome that lacks what it needs", .refuses(5, 2629)) {
            $0.record = $0.record.setting("markets.0.assessment.nbId", nil)
        },
        GateCase("a contradiction that the market's pack finds", .refuses(5, 2610)) {
            $0.record = $0.record.setting("risk.benefitRiskAffected", "worsened")
        },
        GateCase("a market's pack that has ended", .refuses(5, 2612)) {
            $0.documents.rules = try GateScene.rules(changing: "EU") {
                $0.setting("validUntil", "2026-05-01T00:00:00Z")
            }
        },
        GateCase("a market's pack that is not valid yet", .refuses(5, 2613)) {
            $0.documents.rules = try GateScene.rules(changing: "EU") {
                $0.setting("validFrom", "2027-05-01T00:00:00Z")
            }
        },
        GateCase(
            "a legacy device, and the change is significant", .refuses(5, 2629),
            change: assessed("EU", "legacy_directive", ["route": "legacy_directive", "outcome": "significant"])),
        GateCase(
            "a decision of the notified body that is pending", .refuses(5, 2629),
            change: assessed(
                "EU", "mdr_certificate",
                [
                    "route": "mdr_certificate", "outcome": "nb_approval_required", "nbId": "0123",
                    "nbDecision": "pending", "date": "2026-01-01",
                ])),
        GateCase(
            "a supplement of the notified body",
            change: assessed(
                "EU", "mdr_certificate",
                [
                    "route": "mdr_certificate", "outcome": "nb_approval_required", "nbId": "0123",
                    "nbDecision": "supplement_issued", "supplementNo": "S-1", "date": "2026-01-01",
                ])),
        GateCase("a US device, only documented") {
            $0.device.market = DeviceMarket(code: "US", route: "510k")
        },
        GateCase("a US device, and the release was assessed for the EU alone", .refuses(5, 2624)) {
            $0.device.market = DeviceMarket(code: "US", route: "510k")
            $0.record = $0.record.setting("markets.1", nil)
        },
        GateCase(
            "a market that has no pack of its own",
            change: assessed(
                "AU", "registered",
                ["route": "registered", "outcome": "change_documented", "statementRef": "RA-1", "date": "2026-01-01"])),
    ]

    private static let identifiers: [GateCase] = [
        GateCase("no identifier", .refuses(6, 2630)) { $0.device.udiDI = nil },
        GateCase("another identifier", .refuses(6, 2631)) { $0.device.udiDI = "09521000004023" },
        GateCase("an algorithm without a new identifier", .refuses(6, 2610)) {
            $0.record = $0.record.setting("changes.0.kind", "algorithm")
        },
        GateCase("an algorithm with a new identifier") {
            $0.record = $0.record.setting("changes.0.kind", "algorithm").setting("udi.diAfter", "09521000004023")
        },
        GateCase("neither of the identifiers changes", .refuses(6, 2610)) {
            $0.record = $0.record.setting("udi.piSoftwareBefore", "1.1.0")
        },
        GateCase("an operating system of which nobody says whether it is another platform", .refuses(6, 2610)) {
            $0.record = $0.record.setting("changes.0.kind", "os_update")
        },
        GateCase("another platform without a new identifier", .refuses(6, 2610)) {
            $0.record = $0.record.setting("changes.0.kind", "os_update")
                .setting("changes.0.operatingPlatform", "replaced")
        },
        GateCase("a patch of the operating system") {
            $0.record = $0.record.setting("changes.0.kind", "os_update")
                .setting("changes.0.operatingPlatform", "updated")
        },
    ]

    @Test("G5: the release may be installed on this device's market", arguments: markets)
    func market(test: GateCase) throws { try test.check() }

    @Test("G6: the identifiers before and after are right", arguments: identifiers)
    func identifier(test: GateCase) throws { try test.check() }

    @Test("A verdict of the market names pack, version and rule, also where it refuses")
    func reference() throws {
        var scene = try GateScene()
        scene.record = scene.record.setting("risk.benefitRiskAffected", "worsened")
        let verdict = try #require(try scene.judge().first { $0.gate == .market })
        #expect(verdict.rule?.description == "EU 1.0.0, EU-MDR-3")
        #expect(verdict.refusal?.description.contains("MDR Annex IX 4.10") == true)
        #expect(verdict.flags.map(\.rule.rule) == ["EU-MDR-2"])
    }
}
