package import ChangeControl
package import Documents
package import Platform
package import SystemPackage

/// What the rule packs say of a record where it is written: what contradicts itself, and which outcomes its markets could have.
package struct RecordJudgement: Sendable {
    private let packs: [RuleDocument]
    private let time: PossibleTime

    package init(packs: [RuleDocument], time: PossibleTime) {
        self.packs = packs
        self.time = time
    }

    /// The packs in a folder, each as people write it; nil where there is no such folder or nothing in it.
    package static func packs(in folder: FilePath, _ storage: Storage) throws(ReleaseError) -> [RuleDocument]? {
        guard storage.exists(folder) else { return nil }
        let names = try attempt { () throws(StorageError) in try storage.names(in: folder) }
        var packs: [RuleDocument] = []
        for name in names.sorted() where name.hasSuffix(".toml") {
            let path = folder.appending(name)
            let text = try RecordFile.text(of: path, in: storage)
            do throws(RulePackError) { packs.append(try DraftRulePack(toml: text).content) } catch {
                throw .rulePack(path, error)
            }
        }
        return packs.isEmpty ? nil : packs
    }

    /// Where the packs are if nobody says: `rules` beside the file or one folder up.
    package static func standardPlaces(for file: FilePath) -> [FilePath] {
        let folder = file.removingLastComponent()
        return [folder.appending("rules"), folder.appending("..").appending("rules")]
    }

    private var check: RecordCheck { RecordCheck(packs: packs, time: time) }

    /// Everything that is to be said against the record, and what its authors should know.
    package func findings(in record: ChangeRecord) -> [RuleFinding] { check.findings(in: record.json) }

    /// The markets that no pack serves: nobody has judged what the record says of them.
    package func unservedMarkets(in record: ChangeRecord) -> [String] { check.unservedMarkets(in: record.json) }

    /// Question by question and outcome by outcome, why the record's entry for a market is allowed or not; nil where no pack serves it or
    /// the record does not speak of it.
    package func explanation(of record: ChangeRecord, market: String) -> MarketExplanation? {
        guard let index = record.markets.firstIndex(where: { $0.market == market }),
            let pack = check.pack(serving: market)
        else { return nil }
        let assessment = record.markets[index].assessment
        let route = pack.route(assessment.route ?? Route.unnamed)
        let place = RecordPlace().member("markets").element(index)
        let outcomes = (route?.outcomes ?? []).map { outcome in
            var supposed = place.member("assessment").member("outcome").setting(.string(outcome.id), in: record.json)
            supposed = place.member("released").setting(true, in: supposed)
            let findings = check.findings(in: supposed).filter { $0.market == market && $0.severity == .refuse }
            return MarketExplanation.Possibility(
                outcome: outcome.id, title: outcome.title, clause: outcome.clause,
                isStated: outcome.id == assessment.outcome, against: findings)
        }
        return MarketExplanation(
            market: market, pack: "\(pack.id) \(pack.version)",
            route: route?.title ?? "unknown: \(assessment.route ?? "")",
            stated: assessment.outcome,
            answers: (route?.questions ?? []).map { question in
                let answer = assessment[question.member]
                return MarketExplanation.Answer(
                    id: question.id, text: question.text, clause: question.clause,
                    answer: answer?["answer"]?.string, rationale: answer?["rationale"]?.string)
            }, possibilities: outcomes)
    }
}

/// Why an outcome is or is not allowed for a market.
package struct MarketExplanation: Sendable {
    package struct Answer: Sendable {
        package let id: String
        package let text: String
        package let clause: String
        package let answer: String?
        package let rationale: String?
    }

    /// An outcome that the route knows, and what would stand against it in this record.
    package struct Possibility: Sendable {
        package let outcome: String
        package let title: String
        package let clause: String
        package let isStated: Bool
        package let against: [RuleFinding]
    }

    package let market: String
    package let pack: String
    package let route: String
    package let stated: String
    package let answers: [Answer]
    package let possibilities: [Possibility]

    package var json: JSON {
        [
            "market": .string(market), "pack": .string(pack), "route": .string(route), "outcome": .string(stated),
            "questions": .array(
                answers.map { answer in
                    .members([
                        "id": .string(answer.id), "text": .string(answer.text), "clause": .string(answer.clause),
                        "answer": answer.answer.map(JSON.string), "rationale": answer.rationale.map(JSON.string),
                    ])
                }),
            "outcomes": .array(
                possibilities.map { possibility in
                    [
                        "outcome": .string(possibility.outcome), "title": .string(possibility.title),
                        "clause": .string(possibility.clause), "stated": .bool(possibility.isStated),
                        "allowed": .bool(possibility.against.isEmpty),
                        "against": .array(possibility.against.map(\.json)),
                    ]
                }),
        ]
    }
}
