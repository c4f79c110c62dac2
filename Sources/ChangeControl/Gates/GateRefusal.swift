package import Documents
package import Vocabulary

/// Why a gate is shut.
package enum GateRefusal: Fault, Equatable {
    // G1
    case changeRecordIncomplete(missing: String)
    case changeRecordMalformed(DocumentError)
    case changeRecordDisagrees(member: String, record: String, manifest: String)
    /// A rule is not kept.
    case contradiction(RuleFinding)
    case noRulePack(String)
    case rulePackEnded(RuleReference, Timestamp)
    case rulePackNotYetValid(RuleReference, Timestamp)
    /// The gate's question cannot be put, because the record cannot be read.
    case unreadableRecord
    // G2
    case missingApproval(role: String, found: [String])
    case tooFewPeople(Int, wanted: Int)
    case approvalExpired(String, Timestamp)
    case approvalWithdrawn(person: String, role: String, document: String, reason: String)
    // G3
    case product(String, device: String)
    case hardware([String], device: String)
    case from([Version], running: Version)
    case alreadyRunning(Version)
    // G4
    case unknownLineage
    case notCleared(market: String, baseline: String)
    case baselineDisagrees(String)
    case otherLineage(running: Digest)
    case missingHistory(Digest)
    case historyDisagrees(Digest, reason: String)
    // G5
    case noMarket
    case notAssessed(market: String, assessed: [String])
    case otherRoute(String, device: String, market: String)
    case notReleased(market: String)
    case releaseLater(market: String, from: String, now: Timestamp)
    case unknownOutcome(String, route: String, market: String)
    case outcomeForbids(String, reason: String, advice: String)
    // G6
    case unknownIdentifier
    case identifier(String, device: String)
    // G7
    case older(Version, running: Version)
    case belowFloor(Int64, floor: Int64)
    case downgradeNotAllowed(Version, running: Version, reasons: [String])
    // G9
    case noMaterials
    case materialsDiffer(record: Digest, manifest: Digest)
    // G11, G12
    case held([String])
    case interlocked([String])
    // G13
    case failedTests(Int64, accepted: Int64)
    case deviationNotByQuality(String, role: String)
}

extension GateRefusal {
    package var code: FaultCode {
        switch self {
        case .changeRecordIncomplete: FaultCode(2601)
        case .changeRecordDisagrees: FaultCode(2602)
        case .product: FaultCode(2603)
        case .hardware: FaultCode(2604)
        case .from: FaultCode(2605)
        case .alreadyRunning: FaultCode(2606)
        case .older: FaultCode(2607)
        case .belowFloor: FaultCode(2608)
        case .changeRecordMalformed: FaultCode(2609)
        case .contradiction: FaultCode(2610)
        case .noRulePack: FaultCode(2611)
        case .rulePackEnded: FaultCode(2612)
        case .rulePackNotYetValid: FaultCode(2613)
        case .unreadableRecord: FaultCode(2614)
        case .missingApproval: FaultCode(2615)
        case .tooFewPeople: FaultCode(2616)
        case .approvalExpired: FaultCode(2617)
        case .approvalWithdrawn: FaultCode(2618)
        case .unknownLineage: FaultCode(2619)
        case .otherLineage: FaultCode(2620)
        case .missingHistory: FaultCode(2621)
        case .historyDisagrees: FaultCode(2622)
        case .noMarket: FaultCode(2623)
        case .notAssessed: FaultCode(2624)
        case .otherRoute: FaultCode(2625)
        case .notReleased: FaultCode(2626)
        case .releaseLater: FaultCode(2627)
        case .unknownOutcome: FaultCode(2628)
        case .outcomeForbids: FaultCode(2629)
        case .unknownIdentifier: FaultCode(2630)
        case .identifier: FaultCode(2631)
        case .downgradeNotAllowed: FaultCode(2632)
        case .noMaterials: FaultCode(2633)
        case .materialsDiffer: FaultCode(2634)
        case .held: FaultCode(2635)
        case .interlocked: FaultCode(2636)
        case .failedTests: FaultCode(2637)
        case .deviationNotByQuality: FaultCode(2638)
        case .notCleared: FaultCode(2639)
        case .baselineDisagrees: FaultCode(2640)
        }
    }

    /// What holds an update without ending it is `inUse`.
    package var kind: FaultKind {
        switch self {
        case .held, .interlocked: .inUse
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .changeRecordIncomplete(let missing): "the change record has no '\(missing)'"
        case .changeRecordMalformed(let error): "the change record is not acceptable: \(error)"
        case .changeRecordDisagrees(let member, let record, let manifest):
            "the change record's '\(member)' is '\(record)', the manifest's is '\(manifest)'"
        case .contradiction(let finding): "\(finding.message) (\(finding.rule), \(finding.clause))"
        case .noRulePack(let id): "there is no rule pack for '\(id)' in force"
        case .rulePackEnded(let rule, let end): "the rule pack '\(rule.pack)' \(rule.version) ended at \(end)"
        case .rulePackNotYetValid(let rule, let start):
            "the rule pack '\(rule.pack)' \(rule.version) is valid from \(start)"
        case .unreadableRecord: "this cannot be asked of a change record that is not acceptable"
        case .product(let product, let device):
            "the release is for the product '\(product)', this device is a '\(device)'"
        case .hardware(let revisions, let device):
            "the release is for hardware \(Self.list(revisions)), this device is '\(device)'"
        case .from(let versions, let running):
            "the release may be installed over \(Self.list(versions.map(\.description))), \(running) runs here"
        case .alreadyRunning(let version): "\(version) runs here already"
        case .older(let version, let running): "the release is \(version), older than \(running), which runs here"
        case .belowFloor(let version, let floor):
            "the release has the security version \(version), this device takes none below \(floor)"
        case .downgradeNotAllowed(let version, let running, let reasons):
            "going back from \(running) to \(version) is not authorised: \(reasons.joined(separator: "; "))"
        case .held(let holds): "what would be overwritten is on hold: \(holds.joined(separator: "; "))"
        case .interlocked(let reasons): "the device must not be restarted now: \(reasons.joined(separator: "; "))"
        default: approvalDescription
        }
    }

    private var approvalDescription: String {
        switch self {
        case .missingApproval(let role, let found):
            "the role '\(role)' did not approve the release, only \(Self.list(found))"
        case .tooFewPeople(let found, let wanted):
            "\(found) different people approved the release, at least \(wanted) must"
        case .approvalExpired(let person, let end): "the certificate of '\(person)' expired at \(end)"
        case .approvalWithdrawn(let person, let role, let document, let reason):
            "the role '\(role)' took the approval of '\(person)' back ('\(document)'): \(reason)"
        case .unknownLineage: "it is not known with which change record this device began"
        case .notCleared(let market, let baseline):
            "the baseline '\(baseline)' does not say what was cleared for the market '\(market)' by this device's route"
        case .baselineDisagrees(let baseline):
            "the baseline '\(baseline)' is for another device, or with another chain of change records"
        case .otherLineage(let running):
            "the release's chain of change records does not lead over what runs here (record \(running))"
        case .missingHistory(let digest): "the release does not bring the change record \(digest), which it skips"
        case .historyDisagrees(let digest, let reason): "the change record \(digest) that the release brings \(reason)"
        default: marketDescription
        }
    }

    private var marketDescription: String {
        switch self {
        case .noMarket: "nobody has said on which market this device is"
        case .notAssessed(let market, let assessed):
            "the release is not assessed for the market '\(market)', only for \(Self.list(assessed))"
        case .otherRoute(let route, let device, let market):
            "the release is assessed for '\(market)' by the route '\(route)', this device got there by '\(device)'"
        case .notReleased(let market): "the release is not released for the market '\(market)'"
        case .releaseLater(let market, let from, let now):
            "the release is released for the market '\(market)' from \(from), it is \(now)"
        case .unknownOutcome(let outcome, let route, let market):
            "the rule pack of '\(market)' does not know the outcome '\(outcome)' of the route '\(route)'"
        case .outcomeForbids(let outcome, let reason, _): "the outcome '\(outcome)' does not permit it: \(reason)"
        case .unknownIdentifier: "nobody has said which device identifier (UDI-DI) this device has"
        case .identifier(let before, let device):
            "the release is for devices with the UDI-DI '\(before)', this one has '\(device)'"
        case .noMaterials: "the manifest does not name the digest of a bill of materials"
        case .materialsDiffer(let record, let manifest):
            "the bill of materials has the digest \(record) in the change record and \(manifest) in the manifest"
        case .failedTests(let failures, let accepted):
            "\(failures) tests failed, and deviations accept \(accepted) of them"
        case .deviationNotByQuality(let deviation, let role):
            "the deviation '\(deviation)' is approved by the role '\(role)', not by 'quality'"
        default: ""
        }
    }

    package var advice: String {
        switch self {
        case .product, .hardware, .identifier: "Take the release made for this device."
        case .from: "Install a release first that may follow the running one."
        case .older, .belowFloor, .downgradeNotAllowed:
            "Going back needs a signed downgrade authorisation from the manufacturer."
        case .contradiction(let finding): finding.advice
        case .noRulePack, .rulePackEnded, .rulePackNotYetValid:
            "Give the device the rule pack that is valid now, with 'aftercare apply'."
        case .missingApproval, .tooFewPeople: "Have the missing people approve it: 'aftercare-fleet bundle approve'."
        case .approvalExpired: "Have it approved again, or check the device's clock."
        case .unknownLineage, .notCleared, .baselineDisagrees: "Give the device its baseline, with 'aftercare apply'."
        case .missingHistory: "Install the releases between first, or build the release with the records that it skips."
        case .noMarket: "Name the market and the route in [change-control] of the device's configuration."
        case .unknownIdentifier: "Name it in [change-control] of the device's configuration."
        case .outcomeForbids(_, _, let advice): advice
        case .held: "It goes on when the hold is released."
        case .interlocked: "It goes on by itself as soon as the device is free."
        case .failedTests, .deviationNotByQuality: "Have quality accept each failure as a deviation, or mend it."
        default: ""
        }
    }

    private static func list(_ items: [String]) -> String {
        items.isEmpty ? "nothing" : items.map { "'\($0)'" }.joined(separator: ", ")
    }
}
