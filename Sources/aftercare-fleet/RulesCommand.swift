import ArgumentParser
import ChangeControl
import Commands
import Documents
import Platform
import SystemPackage
import Trust
import Vocabulary

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Check, try and build rule packs: what each market asks of a change, as data.",
        discussion: """
            A pack is written as TOML (docs/rule-packs.md), tried with the examples that stand in it, built into a document, \
            signed by regulatory affairs with 'document sign', and given to devices with 'aftercare apply'.
            """,
        subcommands: [Check.self, Test.self, Build.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a pack and say what it holds; a mistake is named with its line and column.")

        @Argument(help: "The pack.", completion: .file(extensions: ["toml"]))
        var file: String
        @Flag(name: .long, help: "Print one JSON object.")
        var json = false

        func run() async throws {
            let pack = try DraftRulePack.read(file).content
            let lacking = RuleExamples(pack).lacking()
            Terminal.write(
                json
                    ? pack.summary(lacking).prettyText + "\n"
                    : Terminal.table(pack.rows + lacking.map { ["No example", $0] }))
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the examples that stand in a pack; one that comes out otherwise refuses it.")

        @Argument(help: "The pack.", completion: .file(extensions: ["toml"]))
        var file: String
        @Flag(name: .shortAndLong, help: "Show every example, not only those that come out otherwise.")
        var all = false

        func run() async throws {
            let examples = RuleExamples(try DraftRulePack.read(file).content)
            let results = examples.run()
            let rows = results.filter { all || !$0.holds }.map { result in
                [
                    result.holds ? "pass" : "FAIL", result.rule, result.title,
                    result.holds ? result.found.rawValue : "\(result.found.rawValue), not \(result.expected.rawValue)",
                ]
            }
            Terminal.write(Terminal.table(rows))
            try examples.requireAll()
            Terminal.say("\(file): \(results.count) examples come out as the pack says")
        }
    }

    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build a pack into a document that nobody has signed yet; the same pack gives the same bytes.",
            discussion: "Refused where an example comes out otherwise than the pack says, or a rule has none.")

        @Argument(help: "The pack.", completion: .file(extensions: ["toml"]))
        var file: String
        @Option(name: .shortAndLong, help: "Where the document goes.")
        var output: String

        func run() async throws {
            let draft = try DraftRulePack.read(file)
            let examples = RuleExamples(draft.content)
            try examples.requireAll()
            if let name = examples.lacking().first { throw RulePackError.noExample(draft.content.id, name) }
            let bytes = draft.document.bytes
            guard bytes.count <= SignedDocument.limit else {
                throw RulePackError.malformed(.tooLarge(limit: SignedDocument.limit))
            }
            try Storage().replace(FilePath(output), with: bytes, mode: 0o644)
            let pack = draft.content
            Terminal.say("\(output): rule pack \(pack.id) \(pack.version), digest \(pack.digest), not signed yet")
        }
    }
}

extension DraftRulePack {
    fileprivate static func read(_ file: String) throws -> DraftRulePack {
        let bytes = try Storage().read(FilePath(file), limit: 1 << 20)
        return try DraftRulePack(toml: String(decoding: bytes, as: UTF8.self))
    }
}

extension RuleDocument {
    fileprivate var rows: [[String]] {
        var rows = [
            ["Pack", "\(id) \(version), \(title)"],
            ["Valid", "from \(validFrom)\(validUntil.map { " until \($0)" } ?? "")"],
            ["Markets", markets.isEmpty ? "none: what holds on all" : markets.joined(separator: ", ")],
            ["Digest", digest.hex],
        ]
        if let approvals {
            rows.append(["Approvals", "\(approvals.roles.joined(separator: ", ")), \(approvals.people) people"])
        }
        for route in routes {
            rows.append(["Route \(route.id)", route.outcomes.map(\.id).joined(separator: ", ")])
        }
        rows += rules.map {
            ["Rule \($0.id)", "\($0.gate.name), \($0.stage.rawValue), \($0.severity.rawValue): \($0.clause)"]
        }
        rows += acknowledgements.map {
            ["Rule \($0.id)", "\($0.gate.name), \($0.people) to acknowledge '\($0.subject.rawValue)': \($0.clause)"]
        }
        return rows
    }

    fileprivate func summary(_ lacking: [String]) -> JSON {
        .members([
            "id": .string(id), "version": .string(version.description), "title": .string(title),
            "validFrom": .string(validFrom.description), "validUntil": validUntil.map { .string($0.description) },
            "markets": .strings(markets), "digest": .string(digest.hex),
            "routes": .object(
                Dictionary(routes.map { ($0.id, .strings($0.outcomes.map(\.id))) }) { first, _ in first }),
            "rules": .strings(rules.map(\.id)), "acknowledgements": .strings(acknowledgements.map(\.id)),
            "withoutExample": .strings(lacking),
        ])
    }
}
