import ChangeControl
import Documents
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// The schema says of a record what the reading does: another implementation judges both alike.
@Suite("The schema of change records")
struct RecordSchemaTests {
    private static let full = Samples.full

    /// What the JSON Schema of another implementation says of each document.
    private func judged(_ documents: [JSON]) throws -> [Bool] {
        let folder = try TemporaryFolder()
        let schema = try folder.write("schema.json", try ChangeRecord.schema().canonicalBytes)
        let lines = documents.map { $0.canonicalText + "\n" }.joined()
        let result = try Tool.run(
            [Tool.python, ProjectFolder.file("Tests/Peers/json_schema.py").string, schema.string],
            input: Array(lines.utf8), environment: ["PYTHONUTF8": "1"])
        try #require(result.status == 0, "\(result.error)")
        return result.text.split(separator: "\n").map { $0 == "1" }
    }

    /// What our reading says of a document as it comes from a file.
    private func isTaken(_ document: JSON) throws -> Bool {
        let read = try JSONReader.read(document.canonicalBytes, limit: 1 << 20)
        return (try? ChangeRecord.checkForm(read)) != nil
    }

    @Test("Complete records are taken by the reading and by the schema")
    func complete() throws {
        let records = [SampleRecord.complete("1.1.0"), SampleRecord.baseline("1.0.0"), Self.full]
        for record in records { _ = try ChangeRecord(record) }
        #expect(try judged(records) == [true, true, true])
    }

    @Test("4,000 random changes are taken or refused by the reading as by the schema")
    func mutations() throws {
        var dice = Dice(seed: 20_261_123)
        let nodes = RecordNode.all(in: Self.full)
        let documents = (0..<4000).map { _ in mutated(Self.full, nodes, &dice) }
        let verdicts = try judged(documents)
        #expect(verdicts.count == documents.count)
        var taken = 0
        for (document, verdict) in zip(documents, verdicts) {
            let ours = try isTaken(document)
            taken += ours ? 1 : 0
            #expect(ours == verdict, "\(refusal(of: document) ?? "taken"): \(difference(document))")
        }
        // Otherwise the mutations would say nothing about one of the two answers.
        #expect(taken > 400 && taken < 3600, "\(taken) of \(documents.count) were taken")
    }

    private func refusal(of document: JSON) -> String? {
        do throws(DocumentError) { try ChangeRecord.checkForm(document) } catch { return error.description }
        return nil
    }

    private func difference(_ document: JSON) -> String {
        let known = Set(RecordNode.all(in: Self.full).map { "\($0.path) \($0.value.canonicalText)" })
        let others = RecordNode.all(in: document).map { "\($0.path) \($0.value.canonicalText)" }.filter {
            !known.contains($0)
        }
        return others.last ?? "something is gone"
    }

    private func mutated(_ document: JSON, _ nodes: [RecordNode], _ dice: inout Dice) -> JSON {
        guard let node = nodes.dropFirst().randomElement(using: &dice) else { return document }
        switch Int.random(in: 0..<10, using: &dice) {
        case 0: return node.replaced(in: document, by: nil)
        case 1: return node.replaced(in: document, by: nodes.randomElement(using: &dice)?.value)
        case 2: return node.replaced(in: document, by: scalars.randomElement(using: &dice))
        default: return node.replaced(in: document, by: changed(node.value, &dice))
        }
    }

    private let scalars: [JSON] = [
        .null, true, false, 0, 1, -1, 7, 11, 101, 10081, .decimal(1.5), .decimal(99.5), 9_007_199_254_740_991, "", " ",
        "EU",
        "none",
        "not_needed", "2026-02-29", "2024-02-29", "2026-13-01", "2026-1-1", "1.0.0", "01.0.0", "1.0.0-rc.1+build.5",
        "1.2.3.4.5", "99999999999999999999", "1234567-6/21/26-001-C", "1234567-13/21/26-001-C", [], [:], ["x"],
        ["a", "a"],
        ["en": "x"], ["de": "x"], ["outcome": "fine"], ["outcome": "Fine"], ["done": "CER-1"],
        ["done": "CER-1", "more": 1],
        ["reported_under_803": "M-1"], "enhancement_not_reportable",
    ]

    private func changed(_ value: JSON, _ dice: inout Dice) -> JSON {
        switch value {
        case .bool(let flag): return .bool(!flag)
        case .integer(let number):
            return .integer(
                number + Int64.random(in: -3...3, using: &dice)
                    * ([1, 1000, 1_000_000_000].randomElement(using: &dice) ?? 1))
        case .decimal(let number): return .decimal(number * Double.random(in: -2...20, using: &dice))
        case .string(let text): return .string(changed(text, &dice))
        case .array(var elements):
            if let element = elements.randomElement(using: &dice), Bool.random(using: &dice) {
                elements.append(element)
            }
            if Int.random(in: 0..<8, using: &dice) == 0 {
                elements = Array(repeating: elements.first ?? "x", count: 300)
            }
            return .array(elements)
        case .object(var members):
            let name = ["x-note", "X-note", "note", "", "de-CH", "en-", "x"].randomElement(using: &dice) ?? ""
            members[Bool.random(using: &dice) ? name : tag(&dice)] = members.values.first ?? "x"
            return .object(members)
        case .null: return "null"
        }
    }

    private func changed(_ text: String, _ dice: inout Dice) -> String {
        let marks = [
            "\n", "\t", "\0", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{2028}", "\u{202E}", "\u{2066}", "é", "\u{1F489}",
            "-", ".", "/", "Z", "9", " ",
        ]
        switch Int.random(in: 0..<6, using: &dice) {
        case 0: return String(text.dropLast())
        case 1: return text + (marks.randomElement(using: &dice) ?? "")
        case 2: return (marks.randomElement(using: &dice) ?? "") + text
        case 3:
            return String(
                repeating: "a",
                count: [1, 64, 65, 128, 129, 200, 201, 2000, 2001, 4001].randomElement(using: &dice) ?? 0)
        case 4: return text.uppercased()
        default:
            var scalars = Array(text.unicodeScalars)
            guard !scalars.isEmpty else { return "x" }
            scalars[Int.random(in: 0..<scalars.count, using: &dice)] = Unicode.Scalar(
                UInt8.random(in: 0x20...0x7E, using: &dice))
            return String(String.UnicodeScalarView(scalars))
        }
    }

    /// Something like a language tag.
    private func tag(_ dice: inout Dice) -> String {
        let subtags = [
            "en", "DE", "de", "zh", "cmn", "Hans", "CH", "419", "1996", "rozaj", "biske1", "a", "u", "co", "x", "priv",
            "abcdefghi", "",
        ]
        let count = Int.random(in: 1...5, using: &dice)
        return (0..<count).map { _ in subtags.randomElement(using: &dice) ?? "" }.joined(separator: "-")
    }
}
