import Documents
import Vocabulary

/// Runs the examples that a pack brings along, and finds what has none.
package struct RuleExamples: Sendable {
    /// An example with what came out.
    package struct Result: Sendable, Equatable {
        /// The rule, the outcome as `route.outcome`, the acknowledgement, or `pack` for all of them.
        package let rule: String
        package let title: String
        package let expected: RuleExample.Verdict
        package let found: RuleExample.Verdict

        package var holds: Bool { found == expected }
    }

    private let pack: RuleDocument
    private let time: PossibleTime

    package init(_ pack: RuleDocument) {
        self.pack = pack
        // The dates in examples are written down on the day on which the pack is: when its last source was read.
        let read = pack.sources.compactMap { Timestamp("\($0.read)T00:00:00Z") }
        time = PossibleTime(max(read.max() ?? pack.validFrom, pack.validFrom))
    }

    package func run() -> [Result] {
        var results: [Result] = []
        func add(_ name: String, _ examples: [RuleExample], _ verdict: (RuleContext) -> RuleExample.Verdict) {
            for example in examples {
                let context = RuleContext(record: example.record, market: example.market, time: time)
                results.append(
                    Result(rule: name, title: example.title, expected: example.expect, found: verdict(context)))
            }
        }
        for rule in pack.rules {
            add(rule.id, rule.examples) { context in
                rule.verdict(in: context).map { $0 == .yes ? .keeps : .breaks } ?? .silent
            }
        }
        for rule in pack.acknowledgements {
            add(rule.id, rule.examples) { (rule.when?.truth(in: $0) ?? .yes) == .no ? .silent : .asks }
        }
        for route in pack.routes {
            for outcome in route.outcomes {
                add("\(route.id).\(outcome.id)", outcome.examples) {
                    outcome.permission(in: $0) == .given ? .keeps : .breaks
                }
            }
        }
        add("pack", pack.examples, whole)
        return results
    }

    /// Every rule that refuses, and the outcome if there is one.
    private func whole(_ context: RuleContext) -> RuleExample.Verdict {
        let findings = pack.findings(in: context, at: .build) + pack.findings(in: context, at: .device)
        if findings.contains(where: { $0.severity == .refuse }) { return .breaks }
        guard !pack.routes.isEmpty else { return .keeps }
        return pack.permission(in: context)?.1 == .given ? .keeps : .breaks
    }

    /// What has no example that is kept and none that breaks it, and so could say anything.
    package func lacking() -> [String] {
        var names: [String] = []
        for rule in pack.rules {
            names += [.keeps, .breaks].filter { !rule.examples.show($0) }.map { "\(rule.id): \($0.rawValue)" }
        }
        for rule in pack.acknowledgements {
            let wanted: [RuleExample.Verdict] = rule.when == nil ? [.asks] : [.asks, .silent]
            names += wanted.filter { !rule.examples.show($0) }.map { "\(rule.id): \($0.rawValue)" }
        }
        for route in pack.routes {
            for outcome in route.outcomes {
                let wanted: [RuleExample.Verdict] =
                    !outcome.installs ? [.breaks] : outcome.needs.isEmpty ? [.keeps] : [.keeps, .breaks]
                names += wanted.filter { !outcome.examples.show($0) }.map {
                    "\(route.id).\(outcome.id): \($0.rawValue)"
                }
            }
        }
        return names
    }

    /// Refuses the pack where an example comes out otherwise than it says.
    package func requireAll() throws(RulePackError) {
        for result in run() where !result.holds {
            throw .example(
                pack.id, rule: result.rule, title: result.title, found: result.found.rawValue,
                expected: result.expected.rawValue)
        }
    }
}

extension [RuleExample] {
    fileprivate func show(_ verdict: RuleExample.Verdict) -> Bool { contains { $0.expect == verdict } }
}
