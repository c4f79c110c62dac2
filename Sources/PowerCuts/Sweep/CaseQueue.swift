import TestSupport
import Vocabulary

/// Hands out the cases of one scenario whose medium nobody has judged yet, and counts all of them.
actor CaseQueue {
    struct Job: Sendable {
        let this: Case
        let content: MediumContent
        let circumstances: Recording.Circumstances
    }

    private let scenario: String
    private let first: Case.Cut?
    private let recording: Recording
    private let seeds: Int
    private let stride: Int
    private let alwaysTried: Bool
    private var dice: Dice
    private var medium: Medium
    private var cut = 0
    private var losses: [Loss] = []
    private var seen: Set<Key> = []
    private(set) var cases = 0
    private var isStopped = false
    /// Whether the losses at this cut have been chosen.
    private var isPlanned: Bool

    /// Media are the same only where what stands beside them is too.
    private struct Key: Hashable {
        let digest: Digest
        let circumstances: String
    }

    init(_ scenario: String, _ recording: Recording, after first: Case.Cut?, _ sweep: Sweep) {
        self.scenario = scenario
        self.first = first
        self.recording = recording
        (seeds, stride, alwaysTried) = (sweep.seeds, sweep.stride, sweep.alwaysTried)
        dice = Dice(seed: sweep.seed)
        medium = Medium(recording.base)
        isPlanned = false
    }

    var distinct: Int { seen.count }

    func stop() { isStopped = true }

    func next() throws -> Job? {
        while !isStopped {
            if !isPlanned { plan() }
            while let loss = losses.popLast() {
                cases += 1
                let content = medium.content(loss, change)
                let circumstances = recording.circumstances(at: cut)
                let key = Key(digest: content.digest, circumstances: "\(circumstances)")
                guard seen.insert(key).inserted else { continue }
                return Job(
                    this: Case(scenario: scenario, first: first, cut: Case.Cut(cut, loss)), content: content,
                    circumstances: circumstances)
            }
            guard let change else { return nil }
            try medium.make(change)
            cut += 1
            isPlanned = false
        }
        return nil
    }

    private var change: Change? { cut < recording.steps.count ? recording.steps[cut].change : nil }

    private func plan() {
        isPlanned = true
        guard cut.isMultiple(of: stride) || change == nil else { return }
        losses =
            (0..<seeds).map { _ in .seeded(dice.next() >> 32) }
            + (alwaysTried ? Loss.all(before: change).reversed() : [])
    }
}
