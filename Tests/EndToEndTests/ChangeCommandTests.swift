import Documents
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Whoever writes change records, at the keyboard and in a pipeline.
@Suite("The commands of change records", .timeLimit(.minutes(5)))
struct ChangeCommandTests {
    private let folder: TemporaryFolder
    private let rules = ProjectFolder.file("firmware-manifests/rules").string

    init() throws { folder = try TemporaryFolder() }

    private func change(_ arguments: [String], typed: String = "") throws -> Tool.Result {
        try Tool.run([try Programs.path("aftercare-fleet"), "change"] + arguments, input: Array(typed.utf8))
    }

    private func write(_ name: String, _ record: JSON) throws -> String {
        try folder.write(name, try SampleRecord.toml(record)).string
    }

    @Test("A coherent record ends with 0, a contradictory one with 3, its clauses and what to change")
    func checking() throws {
        let product = ProjectFolder.file("firmware-manifests/infusion-pump")
        let good = try change(["check", product.appending("1.2.1.toml").string])
        #expect(good.status == 0, "\(good.text)\(good.error)")
        #expect(good.text.contains("record 'ECR-IP4-0005'"))

        var record = SampleRecord.complete("1.1.0")
        record = record.overlaid("risk", ["controlsRemoved": ["RC-01"]])
        let path = try write("1.1.0.change.toml", record)
        let bad = try change(["check", path, "--rules", rules])
        #expect(bad.status == 3, "\(bad.text)\(bad.error)")
        #expect(bad.text.contains("clause: ") && bad.text.contains("Q3b") && bad.text.contains("rule:   US "))
        #expect(bad.error.contains("AC-2864"))
        let json = try change(["check", path, "--rules", rules, "--json"])
        #expect(json.status == 3)
        let findings = try JSONReader.read(json.output, limit: 1 << 20)["findings"]?.array ?? []
        #expect(findings.contains { $0["severity"] == "refuse" && $0["market"] == "US" })
        // Nobody is to think that a record was judged where it was not.
        #expect(try change(["check", path]).status == 2)
    }

    @Test("A record that cannot be read is refused with its line and column")
    func malformed() throws {
        let text = try SampleRecord.toml(SampleRecord.complete("1.1.0"))
        let path = try folder.write("1.1.0.change.toml", text.replacing("sequence = 2", with: "sequence = 0")).string
        let result = try change(["check", path, "--rules", rules])
        #expect(result.status == 3)
        #expect(result.error.contains("line 3, column 12: 'sequence' is 0, outside 1 to "), "\(result.error)")
    }

    @Test("Why an outcome is allowed is explained question by question")
    func explaining() throws {
        let path = try write("1.1.0.change.toml", SampleRecord.complete("1.1.0"))
        let result = try change(["explain", path, "--rules", rules, "--market", "US"])
        #expect(result.status == 0, "\(result.error)")
        #expect(result.text.contains("letter_to_file: allowed (this is what the record states)"))
        #expect(result.text.contains("new_510k_cleared: not allowed"))
        #expect(result.text.contains("yes: returns to specification, report V-1"))
        #expect(try change(["explain", path, "--rules", rules, "--market", "JP"]).status == 2)
    }

    @Test("Answers in a file make a record; what is missing is named")
    func answersFromFile() throws {
        let earlier = SampleRecord.complete("1.1.0")
        let before = try write("1.1.0.change.toml", earlier)
        let next = SampleRecord.complete("1.2.0", from: ["1.1.0"], earlier: [SampleRecord.baseline("1.0.0"), earlier])
        let answers = try write("answers.toml", next)
        let path = folder.file("1.2.0.change.toml").string
        let made = try change(["new", path, "--after", before, "--answers", answers])
        #expect(made.status == 0, "\(made.error)")
        let text = String(decoding: try folder.read("1.2.0.change.toml"), as: UTF8.self)
        #expect(try TOML.read(text) == next)
        #expect(text.hasPrefix("# "))
        // A record is never written over.
        #expect(try change(["new", path, "--answers", answers]).status == 2)
        let few = try folder.write("few.toml", "id = \"CR-1\"\n").string
        let other = folder.file("other.change.toml")
        let refused = try change(["new", other.string, "--answers", few])
        #expect(refused.status == 3)
        #expect(refused.error.contains("is missing [AC-2820]"), "\(refused.error)")
        #expect(!folder.has("other.change.toml"))
    }

    @Test("A session that ends early leaves a draft and no record; the next one goes on there")
    func resuming() throws {
        let path = folder.file("1.0.0.change.toml").string
        let first = try change(["new", path], typed: "ECR-1\nnot a number\n\n")
        #expect(first.status == 1)
        #expect(first.error.contains("'sequence' is not a whole number"))
        #expect(first.error.contains("AC-2863"))
        #expect(!folder.has("1.0.0.change.toml"))
        let draft = try TOML.read(String(decoding: try folder.read("1.0.0.change.toml.draft"), as: UTF8.self))
        #expect(draft == ["schema": "aftercare.change/1", "id": "ECR-1", "sequence": 1])
        let second = try change(["new", path])
        #expect(second.error.contains("product.basicUdiDi []: "))
        #expect(!second.error.contains("sequence"))
    }

    @Test("A record is taken apart by the numbers of its changes")
    func splitting() throws {
        var record = SampleRecord.complete("1.1.0")
        guard case .object(var members) = record, let one = members["changes"]?.array?.first else { return }
        members["changes"] = [one, one.with(["id": "C-2", "kind": "security_only"])]
        record = .object(members)
        let path = try write("1.1.0.change.toml", record)
        let (security, rest) = (folder.file("a.change.toml").string, folder.file("b.change.toml").string)
        let result = try change(["split", path, "--ids", "C-2", "-o", security, "--rest", rest])
        #expect(result.status == 0, "\(result.error)")
        for (name, id) in [("a", "C-2"), ("b", "C-1")] {
            let draft = try TOML.read(String(decoding: try folder.read("\(name).change.toml.draft"), as: UTF8.self))
            #expect(draft["changes"]?.array?.map { $0["id"] } == [.string(id)])
        }
        #expect(try change(["split", path, "--ids", "C-9", "-o", security, "--rest", rest]).status == 2)
    }

    @Test("The schema is printed as JSON")
    func schema() throws {
        let result = try change(["schema"])
        #expect(result.status == 0)
        let schema = try JSONReader.read(result.output, limit: 1 << 20)
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["additionalProperties"] == false)
    }
}

extension JSON {
    fileprivate func with(_ others: [String: JSON]) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.merging(others) { $1 })
    }

    fileprivate func overlaid(_ member: String, _ others: [String: JSON]) -> JSON {
        with([member: (self[member] ?? [:]).with(others)])
    }
}
