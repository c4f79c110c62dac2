import ChangeControl
import Documents
import Platform
import Releases
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Writing a record by answering questions, and going on where somebody stopped.
@Suite("Asking for a record")
struct RecordInterviewTests {
    /// Somebody who knows the whole record by heart and goes home after some answers.
    private final class Person: RecordInterview.Respondent, Sendable {
        let record: JSON
        private let patience: Mutex<Int>
        let refusals = Mutex<[String]>([])

        init(_ record: JSON, patience: Int = .max) {
            self.record = record
            self.patience = Mutex(patience)
        }

        private func isTired() -> Bool {
            patience.withLock { left in
                left -= 1
                return left < 0
            }
        }

        func answer(_ question: RecordInterview.Question) -> String? {
            if isTired() { return nil }
            if let refusal = question.refusal { refusals.withLock { $0.append(refusal.description) } }
            guard let value = question.place.value(in: record) else { return "" }
            if value == question.standard { return "" }
            return RecordAnswer.text(of: value)
        }

        func wantsAnother(_ repetition: RecordInterview.Repetition) -> Bool? {
            if isTired() { return nil }
            guard let value = repetition.place.value(in: record) else { return false }
            return repetition.count < value.array?.count ?? 1
        }

        func keeps(_ repetition: RecordInterview.Repetition) -> Bool? { isTired() ? nil : false }
    }

    private let folder: TemporaryFolder
    private let storage = Storage()

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "Who answers every question has the record, whatever stands in it",
        arguments: [Samples.full, SampleRecord.complete("1.1.0")])
    func whole(record: JSON) throws {
        let wanted = RecordInterviewTests.withoutExtensions(record)
        let person = Person(wanted)
        var interview = RecordInterview(draft: [:], standards: [:], respondent: person) { _ in }
        #expect(try interview.run(ChangeRecord.description()))
        #expect(person.refusals.withLock { $0 } == [])
        #expect(interview.draft == wanted)
        _ = try ChangeRecord(interview.draft)
    }

    /// Nobody asks for members that others put in.
    static func withoutExtensions(_ record: JSON) -> JSON { record.with("x-ticket", nil).with("product.x-line", nil) }

    @Test("Whoever stops after any number of answers goes on from the draft in the file")
    func resuming() throws {
        let wanted = Self.withoutExtensions(Samples.full)
        let description = try ChangeRecord.description()
        for patience in [1, 2, 7, 19, 40] {
            let draft = RecordDraft(
                of: folder.file("\(patience).change.toml"), in: storage, description: description)
            var (sessions, isDone) = (0, false)
            while !isDone {
                var interview = RecordInterview(
                    draft: try draft.read(), standards: [:], respondent: Person(wanted, patience: patience + sessions)
                ) { (answers) throws(ReleaseError) in try draft.save(answers) }
                isDone = try interview.run(description)
                sessions += 1
                try #require(sessions < 400)
                if isDone { #expect(try draft.finish(interview.draft).json == wanted) }
            }
            #expect(sessions > 1)
            #expect(!storage.exists(draft.draftPath))
            #expect(try ReleaseSource.record(draft.path, in: storage).json == wanted)
        }
    }

    @Test("A record after another one needs answers only for what was judged anew")
    func following() throws {
        let first = try ChangeRecord(SampleRecord.complete("1.1.0"))
        let standards = RecordStart.after(first)
        #expect(standards["version"]?["supersedes"]?.array?.last == .string(first.digest.hex))
        let next = SampleRecord.complete(
            "1.2.0", from: ["1.1.0"], earlier: [SampleRecord.baseline("1.0.0"), first.json])
        var interview = RecordInterview(draft: [:], standards: standards, respondent: Person(next)) { _ in }
        #expect(try interview.run(ChangeRecord.description()))
        #expect(interview.draft == next)
    }

    @Test("An answer that a member cannot have is refused with the reason, and asked for again")
    func refusal() throws {
        let fields = try ChangeRecord.description().fields
        let cases: [(name: String, text: String, value: JSON?)] = [
            ("sequence", "7", 7), ("sequence", "seven", nil), ("urgency", "routine", "routine"),
            ("urgency", "soon", nil),
            ("id", "ECR 1", nil), ("id", "ECR-1", "ECR-1"),
        ]
        for one in cases {
            let field = try #require(fields.first { $0.name == one.name })
            let value = try? RecordAnswer.value(of: one.text, for: field, at: one.name)
            #expect(value == one.value, "\(one.name): \(one.text)")
        }
    }

    @Test("A record in TOML reads back as it was, with comments and without")
    func toml() throws {
        let description = try ChangeRecord.description()
        for record in [Samples.full, SampleRecord.baseline("1.0.0")] {
            for isCommented in [true, false] {
                let text = RecordTOML.text(record, description: description, commented: isCommented)
                #expect(try TOML.read(text) == record)
                #expect(text.hasPrefix("#") == isCommented)
            }
        }
        let odd: JSON = ["id": "a \"b\" \\ \u{7F}\n\tä\u{1F489}", "x-é": ["deep": [1, .decimal(0.5), ["k": true]]]]
        #expect(try TOML.read(RecordTOML.text(odd, description: description)) == odd)
    }
}
