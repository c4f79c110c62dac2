import ChangeControl
import Documents
import TestSupport
import Testing
import Vocabulary

/// A record that is right in everything, and one thing wrong at a time.
@Suite("Reading change records")
struct RecordReadingTests {
    private static let full = Samples.full

    private func refusal(of record: JSON) -> DocumentError? {
        do throws(DocumentError) { _ = try ChangeRecord(record) } catch { return error }
        return nil
    }

    @Test("What is read is what was written")
    func values() throws {
        let record = try ChangeRecord(Self.full)
        #expect(record.id == "CR-1.1.0")
        #expect(record.version.to == Version("1.1.0"))
        #expect(record.version.supersedes.count == 1)
        #expect(record.changes.map(\.kind) == [.bugFixToSpecification])
        #expect(record.clinical.usabilityEvaluation == .summative("U-7"))
        #expect(record.safetyAction.notice?["de-CH"] == "Nicht unter 5 ml/h verwenden.")
        guard case .reported(let report) = record.safetyAction.part806 else { throw Unexpected() }
        #expect(report.date == CalendarDate("2026-06-21"))
        #expect(record.market("US")?.assessment.outcome == "letter_to_file")
        #expect(record.market("US")?.assessment["q2"]?["answer"] == "yes")
        #expect(record.market("JP") == nil)
        #expect(record.verification.requirementsCoverage == 99.5)
        #expect(record.risk.maxSeverityPreMitigation < .serious)
        #expect(record.json == Self.full)
        #expect(!record.isBaseline)
        #expect(try ChangeRecord(SampleRecord.baseline("1.0.0")).isBaseline)
    }

    private struct Unexpected: Error {}

    /// Every member of every object, as the description has them.
    private static func required(_ part: RecordDescription, at path: String, in value: JSON) -> [String] {
        part.fields.flatMap { field -> [String] in
            let inner = path.isEmpty ? field.name : "\(path).\(field.name)"
            guard let member = value[field.name] else { return [] }
            let own = field.isRequired ? [inner] : []
            guard let child = field.parts.first, field.form != .value else { return own }
            if let elements = member.array {
                return own + elements.enumerated().flatMap { required(child, at: "\(inner)[\($0)]", in: $1) }
            }
            return own + required(child, at: inner, in: member)
        }
    }

    @Test("Every required member is missed by its path")
    func missing() throws {
        let required = Self.required(try ChangeRecord.description(), at: "", in: Self.full)
        #expect(required.count > 100)
        for path in required { #expect(refusal(of: Self.full.with(path, nil)) == .missing(path)) }
    }

    @Test("Every object refuses what it does not know, and lets be what starts with x-")
    func extra() {
        let objects = RecordNode.all(in: Self.full).filter { node in
            guard case .object = node.value else { return false }
            // What is inside these is named by languages, or for rule packs to know.
            return !["assessment", "summary", "notice", "x-line"].contains { node.path.contains($0) }
        }
        #expect(objects.count > 25)
        for node in objects {
            guard case .object(let members) = node.value else { continue }
            let unknown = node.path.isEmpty ? "later" : "\(node.path).later"
            let more = node.replaced(in: Self.full, by: .object(members.merging(["later": true]) { $1 }))
            #expect(refusal(of: more) == .unknownKey(unknown))
            // A choice has one member and no room for others.
            guard members.count > 1 else { continue }
            let noted = node.replaced(in: Self.full, by: .object(members.merging(["x-later": true]) { $1 }))
            #expect(refusal(of: noted) == nil, "\(node.path)")
        }
    }

    @Test(
        "A value that a member cannot have is refused with the member's path",
        arguments: [
            ("schema", "aftercare.change/2"), ("id", ""), ("id", "CR 1"),
            ("id", .string(String(repeating: "a", count: 129))),
            ("sequence", 0), ("sequence", "1"), ("sequence", .decimal(1.5)), ("maintenanceClass", "better"),
            ("urgency", "Routine"), ("product.deviceModel", " "), ("product.hardwareRevisions", []),
            ("product.hardwareRevisions", ["rev-c", "rev-c"]), ("product.deviceClass.eu", "IV"),
            ("product.deviceClass.swSafetyClass", "a"), ("version.to", "01.0.0"),
            ("version.from", ["1.0.0", "1.0.0"]), ("version.securityVersion", -1),
            ("version.supersedes", ["abc"]), ("changes", "none"), ("changes[0].kind", "bugfix"),
            ("changes[0].title", .string(String(repeating: "ä", count: 201))), ("changes[0].title", "red\u{1B}[31m"),
            ("changes[0].title", "turned \u{202E}around"), ("changes[0].problemReports", "PR-1"),
            ("changes[0].vulnerabilities", ["CVE-1", "CVE-1"]), ("intendedPurpose.direction", "wider"),
            ("risk.digest", .string(String(repeating: "AB", count: 32))), ("risk.analysisDone", "2026-02-29"),
            ("risk.analysisDone", "30.11.2025"), ("risk.newHazards", "no"), ("risk.maxSeverityPreMitigation", "severe"),
            ("security.cvss[0].score", .decimal(10.1)), ("security.cycle", "monthly"), ("security.kev", 0),
            ("clinical.clinicalEvaluationUpdate", "done"), ("clinical.usabilityEvaluation", ["done": "U-1"]),
            ("userVisible.downtimeMinutes", 10081), ("userVisible.trainingRequired", true),
            ("markets", []), ("markets[0].market", "eu"), ("markets[0].released", "yes"),
            ("markets[0].releaseFrom", "2026-00-01"), ("udi.issuingAgency", "gs1"), ("safetyAction.type", "recall"),
            ("safetyAction.part806", "not_reported_806_20"),
            ("safetyAction.part806", ["enhancement_not_reportable": true]),
            ("safetyAction.part806.reported_806_10.number", "123456-6/21/26-001-C"),
            ("safetyAction.part806.reported_806_10.number", "1234567-6/32/26-001-C"),
            ("verification.pass", -1), ("verification.deviations[0].failures", 0),
            ("verification.deviations[0].approvedBy", "Quality"),
            ("verification.requirementsCoverage", .decimal(100.5)),
            ("sbom.format", "CycloneDX-1.3"), ("rollback.dataMigration", "no"), ("rollout.phases", []),
            ("rollout.phases[0].minSoakHours", 8761), ("rollout.careAreaMaxConcurrent", 0),
            ("selfTests[0].timeoutS", 0),
            ("selfTests[0].onFail", "stop"), ("retention.until", "2041"), ("retention.basis", ""),
        ] as [(String, JSON)])
    func value(path: String, value: JSON) {
        let changed = Self.full.with(path, value)
        guard case .unacceptable(let place, let reason) = refusal(of: changed) else {
            Issue.record("'\(path)' was \(refusal(of: changed)?.description ?? "taken")")
            return
        }
        #expect(place == path || place.hasPrefix("\(path)["))
        #expect(!reason.isEmpty)
    }

    @Test(
        "Texts are named by well-formed language tags (BCP 47), English is always among them",
        arguments: [
            ("de", true), ("de-CH", true), ("de-CH-1996", true), ("zh-cmn-Hans-CN", true),
            ("sl-rozaj-biske-1994", true),
            ("es-419", true), ("en-US-u-islamcal", true), ("de-x-priv", true), ("DE-ch", true), ("cel-gaulish", true),
            ("d", false), ("deutsch1", false), ("de_CH", false), ("de-", false), ("-de", false), ("de--CH", false),
            ("de-CHE1-", false), ("de-u", false), ("de-x", false), ("x-priv", false), ("i-klingon", false),
            ("1de", false),
            ("de-Latn-Latn", false), ("de-CH-DE", false), ("de-ä", false), ("abcdefghi", false),
        ])
    func language(tag: String, isValid: Bool) {
        let refusal = refusal(of: Self.full.with("userVisible.summary.\(tag)", "Text"))
        #expect((refusal == nil) == isValid, "\(refusal?.description ?? "taken")")
        #expect(refusal?.code ?? FaultCode(1108) == FaultCode(1108))
        #expect(
            self.refusal(of: Self.full.with("userVisible.summary", [tag: "Text"]))?.code
                == FaultCode(isValid ? 1106 : 1108))
    }

    @Test(
        "An assessment is a bounded object with an outcome",
        arguments: [
            ([:], false), (["outcome": "fine"], true), (["outcome": "Fine"], false), (["outcome": 1], false),
            (["outcome": "fine", "route": "a b"], false), (["outcome": "fine", "q1": .null], false),
            (["outcome": "fine", "a": ["b": ["c": ["d": 1]]]], true),
            (["outcome": "fine", "a": ["b": ["c": ["d": [1]]]]], false),
            (["outcome": "fine", "a-b": 1], false),
            (["outcome": "fine", "a": .strings(Array(repeating: "x", count: 65))], false),
            (["outcome": "fine", "a": .string(String(repeating: "x", count: 2001))], false),
            (["outcome": "fine", "a": "\u{7}"], false), ("fine", false),
        ] as [(JSON, Bool)])
    func assessment(value: JSON, isTaken: Bool) {
        let refusal = refusal(of: Self.full.with("markets[1].assessment", value))
        #expect((refusal == nil) == isTaken, "\(refusal?.description ?? "taken")")
        if let refusal { #expect(refusal.description.contains("'markets[1].assessment")) }
    }

    @Test(
        "A record whose own parts disagree is refused where they do",
        arguments: [
            ("version.from", ["1.1.0"], "version.from[0]"), ("version.from", ["2.0.0"], "version.from[0]"),
            ("rollback.allowedTo", ["1.1.0"], "rollback.allowedTo[0]"),
            ("rollback.minimumSecurityVersionAfterSoak", 2, "rollback.minimumSecurityVersionAfterSoak"),
            ("changes", [], "changes"), ("version.supersedes", [], "version.supersedes"),
            ("udi.diBefore", nil, "udi.diBefore"),
            ("udi.piSoftwareBefore", nil, "udi.piSoftwareBefore"),
            ("markets[0].releaseFrom", nil, "markets[0].releaseFrom"),
            ("markets[1].market", "EU", "markets[1].market"),
            ("intendedPurpose.changed", true, "intendedPurpose.direction"),
            ("intendedPurpose.direction", "extension", "intendedPurpose.direction"),
            ("verification.testCount", 6, "verification.testCount"),
            ("safetyAction.urgentRationale", nil, "safetyAction.urgentRationale"),
            ("rollout.phases[0].percent", 10, "rollout.phases[0]"),
            ("rollout.phases[1].percent", nil, "rollout.phases[1]"),
            ("udi.diAfter", "09521000004017", "udi.diAfter"), ("udi.diBefore", "123", "udi.diBefore"),
        ] as [(String, JSON?, String)])
    func agreement(path: String, value: JSON?, place: String) {
        let refusal = refusal(of: Self.full.with(path, value))
        #expect(refusal?.description.contains("'\(place)'") == true, "\(refusal?.description ?? "taken")")
    }

    @Test("A record is refused where a second one of a list has the name of the first")
    func twice() {
        for list in ["changes", "selfTests", "verification.deviations", "verification.knownAnomalies"] {
            let first = RecordNode.all(in: Self.full).first { $0.path == "\(list)[0]" }?.value ?? .null
            let refusal = refusal(of: Self.full.with(list, [first, first]))
            #expect(refusal?.description.contains("'\(list)[1].id' is") == true, "\(refusal?.description ?? "taken")")
        }
    }

    @Test("A record of more than 128 KiB is refused, and one as large is taken")
    func size() {
        let rest = ChangeRecord.largest - Self.full.with("x-ticket", "").canonicalBytes.count
        for (length, isTaken) in [(rest, true), (rest + 1, false)] {
            let refusal = refusal(of: Self.full.with("x-ticket", .string(String(repeating: "a", count: length))))
            #expect(refusal == (isTaken ? nil : .tooLarge(limit: ChangeRecord.largest)))
        }
    }
}
