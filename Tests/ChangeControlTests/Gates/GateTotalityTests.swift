import ChangeControl
import Documents
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The gates: whatever they are asked about")
struct GateTotalityTests {
    /// Where a record is changed at random: members at every depth.
    private static let places = [
        "id", "sequence", "product", "product.deviceClass.eu", "version", "version.from", "version.supersedes",
        "changes", "changes.0", "changes.0.kind", "intendedPurpose", "risk", "risk.newHazards", "security",
        "security.cycle", "clinical", "userVisible", "markets", "markets.0", "markets.0.assessment",
        "markets.0.assessment.outcome", "markets.0.releaseFrom", "udi", "udi.diBefore", "safetyAction",
        "safetyAction.type", "verification", "verification.fail", "verification.deviations", "sbom", "sbom.digest",
        "rollback", "x-other",
    ]

    @Test("There are fourteen verdicts about any record and any device", arguments: 0..<60)
    func total(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        var scene = try GateScene()
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            let place = Self.places.randomElement(using: &dice) ?? "id"
            scene.record = scene.record.setting(place, RandomValues.json(depth: 4, &dice))
        }
        scene.record = scene.record.setting("schema", "aftercare.change/1")
        scene.device.market =
            [
                nil, DeviceMarket(code: "EU", route: "legacy_directive"), DeviceMarket(code: "", route: "\u{0}"),
                DeviceMarket(code: "US", route: "510k"),
            ].randomElement(using: &dice) ?? nil
        scene.device.udiDI = [nil, "", "09521000004016"].randomElement(using: &dice) ?? nil
        scene.device.time = TrustedTime(
            clock: Timestamp(seconds: Int64.random(in: -10...4_000_000_000, using: &dice)), watermark: nil)
        scene.device.isClockSet = Bool.random(using: &dice)
        scene.device.securityFloor = Int64.random(in: .min...(.max), using: &dice)
        scene.moment = Bool.random(using: &dice) ? .verification : .activation
        let verdicts = try scene.judge()
        #expect(verdicts.map(\.gate) == Gate.allCases)
        #expect(try scene.judge() == verdicts)
        for verdict in verdicts {
            #expect(!verdict.reason.isEmpty)
            #expect(verdict.json["gate"]?.string == verdict.gate.name)
        }
    }

    @Test("A record of random values never passes G1", arguments: 0..<60)
    func random(seed: Int) throws {
        var dice = Dice(seed: UInt64(1000 + seed))
        var scene = try GateScene()
        scene.record = RandomValues.json(depth: 5, &dice)
        guard case .object = scene.record else { return }
        scene.record = scene.record.setting("schema", "aftercare.change/1")
        let verdicts = try scene.judge()
        #expect(verdicts.count == 14)
        #expect(verdicts[0].refusal != nil)
    }
}
