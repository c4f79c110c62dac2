import Bundles
import ChangeControl
import Documents
import TestSupport
import Testing
import Trust
import Vocabulary

/// G8 to G14: field safety, materials, training, holds, interlocks, verification, and the date.
@Suite("The gates: safety and time")
struct SafetyGateTests {
    private static let digest = JSON.string(String(repeating: "ab", count: 32))

    private static func action(_ scene: inout GateScene) {
        scene.record = scene.record.setting(
            "safetyAction",
            [
                "type": "fsca", "urgent": false, "fscaRefs": ["manufacturer": "FSCA-1"],
                "reportedInAdvance": "2026-05-01", "fsnDigest": digest, "notice": ["en": "Stop the pump."],
                "part806": ["reported_806_10": ["number": "1234567-5/1/26-001-C", "date": "2026-05-01"]],
            ])
    }

    private static let fieldSafety: [GateCase] = [
        GateCase("a corrective action whose notice nobody read", .asks(8)) { action(&$0) },
        GateCase("a corrective action whose notice somebody read") {
            action(&$0)
            try $0.acknowledge(.notice, by: "Nora")
        },
        GateCase("a notice that was read for another release", .asks(8)) {
            try $0.acknowledge(.notice, by: "Nora")
            action(&$0)
        },
        GateCase("another thing that was acknowledged", .asks(8)) {
            action(&$0)
            try $0.acknowledge(.training, by: "Nora")
        },
        GateCase("a corrective action without a reference", .refuses(8, 2610)) {
            action(&$0)
            $0.record = $0.record.setting("safetyAction.fscaRefs", nil)
        },
        GateCase("one without a reference that is urgent, and says why", .asks(8)) {
            action(&$0)
            $0.record = $0.record.setting("safetyAction.fscaRefs", nil).setting("safetyAction.urgent", true)
                .setting("safetyAction.urgentRationale", "over-infusion").setting("safetyAction.reportedInAdvance", nil)
        },
        GateCase("one that was not reported in advance", .refuses(8, 2610)) {
            action(&$0)
            $0.record = $0.record.setting("safetyAction.reportedInAdvance", nil)
        },
        GateCase("one without a notice", .refuses(8, 2610)) {
            action(&$0)
            $0.record = $0.record.setting("safetyAction.fsnDigest", nil)
        },
        GateCase("a US device, and no decision by part 806", .refuses(8, 2610)) {
            $0.device.market = DeviceMarket(code: "US", route: "510k")
            $0.record = $0.record.setting("safetyAction.part806", nil)
        },
        GateCase("a US device, and a correction that is called an enhancement", .refuses(8, 2610)) {
            $0.device.market = DeviceMarket(code: "US", route: "510k")
            $0.record = $0.record.setting("safetyAction.type", "correction_806")
        },
    ]

    private static let others: [GateCase] = [
        GateCase("no bill of materials", .refuses(9, 2633)) { $0.manifest.sbomDigest = nil },
        GateCase("another bill of materials", .refuses(9, 2634)) {
            $0.manifest.sbomDigest = Digest(hex: String(repeating: "ab", count: 32))
        },
        GateCase("training before use", .asks(10)) { training(&$0) },
        GateCase("training before use, acknowledged", .passes(10)) {
            training(&$0)
            try $0.acknowledge(.training, by: "Nora")
        },
        GateCase("training for information", .passes(10)) {
            $0.record = $0.record.setting("userVisible.trainingRequired", "information")
        },
        GateCase("a hold", .refuses(11, 2635)) { $0.device.holds = ["INC-7"] },
        GateCase("failures that nobody accepted", .refuses(13, 2637)) {
            $0.record = $0.record.setting("verification.fail", 1).setting("verification.pass", 2)
        },
        GateCase("failures that quality accepted") { deviation(&$0, failures: 1, role: "quality") },
        GateCase("more failures than quality accepted", .refuses(13, 2637)) {
            deviation(&$0, failures: 1, role: "quality")
            $0.record = $0.record.setting("verification.fail", 2).setting("verification.pass", 1)
        },
        GateCase("failures that another role accepted", .refuses(13, 2638)) {
            deviation(&$0, failures: 1, role: "software")
        },
        GateCase("a known anomaly that is not accepted", .refuses(13, 2610)) {
            $0.record = $0.record.setting(
                "verification.knownAnomalies", [["id": "A-1", "safetyAssessment": "none", "accepted": false]])
        },
    ]

    private static func training(_ scene: inout GateScene) {
        scene.record = scene.record.setting("userVisible.trainingRequired", "training_before_use")
            .setting("clinical.usabilityEvaluation", ["summative": "UE-1"])
    }

    private static func deviation(_ scene: inout GateScene, failures: Int, role: String) {
        scene.record = scene.record.setting("verification.fail", 1).setting("verification.pass", 2).setting(
            "verification.deviations",
            [
                [
                    "id": "D-1", "failures": .number(failures), "rationale": "the test was wrong",
                    "approvedBy": .string(role),
                ]
            ])
    }

    private static let activations: [GateCase] = [
        GateCase("at activation, nobody said whether the device is free") { $0.moment = .activation },
        GateCase("at activation, the device is free", .passes(12)) {
            $0.moment = .activation
            $0.device.interlocks = []
        },
        GateCase("at activation, the device is in use", .refuses(12, 2636)) {
            $0.moment = .activation
            $0.device.interlocks = ["infusing"]
        },
        GateCase("at activation, a hold came", .refuses(11, 2635)) {
            $0.moment = .activation
            $0.device.holds = ["INC-7"]
        },
        GateCase("at activation, what cannot have changed is not asked: another product") {
            $0.moment = .activation
            $0.manifest.product = "ventilator"
        },
        GateCase("at activation, the market's pack is gone", .refuses(5, 2611)) {
            $0.moment = .activation
            $0.documents.rules = try GateScene.rules(without: "EU")
            var packs = RulePacks()
            for pack in $0.documents.rules.all where pack.content.id != "ANY" {
                try packs.take(pack, at: nil)
            }
            $0.documents.rules = packs
        },
    ]

    private static let dates: [GateCase] = [
        GateCase("an unset clock, and every date has come") { $0.losesItsClock() },
        GateCase("an unset clock, and a release that may not be out yet", .asks(14)) {
            $0.losesItsClock()
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
        },
        GateCase("a clock behind the watermark, and a release that may not be out yet", .asks(14)) {
            $0.device.time = TrustedTime(
                clock: Approvers.time.advanced(by: -86400), watermark: Approvers.time)
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
        },
        GateCase("one person says that the date is right", .asks(14)) {
            $0.losesItsClock()
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
            try $0.acknowledge(.date, by: "Nora")
        },
        GateCase("one person says so twice", .asks(14)) {
            $0.losesItsClock()
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
            try $0.acknowledge(.date, by: "Nora", " nora ")
        },
        GateCase("two people say so") {
            $0.losesItsClock()
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
            try $0.acknowledge(.date, by: "Nora", "Omar")
        },
        GateCase("two people say so, but the clock says that it is not", .refuses(5, 2627)) {
            $0.record = $0.record.setting("markets.0.releaseFrom", "2026-12-01")
            try $0.acknowledge(.date, by: "Nora", "Omar")
        },
        GateCase("an unset clock, and a pack that may have ended", .asks(14)) {
            $0.losesItsClock()
            $0.documents.rules = try GateScene.rules(changing: "EU") {
                $0.setting("validUntil", "2027-01-01T00:00:00Z")
            }
        },
        GateCase("an unset clock, and a pack that has ended for certain", .refuses(5, 2612)) {
            $0.losesItsClock()
            $0.documents.rules = try GateScene.rules(changing: "EU") {
                $0.setting("validUntil", "2026-05-01T00:00:00Z")
            }
        },
        GateCase("an unset clock, and a decision that may lie ahead", .asks(14)) {
            $0.losesItsClock()
            $0.record = $0.record.setting("markets.0.assessment.date", "2026-12-01")
        },
        GateCase("a good clock, and a decision that lies ahead", .refuses(5, 2629)) {
            $0.record = $0.record.setting("markets.0.assessment.date", "2026-12-01")
        },
    ]

    @Test("G8: field safety and part 806 agree", arguments: fieldSafety)
    func safetyActions(test: GateCase) throws { try test.check() }

    @Test("G9 to G11, G13: materials, training, holds, verification", arguments: others)
    func other(test: GateCase) throws { try test.check() }

    @Test("At activation only what can have changed is asked again", arguments: activations)
    func activation(test: GateCase) throws { try test.check() }

    @Test("G14: where the clock cannot be relied on, two people decide what the date decides", arguments: dates)
    func date(test: GateCase) throws { try test.check() }

    @Test("What is to be acknowledged says how many people, what they are shown, and the rule")
    func demand() throws {
        var scene = try GateScene()
        Self.action(&scene)
        let notice = try #require(try scene.judge().first { $0.gate == .fieldSafety }?.demand)
        #expect(notice.subject == .notice && notice.people == 1 && notice.missing == 1)
        #expect(notice.show["safetyAction.notice"] == ["en": "Stop the pump."])
        #expect(notice.rule?.rule == "COMMON-NOTICE")
        scene.losesItsClock()
        scene.record = scene.record.setting("markets.0.releaseFrom", "2026-12-01")
        let date = try #require(try scene.judge().first { $0.gate == .time })
        #expect(date.demand?.people == 2)
        #expect(date.json["acknowledgement"]?["show"]?["dates"]?.array?.count == 1)
        #expect(date.reason.contains("2026-12-01 has come"))
    }

    @Test("A hold and an interlock hold an update; every other refusal ends it")
    func kinds() throws {
        var scene = try GateScene()
        scene.moment = .activation
        scene.device.holds = ["INC-7"]
        scene.device.interlocks = ["infusing"]
        scene.device.market = nil
        let kinds = try scene.judge().compactMap { verdict in verdict.refusal.map { ($0.kind, verdict.gate) } }
        #expect(kinds.map(\.1) == [.market, .holds, .interlock])
        #expect(kinds.map(\.0) == [.refused, .inUse, .inUse])
    }
}
