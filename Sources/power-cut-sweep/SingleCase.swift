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
        guard this.cut <= recording.steps.count else {
            throw PowerCutsError.badCase(this.description, reason: "there are only \(recording.steps.count) changes")
        }
        var medium = Medium(recording.base)
        for (number, step) in recording.steps[..<this.cut].enumerated() {
            try medium.make(step.change)
            if number >= this.cut - Self.shown { Terminal.say("  \(number) \(step.change.summary)") }
        }
        let change = this.cut < recording.steps.count ? recording.steps[this.cut].change : nil
        Terminal.say("  -- the power is cut -- \(change.map { "before: \($0.summary)" } ?? "after the last change")")
        let content = medium.content(this.loss, change)
        let kept = medium.content(.kept)
        for name in Set(kept.files.keys).union(content.files.keys).sorted()
        where kept.files[name] != content.files[name] {
            let (there, written) = (content.files[name], kept.files[name])
            Terminal.say(
                "  \(name): \(there.map { "\($0.count) bytes" } ?? "nothing") of \(written?.count ?? 0) written")
        }
        let bench = try scenario.makeBench(recording)
        let complaints = try await bench.judge(content, recording.circumstances(at: this.cut))
        Terminal.say(bench.account)
        for complaint in complaints { Terminal.say("FAILED: \(complaint)") }
        if complaints.isEmpty { Terminal.say("nothing failed: \(recording.answer)") }
        return complaints.isEmpty
    }
}
