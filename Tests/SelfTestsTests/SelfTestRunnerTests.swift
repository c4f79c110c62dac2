import Documents
import Platform
import SelfTests
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// A unit of each name is in the state that stands next in its list; the last one stays.
private final class Script: UnitStates {
    private let states: Mutex<[String: [String]]>

    init(_ states: [String: [String]]) { self.states = Mutex(states) }

    func state(of unit: String) async throws -> UnitState {
        let active = states.withLock { states -> String in
            guard let left = states[unit], let next = left.first else { return "inactive" }
            if left.count > 1 { states[unit]?.removeFirst() }
            return next
        }
        if active == "hang" { await waitToBeCancelled() }
        return UnitState(load: "loaded", active: active, sub: "")
    }
}

private struct FixedClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 1_767_225_600) }
}

private func plan(_ units: [(id: String, lines: String)]) throws -> SelfTestPlan {
    let folder = try TemporaryFolder()
    let text = units.map {
        "[[test]]\ntimeout = 600\nid = \"\($0.id)\"\nkind = \"unit\"\nunit = \"\($0.id).service\"\n\($0.lines)\n"
    }
    try folder.write("a.toml", text.joined())
    return try SelfTestPlan.read(folder: folder.path)
}

private func run(
    _ units: [(id: String, lines: String)], _ states: [String: [String]], deadline: Duration = .seconds(600)
) async throws -> SelfTestReport {
    let runner = SelfTestRunner(units: Script(states), clock: FixedClock())
    return await runner.run(try plan(units), deadline: deadline)
}

@Suite("Runs of self-tests")
struct SelfTestRunnerTests {
    @Test(
        "A release passes when every required test does",
        arguments: [
            (["active", "active"], ["", ""], SelfTestReport.Verdict.passed),
            (["active", "failed"], ["", ""], .failed), (["active", "failed"], ["", "required = false"], .passed),
            (["failed", "active"], ["", "required = false"], .failed),
            (["active", "active"], ["required = false", "required = false"], .nothingRequired),
        ])
    func verdict(states: [String], lines: [String], verdict: SelfTestReport.Verdict) async throws {
        let report = try await run(
            [("one", lines[0]), ("two", lines[1])], ["one.service": [states[0]], "two.service": [states[1]]])
        #expect(report.verdict == verdict)
        #expect(report.results.count == 2)
    }

    @Test("A test that needs a person is not run with the others, and proves nothing to a trial")
    func attended() async throws {
        let report = try await run(
            [("one", ""), ("two", "attended = true")], ["one.service": ["active"], "two.service": ["failed"]])
        #expect(report.verdict == .passed)
        #expect(report.results.map(\.id) == ["one"])
        #expect(report.results[0].json["attended"] == false)
        let alone = try await run([("two", "attended = true")], ["two.service": ["active"]])
        #expect(alone.verdict == .nothingRequired)
    }

    @Test("One test is run for a person, with all its tries")
    func oneForAPerson() async throws {
        let plan = try plan([("two", "attended = true\nretries = 2\ninterval = 0.01")])
        let runner = SelfTestRunner(units: Script(["two.service": ["failed", "active"]]), clock: FixedClock())
        let result = await runner.run(one: try #require(plan.tests.first))
        #expect(result.verdict == .passed && result.attempts == 2)
        #expect(result.json["attended"] == true)
    }

    // What is expected, what the person says, and what comes of it.
    @Test(
        "A question passes with the expected answer only",
        arguments: [
            ("yes", true, SelfTestVerdict.passed), ("yes", false, .failed), ("no", false, .passed),
            ("no", true, .failed), ("yes", nil, .notRun), ("no", nil, .notRun),
        ] as [(String, Bool?, SelfTestVerdict)])
    func question(expected: String, said: Bool?, verdict: SelfTestVerdict) async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "a.toml", "[[test]]\nid = \"x\"\nkind = \"ask\"\nquestion = \"Well?\"\nanswer = \"\(expected)\"\n")
        let test = try #require(try SelfTestPlan.read(folder: folder.path).tests.first)
        let result = await SelfTestRunner(clock: FixedClock()).run(one: test, answer: said)
        #expect(result.verdict == verdict)
        #expect(result.value == said.map { .string($0 ? "yes" : "no") })
        #expect(result.limit == .string(expected))
    }

    @Test("No tests prove nothing")
    func nothing() async {
        let report = await SelfTestRunner().run(SelfTestPlan(tests: []), deadline: .seconds(1))
        #expect(report.verdict == .nothingRequired)
    }

    @Test("A test that does not pass is tried again as often as it says, and every reason is kept")
    func retries() async throws {
        let report = try await run(
            [("slow", "retries = 3\ninterval = 0.01"), ("dead", "retries = 1\ninterval = 0.01"), ("once", "")],
            [
                "slow.service": ["activating", "failed", "active"], "dead.service": ["failed"],
                "once.service": ["failed"],
            ])
        #expect(report.results.map(\.verdict) == [.passed, .failed, .failed])
        #expect(report.results.map(\.attempts) == [3, 2, 1])
        #expect(report.results[0].reason.isEmpty)
        #expect(
            report.results[0].earlierReasons == [
                "'slow.service' is activating (), not active", "'slow.service' is failed (), not active",
            ])
    }

    @Test("When the time of all is up, the test that runs is timed out and the rest are not run")
    func overallDeadline() async throws {
        let report = try await run(
            [("one", "retries = 9"), ("two", "")], ["one.service": ["hang"], "two.service": ["active"]],
            deadline: .milliseconds(300))
        #expect(report.results.map(\.verdict) == [.timedOut, .notRun])
        #expect(report.results.map(\.attempts) == [1, 0])
        #expect(report.verdict == .failed)
        #expect(report.failures.map(\.id) == ["one", "two"])
    }

    @Test("Tests that are called off are not run, and do not pass")
    func cancelling() async throws {
        let plan = try plan([("one", ""), ("two", "")])
        let task = Task {
            await SelfTestRunner(units: Script(["one.service": ["hang"], "two.service": ["active"]]))
                .run(plan, deadline: .seconds(60))
        }
        task.cancel()
        let report = await task.value
        #expect(report.results.last?.verdict == .notRun)
        #expect(report.verdict == .failed)
    }

    @Test("Whoever watches hears of every test as it begins and ends")
    func progress() async throws {
        let heard = Mutex<[String]>([])
        let runner = SelfTestRunner(units: Script(["one.service": ["active"]]))
        _ = await runner.run(try plan([("one", ""), ("two", "")]), deadline: .seconds(60)) { step in
            heard.withLock { heard in
                switch step {
                case .started(let test, let number, let count): heard.append("\(test.id) \(number)/\(count)")
                case .ended(let result): heard.append("\(result.id) \(result.verdict)")
                }
            }
        }
        #expect(heard.withLock { $0 } == ["one 1/2", "one passed", "two 2/2", "two failed"])
    }

    @Test("The record holds what was asked, what was seen and what it was held to")
    func record() async throws {
        let report = try await run([("pump", "title = \"The pump runs\"")], ["pump.service": ["failed"]])
        let json = try JSONReader.read(report.json.canonicalBytes, limit: 100_000)
        #expect(json["verdict"] == "failed")
        #expect(json["start"] == "2026-01-01T00:00:00Z")
        #expect(json["declarations"]?.array?.first?["file"] == "a.toml")
        let test = try #require(json["tests"]?.array?.first)
        #expect(test["id"] == "pump")
        #expect(test["title"] == "The pump runs")
        #expect(test["kind"] == "unit")
        #expect(test["required"] == true)
        #expect(test["verdict"] == "failed")
        #expect(test["value"] == "failed")
        #expect(test["limit"] == "active")
        #expect(test["attempts"] == 1)
        #expect(test["reason"] == "'pump.service' is failed (), not active")
        #expect(test["duration-ms"]?.integer != nil)
    }
}
