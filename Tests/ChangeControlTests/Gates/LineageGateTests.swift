import Bundles
import ChangeControl
import Documents
import TestSupport
import Testing
import Trust
import Vocabulary

/// G4 and G7: the chain from the baseline, and the ways back.
@Suite("The gates: the chain")
struct LineageGateTests {
    private static let first = SampleRecord.baseline("1.0.0")
    private static let second = SampleRecord.complete("1.1.0")
    private static let third = SampleRecord.complete("1.2.0", from: ["1.1.0"], earlier: [first, second])

    private static func digests(_ records: JSON...) -> [Digest] { records.map { Manifest.digest(of: $0) } }

    /// Release 1.3.0, which goes over 1.0.0 and brings the records of 1.1.0 and 1.2.0.
    private static func skips(_ scene: inout GateScene, history: [JSON]) throws {
        let record = SampleRecord.complete("1.3.0", from: ["1.0.0"], earlier: [first, second, third])
        scene.record = record
        scene.manifest.version = try GateScene.aVersion("1.3.0")
        scene.manifest.history = history
    }

    /// The same device, when 1.2.0 runs on it.
    private static func runs12(_ scene: inout GateScene) throws {
        scene.device.running = try GateScene.aVersion("1.2.0")
        scene.device.lineage = ChangeLineage(records: digests(first, second, third))
    }

    private static func authorisation(
        to version: String = "1.1.0", from: String = "1.2.0", groups: [String] = [], devices: [String] = [],
        expires: Int64 = 86400
    ) throws -> DowngradeAuthorisation {
        DowngradeAuthorisation(
            id: "DG-1", issued: Approvers.time.advanced(by: -60), expires: Approvers.time.advanced(by: expires),
            product: "infusion-pump", devices: devices, groups: groups, from: [try GateScene.aVersion(from)],
            to: try GateScene.aVersion(version), reason: .init(kind: .performance, text: "1.2.0 is slow"))
    }

    private static let chains: [GateCase] = [
        GateCase("no lineage", .refuses(4, 2619)) { $0.device.lineage = nil },
        GateCase("no baseline", .refuses(4, 2619)) { $0.documents.baseline = nil },
        GateCase("a baseline of another product", .refuses(4, 2640)) { $0.documents.baseline?.product = "ventilator" },
        GateCase("a baseline that this lineage did not begin with", .refuses(4, 2640)) {
            $0.documents.baseline?.record = Manifest.digest(of: second)
        },
        GateCase("a baseline that says nothing of the market", .refuses(4, 2639)) {
            $0.documents.baseline?.markets.removeFirst()
        },
        GateCase("a baseline of another route", .refuses(4, 2639)) {
            $0.documents.baseline?.markets[0].route = "legacy_directive"
        },
        GateCase("a device that went another way", .refuses(4, 2620)) {
            $0.device.lineage = ChangeLineage(records: digests(first, third))
        },
        GateCase("a release that leaves a record out which the device has", .refuses(4, 2620)) {
            $0.record = $0.record.setting("version.supersedes", .strings(digests(second).map(\.hex)))
        },
        GateCase("1.0 to 1.3 with the records of 1.1 and 1.2") { try skips(&$0, history: [second, third]) },
        GateCase("1.0 to 1.3 with those records in another order") { try skips(&$0, history: [third, second]) },
        GateCase("1.0 to 1.3 without them", .refuses(4, 2621)) { try skips(&$0, history: []) },
        GateCase("1.0 to 1.3 without that of 1.1", .refuses(4, 2621)) { try skips(&$0, history: [third]) },
        GateCase("1.0 to 1.3 with a record that follows upon others", .refuses(4, 2622)) { scene in
            let other = SampleRecord.complete("1.2.0", from: ["1.1.0"], earlier: [second])
            scene.record = SampleRecord.complete("1.3.0", earlier: [first, second, other])
            scene.manifest.version = try GateScene.aVersion("1.3.0")
            scene.manifest.history = [second, other]
        },
        GateCase("a market whose baseline is younger than the product's first record") { scene in
            let middle = digests(second)[0]
            scene.documents.baseline = try GateScene.baseline(record: middle)
            scene.device.lineage = ChangeLineage(records: [middle])
            scene.device.running = try GateScene.aVersion("1.1.0")
            scene.record = SampleRecord.complete("1.2.0", from: ["1.1.0"], earlier: [first, second])
            scene.manifest.version = try GateScene.aVersion("1.2.0")
            scene.manifest.from = [try GateScene.aVersion("1.1.0")]
            scene.manifest.fallbacks = scene.manifest.from
        },
    ]

    private static let waysBack: [GateCase] = [
        GateCase("back without an authorisation", .refuses(7, 2607)) { try runs12(&$0) },
        GateCase("back with one") {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation()]
        },
        GateCase("back with one for its group") {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(groups: ["icu"])]
        },
        GateCase("back with one for another group", .refuses(7, 2632)) {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(groups: ["ward"])]
        },
        GateCase("back with one for another device", .refuses(7, 2632)) {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(devices: ["IP4-2"])]
        },
        GateCase("back with one to another version", .refuses(7, 2632)) {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(to: "1.0.0")]
        },
        GateCase("back with one from another version", .refuses(7, 2632)) {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(from: "1.3.0")]
        },
        GateCase("back with one that has ended", .refuses(7, 2632)) {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(expires: -1)]
        },
        GateCase("back with one of two that holds") {
            try runs12(&$0)
            $0.documents.downgrades = [try authorisation(expires: -1), try authorisation()]
        },
        GateCase("back with one that may have ended: nobody knows the date", .asks(14)) {
            try runs12(&$0)
            $0.losesItsClock()
            $0.documents.downgrades = [try authorisation()]
        },
        GateCase("back with one that has ended for certain, by a clock that may be behind", .refuses(7, 2632)) {
            try runs12(&$0)
            $0.losesItsClock()
            $0.documents.downgrades = [try authorisation(expires: -1)]
        },
        GateCase("back below the floor with one") {
            try runs12(&$0)
            $0.device.securityFloor = 9
            $0.documents.downgrades = [try authorisation()]
        },
        GateCase("back to a record that is not the device's", .refuses(4, 2620)) {
            try runs12(&$0)
            $0.record = $0.record.setting("version.supersedes", .strings(digests(third).map(\.hex)))
            $0.documents.downgrades = [try authorisation()]
        },
    ]

    @Test("G4: the chain from the baseline is whole", arguments: chains)
    func chain(test: GateCase) throws { try test.check() }

    @Test("G7: the way back needs a signed authorisation for this device", arguments: waysBack)
    func back(test: GateCase) throws { try test.check() }
}
