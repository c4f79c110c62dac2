package import Documents
package import Vocabulary

/// How a self-test came out.
package enum SelfTestVerdict: String, Sendable, Hashable {
    case passed
    case failed
    /// It did not end within its time.
    case timedOut = "timed-out"
    /// It could not be asked: no such program, no bus, no port.
    case error
    /// The time of all tests was up, or they were called off, before it began.
    case notRun = "not-run"
}

/// What one self-test showed: evidence, kept whole.
package struct SelfTestResult: Sendable, Hashable {
    package let id: String
    package let title: String
    package let kind: String
    package let isRequired: Bool
    package let isAttended: Bool
    package let verdict: SelfTestVerdict
    /// Why it did not pass; empty where it did.
    package let reason: String
    /// What was measured or seen by the last attempt.
    package let value: JSON?
    /// What the value was held to.
    package let limit: JSON?
    package let unit: String?
    package let attempts: Int
    /// Why each attempt before the last did not pass.
    package let earlierReasons: [String]
    package let start: Timestamp
    /// From the first attempt's begin to the last one's end.
    package let milliseconds: Int64
    /// The beginning of what it printed or answered.
    package let output: String
    /// What a command was kept apart from, as the kernel granted it.
    package let isolation: [String]?

    package var json: JSON {
        .members([
            "id": .string(id), "title": .string(title), "kind": .string(kind), "required": .bool(isRequired),
            "attended": .bool(isAttended),
            "verdict": .string(verdict.rawValue), "reason": reason.isEmpty ? nil : .string(reason), "value": value,
            "limit": limit, "unit": unit.map(JSON.string), "attempts": .number(attempts),
            "earlier-reasons": earlierReasons.isEmpty ? nil : .strings(earlierReasons),
            "start": .string(start.description), "duration-ms": .integer(milliseconds),
            "output": output.isEmpty ? nil : .string(output), "isolation": isolation.map(JSON.strings),
        ])
    }
}

/// What all self-tests of a plan showed.
package struct SelfTestReport: Sendable, Hashable {
    package enum Verdict: String, Sendable, Hashable {
        case passed
        /// A required test did not pass, for whatever reason.
        case failed
        /// No test is required: nothing was proven.
        case nothingRequired = "nothing-required"
    }

    package let start: Timestamp
    package let milliseconds: Int64
    package let declarations: [SelfTestPlan.Declaration]
    package let results: [SelfTestResult]

    package var verdict: Verdict {
        let required = results.filter(\.isRequired)
        if required.isEmpty { return .nothingRequired }
        return required.allSatisfy { $0.verdict == .passed } ? .passed : .failed
    }

    /// The required tests that did not pass.
    package var failures: [SelfTestResult] { results.filter { $0.isRequired && $0.verdict != .passed } }

    package var json: JSON {
        [
            "verdict": .string(verdict.rawValue), "start": .string(start.description),
            "duration-ms": .integer(milliseconds), "tests": .array(results.map(\.json)),
            "declarations": .array(
                declarations.map { ["file": .string($0.file), "sha256": .string($0.digest.hex)] }),
        ]
    }
}
