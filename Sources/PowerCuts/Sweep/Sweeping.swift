import TestSupport

/// The whole proof: which scenarios, how many cases, and what is said of it.
package struct Sweeping: Sendable {
    package let scenarios: [any Scenario]
    /// How many cases there are to be in all; what is always tried is not cut down.
    package var cases = 0
    package var sweep = Sweep()

    /// How much more is tried of a store alone than of a whole machine: it costs so much less.
    private static let weight = 8

    package init(_ scenarios: [any Scenario]) { self.scenarios = scenarios }

    /// Records every scenario, then cuts the power of each; tells of each when it begins, goes on and is done.
    package func run(
        _ tell: @escaping @Sendable (Sweep.Result, _ isDone: Bool) -> Void
    ) async throws -> [Sweep.Result] {
        var recordings: [Recording] = []
        for scenario in scenarios { recordings.append(try await scenario.record()) }
        let seeds = seeds(recordings)
        var results: [Sweep.Result] = []
        for (scenario, recording) in zip(scenarios, recordings) {
            var sweep = sweep
            sweep.seeds = seeds * weight(scenario)
            let result = try await sweep.run(scenario, recording) { tell($0, false) }
            tell(result, true)
            results.append(result)
        }
        return results
    }

    /// Cuts at so many places in all, one seeded loss at each: for what takes long.
    package func sample(
        _ count: Int, _ tell: @escaping @Sendable (Sweep.Result, _ isDone: Bool) -> Void
    ) async throws -> [Sweep.Result] {
        var results: [Sweep.Result] = []
        for scenario in scenarios {
            let recording = try await scenario.record()
            var sweep = sweep
            (sweep.alwaysTried, sweep.seeds) = (false, 1)
            sweep.stride = max(1, recording.cuts.count * scenarios.count / max(1, count))
            let result = try await sweep.run(scenario, recording) { tell($0, false) }
            tell(result, true)
            results.append(result)
        }
        return results
    }

    /// Cuts the power twice in so many cases: the second time while the device recovers from the first.
    package func again(
        _ count: Int, _ tell: @escaping @Sendable (Sweep.Result, _ isDone: Bool) -> Void
    ) async throws -> [Sweep.Result] {
        let scenarios = scenarios.compactMap { $0 as? any Recovering }
        guard !scenarios.isEmpty else {
            throw PowerCutsError.cannot("cut the power again", reason: "none of these scenarios is of a whole device")
        }
        // As many recoveries as cuts in each.
        let side = max(1, Int((Double(count) / Double(scenarios.count)).squareRoot().rounded(.up)))
        var (results, dice): ([Sweep.Result], Dice) = ([], Dice(seed: sweep.seed))
        for scenario in scenarios {
            let recording = try await scenario.record()
            var total = Sweep.Result(scenario: scenario.name, changes: 0)
            for number in 0..<side {
                let cuts = recording.steps.count + 1
                let first = Case.Cut(
                    (number * cuts + Int(dice.next() % UInt64(cuts))) / side, .seeded(dice.next() >> 32))
                total.add(try await second(after: first, side, scenario, recording))
                tell(total, false)
            }
            tell(total, true)
            results.append(total)
        }
        return results
    }

    private func second(
        after first: Case.Cut, _ count: Int, _ scenario: any Recovering, _ recording: Recording
    ) async throws -> Sweep.Result {
        let recovery = try await recording.recovery(after: first, of: scenario)
        var sweep = sweep
        (sweep.alwaysTried, sweep.seeds, sweep.stride) = (false, 1, max(1, recovery.cuts.count / count))
        return try await sweep.run(scenario, recovery, after: first)
    }

    /// So many seeds at each cut of a machine that there are enough cases in all.
    private func seeds(_ recordings: [Recording]) -> Int {
        var (always, cuts) = (0, 0)
        for (scenario, recording) in zip(scenarios, recordings) {
            always += recording.cuts.reduce(0) { $0 + Loss.all(before: $1).count }
            cuts += recording.cuts.count * weight(scenario)
        }
        return max(0, (cases - always + cuts - 1) / max(1, cuts))
    }

    private func weight(_ scenario: any Scenario) -> Int { scenario.isMachine ? 1 : Self.weight }
}

extension Recording {
    /// Every change before which the power can be cut, and nil for the cut after the last.
    var cuts: [Change?] { steps.map(\.change) + [nil] }

    /// What the medium holds after a cut.
    package func content(after cut: Case.Cut) throws -> MediumContent {
        var medium = Medium(base)
        for step in steps[..<cut.number] { try medium.make(step.change) }
        return medium.content(cut.loss, cuts[cut.number])
    }

    /// How the device recovers from a cut.
    package func recovery(after cut: Case.Cut, of scenario: any Recovering) async throws -> Recording {
        try await scenario.recovery(from: content(after: cut), circumstances(at: cut.number), of: self)
    }
}
