import ArgumentParser
import ChangeControl
import Commands
import Documents
import Platform
import Releases
import SystemPackage
import Vocabulary

/// Where a record is, and the rule packs that it is judged by.
struct JudgedRecord: ParsableArguments {
    @Argument(
        help: "A record, or a release whose record and evidence are checked too.",
        completion: .file(extensions: ["toml"]))
    var file: String
    @Option(
        name: .long, help: "The folder of the rule packs; by default 'rules' beside the file or one folder up.",
        completion: .directory)
    var rules: String?
    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    /// A release's files are compared with the digests in its record; of a record alone only what it says is read.
    func record() throws -> ChangeRecord {
        let (path, storage) = (FilePath(file), Storage())
        if file.hasSuffix(".change.toml") { return try ReleaseSource.record(path, in: storage) }
        return try ReleaseSource.read(path, in: storage, sourceDateEpoch: Environment.value("SOURCE_DATE_EPOCH") ?? "0")
            .change
    }

    /// Nil where nobody named a folder and none is where it usually is.
    static func judgement(_ rules: String?, for file: String) throws -> RecordJudgement? {
        let storage = Storage()
        let places = rules.map { [FilePath($0)] } ?? RecordJudgement.standardPlaces(for: FilePath(file))
        for place in places {
            guard let packs = try RecordJudgement.packs(in: place, storage) else { continue }
            return RecordJudgement(packs: packs, time: PossibleTime(SystemClock().now()))
        }
        if rules != nil { throw ReleaseError.noRulePacks(places) }
        return nil
    }

    func judgement() throws -> RecordJudgement {
        guard let judgement = try Self.judgement(rules, for: file) else {
            throw ReleaseError.noRulePacks(RecordJudgement.standardPlaces(for: FilePath(file)))
        }
        return judgement
    }
}

extension ChangeCommand {
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a record strictly, and say what contradicts itself or would be refused.",
            discussion: """
                Every finding has its clause and what to change. With a release instead of a record the files that it names \
                are compared with the record's digests. Exit status 3 where something must be changed.
                """)

        @OptionGroup var judged: JudgedRecord

        func run() throws {
            let record = try judged.record()
            let judgement = try judged.judgement()
            let findings = judgement.findings(in: record)
            let unserved = judgement.unservedMarkets(in: record)
            let mixed = record.separable
            if judged.json {
                Terminal.say(report(record, findings, unserved).prettyText)
            } else {
                for finding in findings { show(finding) }
                for market in unserved { Terminal.say("note: no rule pack serves '\(market)': nobody has judged it") }
                if !mixed.security.isEmpty && !mixed.features.isEmpty {
                    Terminal.say(
                        "note: security and other changes travel together; 'aftercare-fleet change split \(judged.file) --ids "
                            + "\(mixed.security.joined(separator: ",")) ...' takes them apart")
                }
            }
            let refusals = findings.count { $0.severity == .refuse }
            guard refusals == 0 else { throw ReleaseError.contradictions(FilePath(judged.file), refusals) }
            if !judged.json {
                Terminal.say("\(judged.file): record '\(record.id)', digest \(record.digest), is coherent")
            }
        }

        private func show(_ finding: RuleFinding) {
            let market = finding.market.map { " \($0)" } ?? ""
            Terminal.say("\(finding.severity.rawValue)\(market): \(finding.message)")
            Terminal.say("  clause: \(finding.clause)")
            if !finding.advice.isEmpty { Terminal.say("  change: \(finding.advice)") }
            Terminal.say("  rule:   \(finding.rule)")
        }

        private func report(_ record: ChangeRecord, _ findings: [RuleFinding], _ unserved: [String]) -> JSON {
            let mixed = record.separable
            return [
                "record": .string(record.id), "digest": .string(record.digest.hex),
                "findings": .array(findings.map(\.json)), "unservedMarkets": .strings(unserved),
                "separable": ["security": .strings(mixed.security), "features": .strings(mixed.features)],
            ]
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Show question by question why a market's outcome is or is not allowed, and which others would be.")

        @OptionGroup var judged: JudgedRecord
        @Option(name: .long, help: "The market; all of the record if it is left out.")
        var market: String?

        func run() throws {
            let record = try judged.record()
            let judgement = try judged.judgement()
            let explanations = (market.map { [$0] } ?? record.markets.map(\.market)).compactMap { market in
                judgement.explanation(of: record, market: market)
            }
            if let market, explanations.isEmpty { throw ReleaseError.marketNotExplained(market) }
            if judged.json {
                Terminal.say(JSON.array(explanations.map(\.json)).prettyText)
            } else {
                for explanation in explanations { show(explanation) }
            }
        }

        private func show(_ explanation: MarketExplanation) {
            Terminal.say("\(explanation.market): \(explanation.route), by rule pack \(explanation.pack)")
            for answer in explanation.answers {
                Terminal.say("  \(answer.id)  \(answer.text) [\(answer.clause)]")
                Terminal.say("      \(answer.answer ?? "not answered")\(answer.rationale.map { ": \($0)" } ?? "")")
            }
            for possibility in explanation.possibilities {
                let stated = possibility.isStated ? " (this is what the record states)" : ""
                let verdict = possibility.against.isEmpty ? "allowed" : "not allowed"
                Terminal.say("  \(possibility.outcome): \(verdict)\(stated) [\(possibility.clause)]")
                for finding in possibility.against {
                    Terminal.say("      \(finding.message) [\(finding.clause)]")
                }
            }
            Terminal.say("")
        }
    }
}
