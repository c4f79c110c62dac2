import ChangeControl
import Documents
import Platform
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The rule packs of the project")
struct RulePackFileTests {
    /// An example of a pack, by its place.
    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let holds: Bool
    }

    private static let examples: [Example] = RulePackFiles.names.flatMap { name in
        guard let pack = try? RulePackFiles.document(name) else { return [Example]() }
        return RuleExamples(pack).run().map { result in
            Example(
                testDescription: "\(name), \(result.rule): \(result.title): \(result.expected), found \(result.found)",
                holds: result.holds)
        }
    }

    @Test("Each example in a pack comes out as the pack says", arguments: examples)
    func example(_ example: Example) { #expect(example.holds) }

    @Test("There are as many examples as the packs have: none was lost in reading")
    func count() { #expect(Self.examples.count > 350) }

    @Test("Every rule is shown kept and broken, every outcome given and refused", arguments: RulePackFiles.names)
    func complete(name: String) throws {
        let pack = try RulePackFiles.document(name)
        #expect(pack.id == name)
        #expect(RuleExamples(pack).lacking() == [])
        for rule in pack.rules {
            #expect(rule.clause.count > 5 && !rule.message.contains("ompliant"), "\(rule.id)")
            #expect(rule.id.hasPrefix(name), "\(rule.id)")
            // A build that lets through what a device refuses would be found out at the bedside.
            #expect(rule.severity == .flag || rule.stage == .both, "\(rule.id)")
        }
    }

    @Test("A pack reads the same from TOML and from the document that is built of it", arguments: RulePackFiles.names)
    func built(name: String) throws {
        let draft = try DraftRulePack(toml: try RulePackFiles.text(name))
        let document = try JSONReader.read(draft.document.bytes, limit: 1 << 20)["document"]
        #expect(try RuleDocument(try #require(document)) == draft.content)
        #expect(draft.document.bytes.count < 100_000)
    }

    @Test("An example that says what is not so refuses the pack")
    func lie() throws {
        let pack = try RuleDocument(try RulePackFiles.json("EU").setting("rules.0.examples.0.expect", "breaks"))
        let error = #expect(throws: RulePackError.self) { try RuleExamples(pack).requireAll() }
        #expect(error?.code == FaultCode(2670))
        #expect(error?.description.contains("EU-MDR-1") == true)
    }

    @Test(
        "A pack that is not whole, or contradicts itself, is refused with what is wrong",
        arguments: [
            ("schema", "aftercare.rules/2", 2660), ("id", "eu", 2660), ("version", "one", 2660),
            ("validFrom", "2026-01-01", 2660), ("rules.0.stage", "never", 2660), ("rules.0.severity", "ask", 2660),
            ("rules.0.gate", "G15", 2660), ("rules.0.unknown", true, 2660), ("rules.0.clause", "", 2660),
            ("rules.0.clause", nil, 2660), ("rules.0.require", ["path": "id"], 2660), ("markets", ["eu"], 2660),
            ("routes.0.outcomes", [], 2660), ("rules.0.source", "nowhere", 2661), ("rules.1.id", "EU-MDR-1", 2661),
            ("routes.1.id", "mdr_certificate", 2661), ("markets", [], 2661), ("markets", ["EU", "EU"], 2661),
            ("validUntil", "2025-01-01T00:00:00Z", 2661), ("id", "COMMON", 2661),
            ("rules.0.require", ["path": "risk.newHazard", "equals": true], 2661),
            ("rules.0.require", ["path": "rsik", "exists": true], 2661), ("x-note", "kept", 0),
        ] as [(String, JSON?, Int)])
    func malformed(path: String, value: JSON?, code: Int) throws {
        let pack = try RulePackFiles.json("EU").setting(path, value)
        do throws(RulePackError) {
            _ = try RuleDocument(pack)
            #expect(code == 0)
        } catch {
            #expect(error.code.rawValue == code, "\(error)")
            #expect(error.kind == .refused)
        }
    }

    @Test("A mistake in a pack is named with line and column")
    func position() throws {
        let text = try RulePackFiles.text("ANY").replacingFirst("severity = \"refuse\"", with: "severity = \"maybe\"")
        let error = #expect(throws: RulePackError.self) { try RuleDocument(toml: text) }
        #expect(error?.description.contains("line ") == true)
    }

    @Test(
        "The records of the example releases keep every rule of every pack",
        arguments: ["1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.2.1"])
    func records(version: String) throws {
        let file = ProjectFolder.file("firmware-manifests/infusion-pump/\(version).change.toml")
        let record = try TOML.read(String(decoding: try Storage().read(file, limit: 1 << 20), as: UTF8.self))
        let time = PossibleTime(try #require(Timestamp("2026-11-23T00:00:00Z")))
        let check = RecordCheck(packs: try RulePackFiles.names.map(RulePackFiles.document), time: time)
        let refusals = check.findings(in: record).filter { $0.severity == .refuse }
        #expect(refusals.map { "\($0.rule): \($0.message)" } == [])
        #expect(check.unservedMarkets(in: record) == [])
    }

    @Test("A check of a record finds words that no pack knows, and releases that no device may take")
    func findings() throws {
        let check = RecordCheck(
            packs: try RulePackFiles.names.map(RulePackFiles.document), time: PossibleTime(Approvers.time))
        let record = SampleRecord.complete("1.1.0")
        func refusals(_ path: String, _ value: JSON) -> [String] {
            check.findings(in: record.setting(path, value)).filter { $0.severity == .refuse }.map(\.rule.rule)
        }
        #expect(refusals("x-note", true) == [])
        #expect(refusals("markets.0.assessment.route", "by_air").last == "by_air.not_substantial_documented")
        #expect(refusals("markets.0.assessment.outcome", "fine") == ["mdr_certificate.fine"])
        #expect(refusals("markets.0.assessment.nbId", "TÜV") == ["mdr_certificate.not_substantial_documented"])
        #expect(refusals("safetyAction.part806", .null) == ["US-806-1"])
        #expect(refusals("security.riskOfPatientHarm", "uncontrolled").contains("COMMON-SECURITY-2"))
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String, with other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
