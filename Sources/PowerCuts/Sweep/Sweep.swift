import Vocabulary
import Synchronization

/// Cuts the power of a scenario everywhere and judges what is left, with several workers at once.
package struct Sweep: Sendable {
    package struct Failure: Sendable, Equatable {
        package let this: Case
        package let complaints: [String]
    }

    package struct Result: Sendable {
        package let scenario: String
        package let operations: Int
        package var cases = 0
        package var distinct = 0
        package var failures: [Failure] = []
        package var slowest: (case: Case, time: Duration)?
        package var time = Duration.zero
    }

    /// How many seeded losses are tried at every cut, on top of those that are always tried.
    package var seeds = 0
    package var seed: UInt64 = 1
    package var jobs = 2
    /// How many failures are enough.
    package var failureLimit = 20
    /// How long one case may take before it counts as one that never ends.
    package var patience = Duration.seconds(120)

    package init() {}

    package func run(
        _ scenario: any Scenario, _ recording: Recording, progress: @escaping @Sendable (Result) -> Void = { _ in }
    ) async throws -> Result {
        let begin = ContinuousClock.now
        let queue = CaseQueue(scenario.name, recording, seeds: seeds, seed: seed)
        let tally = Tally(Result(scenario: scenario.name, operations: recording.steps.count))
        try await withThrowingTaskGroup { group in
            for _ in 0..<jobs {
                group.addTask { try await work(scenario, recording, queue, tally, progress) }
            }
            try await group.waitForAll()
        }
        var result = tally.result.withLock { $0 }
        (result.cases, result.distinct) = (await queue.cases, await queue.distinct)
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
        let bench = try scenario.makeBench(recording)
        while let job = try await queue.next() {
            let (complaints, time) = await judge(job, on: bench)
            let (cases, distinct) = (await queue.cases, await queue.distinct)
            let now = tally.result.withLock { result in
                (result.cases, result.distinct) = (cases, distinct)
                if time > result.slowest?.time ?? .zero { result.slowest = (job.this, time) }
                if !complaints.isEmpty { result.failures.append(Failure(this: job.this, complaints: complaints)) }
                return result
            }
            progress(now)
            if now.failures.count >= failureLimit || Task.isCancelled { await queue.stop() }
        }
    }

    private func judge(_ job: CaseQueue.Job, on bench: any Bench) async -> ([String], Duration) {
        let begin = ContinuousClock.now
        do {
            return (try await bench.judge(job.content, job.circumstances), ContinuousClock.now - begin)
        } catch let fault as any Fault {
            return (["\(fault.code): \(fault.description)"], ContinuousClock.now - begin)
        } catch {
            return (["\(error)"], ContinuousClock.now - begin)
        }
    }
}
