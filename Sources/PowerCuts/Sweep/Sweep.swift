import Platform
import Synchronization
package import SystemPackage
import Vocabulary

/// Cuts the power of a scenario everywhere and judges what is left, with several workers at once.
package struct Sweep: Sendable {
    /// A case in which something does not hold.
    package struct Failure: Sendable, Equatable {
        package let this: Case
        package let complaints: [String]
    }

    /// What a sweep of one scenario found.
    package struct Result: Sendable {
        package let scenario: String
        /// How many changes were recorded; there is a cut before each of them and one after the last.
        package var changes: Int
        /// Every cut with every loss that was tried.
        package var cases = 0
        /// The media that differ among them, each judged once.
        package var media = 0
        package var failures: [Failure] = []
        package var slowest: (case: Case, time: Duration)?
        package var time = Duration.zero

        /// Counts another sweep of the same scenario with this one.
        mutating func add(_ other: Result) {
            changes += other.changes
            cases += other.cases
            media += other.media
            failures += other.failures
            time += other.time
            if other.slowest?.time ?? .zero > slowest?.time ?? .zero { slowest = other.slowest }
        }
    }

    /// How many seeded losses are tried at every cut, on top of those that are always tried.
    package var seeds = 0
    package var seed: UInt64 = 1
    package var jobs = 2
    /// Where the media of failures are kept, each in a folder of the case's name; nil where they are not.
    package var keep: FilePath?
    /// Whether the losses that need no seed are tried.
    package var alwaysTried = true
    /// Of the cuts, only each one of so many: for a test that has no time.
    package var stride = 1
    /// How many failures are enough.
    package var failureLimit = 20
    /// How long one case may take before it counts as one that never ends.
    package var patience = Duration.seconds(120)

    package init() {}

    /// Cuts `recording`, which is of a scenario, or of its recovery from the cut `first`.
    package func run(
        _ scenario: any Scenario, _ recording: Recording, after first: Case.Cut? = nil,
        progress: @escaping @Sendable (Result) -> Void = { _ in }
    ) async throws -> Result {
        let begin = ContinuousClock.now
        let queue = CaseQueue(scenario.name, recording, after: first, self)
        let tally = Tally(Result(scenario: scenario.name, changes: recording.steps.count))
        try await withThrowingTaskGroup { group in
            for _ in 0..<jobs {
                group.addTask { try await work(scenario, recording, queue, tally, progress) }
            }
            try await group.waitForAll()
        }
        try Task.checkCancellation()
        var result = tally.result.withLock { $0 }
        (result.cases, result.media) = (await queue.cases, await queue.distinct)
        result.time = ContinuousClock.now - begin
        return result
    }

    /// What the workers of a sweep have found together.
    private final class Tally: Sendable {
        let result: Mutex<Result>
        init(_ result: Result) { self.result = Mutex(result) }
    }

    private func work(
        _ scenario: any Scenario, _ recording: Recording, _ queue: CaseQueue, _ tally: Tally,
        _ progress: @Sendable (Result) -> Void
    ) async throws {
        var seat = Seat(try scenario.makeBench(recording))
        while let job = try await queue.next() {
            let begin = ContinuousClock.now
            let complaints = await judge(job, at: seat)
            // What was broken off may have left anything behind.
            if !complaints.isEmpty {
                seat = Seat(try scenario.makeBench(recording))
                try keep.map { try job.content.lay(in: $0.appending(job.this.description)) }
            }
            let time = ContinuousClock.now - begin
            let (cases, media) = (await queue.cases, await queue.distinct)
            let now = tally.result.withLock { result in
                (result.cases, result.media) = (cases, media)
                if time > result.slowest?.time ?? .zero { result.slowest = (job.this, time) }
                if !complaints.isEmpty { result.failures.append(Failure(this: job.this, complaints: complaints)) }
                return result
            }
            progress(now)
            if now.failures.count >= failureLimit || Task.isCancelled { await queue.stop() }
        }
    }
}

extension Sweep {
    /// A worker's bench, for the task that judges one case.
    // Unchecked because one task at a time has it: the worker only hands it on, waits for the task that judges, and takes a new bench
    // after every complaint, so also after a task that did not end and was left behind with this one.
    fileprivate final class Seat: @unchecked Sendable {
        let bench: any Bench
        init(_ bench: any Bench) { self.bench = bench }
    }

    /// Judges one case; what is thrown is a complaint too, and so is what does not end.
    fileprivate func judge(_ job: CaseQueue.Job, at seat: Seat) async -> [String] {
        let complaints = await Attempt.run(within: patience) {
            do {
                return try await seat.bench.judge(job.content, job.circumstances)
            } catch let fault as any Fault {
                return ["\(fault.code): \(fault.description)"]
            } catch {
                return ["\(error)"]
            }
        }
        return complaints ?? ["it is not at rest after \(patience)"]
    }
}
