import ChangeControl
import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Records judged by the rule packs of the project, as `change check` and `change explain` do it.
@Suite("Judging records where they are written")
struct RecordJudgementTests {
    private let judgement: RecordJudgement

    init() throws {
        let packs = try RecordJudgement.packs(in: ProjectFolder.file("firmware-manifests/rules"), Storage())
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        judgement = RecordJudgement(packs: try #require(packs), time: PossibleTime(now))
    }

    private func refusals(_ record: ChangeRecord) -> [String] {
        judgement.findings(in: record).filter { $0.severity == .refuse }.map(\.message)
    }

    @Test("The tests' records are coherent")
    func samples() throws {
        for record in [SampleRecord.complete("1.1.0"), SampleRecord.baseline("1.0.0")] {
            let found = refusals(try ChangeRecord(record))
            #expect(found == [])
        }
    }

    @Test(
        "The example releases' records are coherent, and a pack serves each of their markets",
        arguments: ["1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.2.1"])
    func examples(release: String) throws {
        let path = ProjectFolder.file("firmware-manifests/infusion-pump/\(release).change.toml")
        let record = try ReleaseSource.record(path, in: Storage())
        #expect(refusals(record) == [])
        #expect(judgement.unservedMarkets(in: record) == [])
    }

    @Test(
        "A contradiction is found with its clause",
        arguments: [
            ("risk.controlsRemoved", ["RC-01"], "US", "Q3b"), ("safetyAction.part806", nil, nil, "806"),
            ("changes[0].kind", "closed_loop", nil, "6.5.2"), ("risk.residualAcceptable", false, nil, "14971"),
        ] as [(String, JSON?, String?, String)])
    func contradictions(path: String, value: JSON?, market: String?, clause: String) throws {
        let record = try ChangeRecord(SampleRecord.complete("1.1.0").with(path, value))
        let found = judgement.findings(in: record).filter { $0.severity == .refuse }
        #expect(!found.isEmpty)
        #expect(
            found.contains { $0.clause.contains(clause) && (market == nil || $0.market == market) },
            "\(found.map { "\($0.market ?? "-") \($0.clause): \($0.message)" })")
    }

    @Test("Every question and every outcome of a market's route is explained")
    func explanation() throws {
        let record = try ChangeRecord(SampleRecord.complete("1.1.0"))
        let us = try #require(judgement.explanation(of: record, market: "US"))
        #expect(us.answers.map(\.id) == ["Q1", "Q2", "Q3A", "Q3B", "Q4"])
        #expect(us.answers.map(\.answer) == ["no", "yes", "no", "no", "no"])
        #expect(us.answers.allSatisfy { !$0.clause.isEmpty && $0.rationale != nil })
        let stated = us.possibilities.filter(\.isStated)
        #expect(stated.map(\.outcome) == ["letter_to_file"])
        #expect(stated.allSatisfy { $0.against.isEmpty })
        let cleared = try #require(us.possibilities.first { $0.outcome == "new_510k_cleared" })
        #expect(cleared.against.contains { $0.message.contains("clearedUnder") })
        #expect(judgement.explanation(of: record, market: "JP") == nil)
        let changed = SampleRecord.complete("1.1.0").with("markets[1].assessment.q3a.answer", "yes")
        let other = try #require(judgement.explanation(of: try ChangeRecord(changed), market: "US"))
        #expect(other.possibilities.first(where: \.isStated)?.against.isEmpty == false)
        #expect(other.json["questions"]?.array?.count == 5)
    }

    @Test("Security and other changes are told apart, and a split has each change once")
    func splitting() throws {
        var changes: [JSON] = []
        for (id, kind) in [("C-1", "bug_fix_to_specification"), ("C-2", "security_only"), ("C-3", "user_interface")] {
            let first = try #require(SampleRecord.complete("1.1.0")["changes"]?.array?.first)
            changes.append(first.with("id", .string(id)).with("kind", .string(kind)))
        }
        let record = try ChangeRecord(SampleRecord.complete("1.1.0").with("changes", .array(changes)))
        #expect(record.separable == (["C-2"], ["C-3"]))
        let split = try RecordSplit(record, ids: ["C-2"])
        func ids(_ draft: JSON) -> [String] { (draft["changes"]?.array ?? []).compactMap { $0["id"]?.string } }
        #expect(ids(split.chosen) == ["C-2"])
        #expect(ids(split.rest) == ["C-1", "C-3"])
        // What was judged of all of them together is judged anew.
        for member in ["id", "risk", "verification", "udi"] { #expect(split.chosen[member] == nil) }
        #expect(throws: ReleaseError.unknownChange("C-9", known: ["C-1", "C-2", "C-3"])) {
            try RecordSplit(record, ids: ["C-9"])
        }
        #expect(throws: ReleaseError.nothingToSplit("CR-1.1.0")) {
            try RecordSplit(record, ids: ["C-1", "C-2", "C-3"])
        }
    }
}
