import Commands
import PowerCuts

/// One case, run again for a person who looks into it.
struct SingleCase {
    private let this: Case
    private let plant: Plant?

    /// So many changes before the cut are shown.
    private static let shown = 12

    init(_ this: Case, plant: String?) throws {
        self.this = this
        self.plant = try plant.map { (name) throws(PowerCutsError) in try Plant.named(name) }
    }

    /// True if everything held.
    func run(_ catalogue: Catalogue) async throws -> Bool {
        guard let scenario = try catalogue.chosen([this.scenario]).first else { return false }
        var recording = try await scenario.record()
        if let plant { recording = try plant.planted(in: recording) }
        if let first = this.first {
            guard let recovering = scenario as? any Recovering else {
                throw PowerCutsError.badCase(this.description, reason: "only a whole device recovers from a first cut")
            }
            _ = try show(first, of: recording)
            recording = try await recording.recovery(after: first, of: recovering)
        }
        let content = try show(this.cut, of: recording)
        let bench = try scenario.makeBench(recording)
        let complaints = try await bench.judge(content, recording.circumstances(at: this.cut.number))
        Terminal.say(bench.account)
        for complaint in complaints { Terminal.say("FAILED: \(complaint)") }
        if complaints.isEmpty { Terminal.say("nothing failed: \(recording.answer)") }
        return complaints.isEmpty
    }

    /// Shows the changes before a cut and what it took; gives what is left.
    private func show(_ cut: Case.Cut, of recording: Recording) throws -> MediumContent {
        guard cut.number <= recording.steps.count else {
            throw PowerCutsError.badCase(this.description, reason: "there are only \(recording.steps.count) changes")
        }
        let changes = recording.steps.map(\.change)
        for number in max(0, cut.number - Self.shown)..<cut.number {
            Terminal.say("  \(number) \(changes[number].summary)")
        }
        let next = cut.number < changes.count ? "before: \(changes[cut.number].summary)" : "after the last change"
        Terminal.say("  -- the power is cut -- \(next)")
        let content = try recording.content(after: cut)
        let kept = try recording.content(after: Case.Cut(cut.number, .kept))
        for name in Set(kept.files.keys).union(content.files.keys).sorted()
        where kept.files[name] != content.files[name] {
            let (there, written) = (content.files[name], kept.files[name])
            Terminal.say(
                "  \(name): \(there.map { "\($0.count) bytes" } ?? "nothing") of \(written?.count ?? 0) written")
        }
        return content
    }
}
