import ArgumentParser
import Bundles
import ChangeControl
import Commands
import Documents
import Platform
import Releases
import SystemPackage
import Vocabulary

struct ChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Write, check and take apart change records.",
        subcommands: [New.self, Check.self, Explain.self, Split.self, Schema.self, Table.self])

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a change record by answering questions.",
            discussion: """
                An empty answer takes what stands in brackets, or leaves out what may be left out. Every answer is kept in \
                RECORD.draft at once: after Ctrl-C the same command goes on there. What is written can be a record, but \
                whether it contradicts itself is for 'change check'.
                """)

        @Argument(help: "Where the record goes, as 1.3.0.change.toml.", completion: .file(extensions: ["toml"]))
        var record: String
        @Option(name: .long, help: "The record before this one.", completion: .file(extensions: ["toml"]))
        var after: String?
        @Option(
            name: .long, help: "Take the answers from this file, and with '--after' from there; ask nothing.",
            completion: .file(extensions: ["toml"]))
        var answers: String?

        func run() async throws {
            let storage = Storage()
            let path = FilePath(record)
            if storage.exists(path) { throw ReleaseError.recordExists(path) }
            let description = try ChangeRecord.description()
            let draft = RecordDraft(of: path, in: storage, description: description)
            let earlier = try after.map { try ReleaseSource.record(FilePath($0), in: storage) }
            let standards = earlier.map(RecordStart.after) ?? RecordStart.baseline
            var known = try draft.read()
            if let answers {
                known = standards.overlaid(by: known)
                    .overlaid(by: try RecordFile.document(FilePath(answers), in: storage))
                known = known.overlaid(by: ["schema": .string(Manifest.changeSchema)])
            } else {
                let person = ChangeQuestions()
                var interview = RecordInterview(draft: known, standards: standards, respondent: person) {
                    (answers) throws(ReleaseError) in try draft.save(answers)
                }
                guard try interview.run(description) else { throw ReleaseError.unanswered(draft: draft.draftPath) }
                known = interview.draft
            }
            let written = try draft.finish(known)
            Terminal.say("\(record): \(written.id), \(written.digest)")
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the JSON Schema (draft 2020-12) of change records.",
            discussion: "Whether the parts of a record agree is beyond a schema: 'change check' knows that too.")

        func run() throws { Terminal.say(try ChangeRecord.schema().prettyText) }
    }

    /// Prints the generated part of `docs/change-record.md`, for the script that writes it.
    struct Table: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "table", shouldDisplay: false)

        func run() throws { Terminal.write(try RecordTable.markdown()) }
    }

    struct Split: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take some changes out of a record into one of their own.",
            discussion: """
                Writes two drafts, one with the named changes and one with the others: 'change new' with their names asks \
                for what must be judged anew. The record stays as it is.
                """)

        @Argument(help: "The record.", completion: .file(extensions: ["toml"]))
        var record: String
        @Option(name: .long, help: "The changes, with commas between them.")
        var ids: String
        @Option(name: .shortAndLong, help: "The record that is to have them.")
        var output: String
        @Option(name: .long, help: "The record that is to have the others.")
        var rest: String

        func run() throws {
            let storage = Storage()
            let source = try ReleaseSource.record(FilePath(record), in: storage)
            let split = try RecordSplit(source, ids: ids.split(separator: ",").map(\.trimmingSpaces))
            let description = try ChangeRecord.description()
            for (name, half) in [(output, split.chosen), (rest, split.rest)] {
                let path = FilePath(name)
                let draft = RecordDraft(of: path, in: storage, description: description)
                for there in [path, draft.draftPath] where storage.exists(there) {
                    throw ReleaseError.recordExists(there)
                }
                try draft.save(half)
                Terminal.say("\(draft.draftPath): go on with 'aftercare-fleet change new \(name)'")
            }
        }
    }
}
