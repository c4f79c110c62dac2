package import Platform
package import SystemPackage
import Vocabulary

/// Runs the self-tests of a plan one after the other and keeps everything they show.
///
/// How it works: each attempt has its own time, cut to what is left of the time of all. A test that does not pass is
/// tried again as often as it says. One that hangs in the kernel is left where it hangs, with its thread, and not
/// tried again: at most one thread a test is lost that way.
package struct SelfTestRunner: Sendable {
    private let machine: Machine
    private let clock: any WallClock

    /// `root` stands before every path that a test names, so that a machine can be a folder.
    package init(
        root: FilePath = "/", units: (any UnitStates)? = nil, storage: Storage = Storage(),
        clock: any WallClock = SystemClock()
    ) {
        machine = Machine(root: root, units: units, storage: storage)
        self.clock = clock
    }

    /// Runs all tests that need nobody within `deadline`; the ones it cuts off are `notRun`.
    ///
    /// Cancelling the task does the same at once.
    package func run(
        _ plan: SelfTestPlan, deadline: Duration,
        progress: @Sendable (SelfTestProgress) -> Void = { _ in }
    ) async -> SelfTestReport {
        let start = clock.now()
        let begin = ContinuousClock.now
        var results: [SelfTestResult] = []
        let tests = plan.unattended
        for test in tests {
            progress(.started(test, number: results.count + 1, of: tests.count))
            let result = await run(test, nil, until: begin + deadline)
            results.append(result)
            progress(.ended(result))
        }
        return SelfTestReport(
            start: start, milliseconds: (ContinuousClock.now - begin).milliseconds, declarations: plan.declarations,
            results: results)
    }

    /// Runs one test for a person who is there; `answer` is what they say to its question, nil where they say nothing.
    package func run(one test: SelfTest, answer: Bool? = nil) async -> SelfTestResult {
        let attempts = test.retries + 1
        // All that the declaration allows, and a moment for what it does not count.
        return await run(test, answer, until: .now + (test.timeout + test.interval) * attempts + .seconds(10))
    }

    private func run(
        _ test: SelfTest, _ answer: Bool?, until deadline: ContinuousClock.Instant
    ) async -> SelfTestResult {
        let start = clock.now()
        let begin = ContinuousClock.now
        var reasons: [String] = []
        var last = Observation(.notRun, "the time of all self-tests was up before it began")
        while reasons.count <= test.retries {
            let rest = deadline - ContinuousClock.now
            if Task.isCancelled {
                if reasons.isEmpty { last = Observation(.notRun, "the self-tests were called off") }
                break
            }
            guard rest > .zero else { break }
            last = await machine.observe(test, answer, within: min(rest, test.timeout))
            reasons.append(last.reason)
            guard last.verdict != .passed, last.mayBeRepeated, reasons.count <= test.retries else { break }
            let pause = min(test.interval, deadline - ContinuousClock.now)
            // Called off while it pauses: the check above sees it.
            if pause > .zero { try? await Task.sleep(for: pause) }
        }
        return SelfTestResult(
            id: test.id, title: test.title, kind: test.kind, isRequired: test.isRequired,
            isAttended: test.isAttended, verdict: last.verdict, reason: last.reason, value: last.value,
            limit: last.limit, unit: last.unit, attempts: reasons.count,
            earlierReasons: Array(reasons.dropLast()), start: start,
            milliseconds: (ContinuousClock.now - begin).milliseconds, output: last.output, isolation: last.isolation)
    }
}

/// How far a run of self-tests is.
package enum SelfTestProgress: Sendable {
    case started(SelfTest, number: Int, of: Int)
    case ended(SelfTestResult)
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
