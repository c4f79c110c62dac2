package import Documents

extension RuleDocument {
    /// What the rules find that are asked at `stage`, and by `gate` if one is given, in the order of the pack.
    package func findings(in context: RuleContext, at stage: Rule.Stage, gate: Gate? = nil) -> [RuleFinding] {
        rules.compactMap { rule in
            guard rule.isAsked(at: stage), gate == nil || rule.gate == gate else { return nil }
            guard let verdict = rule.verdict(in: context), verdict != .yes else { return nil }
            return RuleFinding(
                rule: reference(rule.id), gate: rule.gate, severity: rule.severity, clause: rule.clause,
                market: context.market?["market"]?.string, message: rule.message, advice: rule.advice,
                dateQuestion: verdict == .open ? rule.dateQuestion(in: context) : nil)
        }
    }

    /// What the pack says of the outcome in an assessment; nil where it knows no such route or outcome.
    package func permission(in context: RuleContext) -> (outcome: Route.Outcome, Route.Permission)? {
        let assessment = context.market?["assessment"]
        guard let route = route(assessment?["route"]?.string ?? Route.unnamed),
            let outcome = route.outcome(assessment?["outcome"]?.string ?? "")
        else { return nil }
        return (outcome, outcome.permission(in: context))
    }
}

/// Judges a record by packs where it is written and built: what the device will say, and what only its authors need to know.
package struct RecordCheck: Sendable {
    private let packs: [RuleDocument]
    private let time: PossibleTime

    package init(packs: [RuleDocument], time: PossibleTime) {
        self.packs = packs
        self.time = time
    }

    /// The pack that serves a market: one that names it, else one that serves any.
    package func pack(serving market: String) -> RuleDocument? {
        packs.first { $0.serves(market) } ?? packs.first { $0.serves(RuleDocument.anyMarket) }
    }

    /// Everything that the packs find, in their order: of the record as a whole first, then market by market.
    package func findings(in record: JSON) -> [RuleFinding] {
        var context = RuleContext(record: record, time: time)
        var findings = packs.filter { $0.id == RuleDocument.common }.flatMap { $0.findings(in: context, at: .build) }
        for entry in record["markets"]?.array ?? [] {
            guard let market = entry["market"]?.string, let pack = pack(serving: market) else { continue }
            context.market = entry
            findings += pack.findings(in: context, at: .build)
            if let finding = outcomeFinding(of: market, pack, context) { findings.append(finding) }
        }
        return findings
    }

    /// The markets of the record that no pack serves.
    package func unservedMarkets(in record: JSON) -> [String] {
        (record["markets"]?.array ?? []).compactMap { $0["market"]?.string }.filter { pack(serving: $0) == nil }
    }

    /// A word that the pack does not know, or a release that is said to be out although no device would take it.
    private func outcomeFinding(of market: String, _ pack: RuleDocument, _ context: RuleContext) -> RuleFinding? {
        let assessment = context.market?["assessment"]
        let route = assessment?["route"]?.string ?? Route.unnamed
        let outcome = assessment?["outcome"]?.string ?? ""
        func finding(_ clause: String, _ message: String, _ advice: String, _ severity: Rule.Severity) -> RuleFinding {
            RuleFinding(
                rule: pack.reference("\(route).\(outcome)"), gate: .market, severity: severity, clause: clause,
                market: market, message: message, advice: advice, dateQuestion: nil)
        }
        guard let known = pack.route(route) else {
            let words = pack.routes.map(\.id).joined(separator: ", ")
            return finding(Gate.market.clause, "the pack knows no route '\(route)', only \(words)", "", .refuse)
        }
        guard let meaning = known.outcome(outcome) else {
            let words = known.outcomes.map(\.id).joined(separator: ", ")
            return finding(
                known.clause, "the route '\(route)' knows no outcome '\(outcome)', only \(words)", "", .refuse)
        }
        guard context.market?["released"] == true, case .refused(let reason) = meaning.permission(in: context) else {
            return nil
        }
        let message = "it is released, but no device may install it: \(reason)"
        return finding(meaning.clause, message, meaning.advice, .refuse)
    }
}
