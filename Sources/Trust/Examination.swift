/// One thing that was checked, and what came of it.
package struct TrustCheck: Sendable, Equatable {
    /// What is checked, in the order in which it is.
    package enum Rule: String, Sendable, CaseIterable {
        case encoding
        case certificate
        case content
        case signature
        case chain
        case role
        case algorithms
        case purpose
        case time
        case revocation
        case certificates
        case keys
        case people
        case required
    }

    package enum Verdict: Sendable, Equatable {
        /// It holds; the text says what was seen.
        case passed(String)
        case failed(TrustError)
        /// It could not be asked, because something before it failed.
        case notReached
    }

    package let rule: Rule
    /// The signer; nil for what concerns all of them.
    package let subject: String?
    package let verdict: Verdict
}

/// Everything that was checked of one set of approvals.
package struct Examination: Sendable {
    /// All checks, also those after the first that failed.
    package let checks: [TrustCheck]
    package let warnings: [TrustWarning]
    /// The approvals of the signers that hold each by itself, also where all together are refused.
    package let approvals: [Approval]
    /// The verified content, or the first check that failed.
    package let result: Result<VerifiedContent, TrustError>
}

/// Notes verdicts one after the other.
struct Checklist {
    private(set) var checks: [TrustCheck] = []
    let subject: String?

    init(subject: String?) { self.subject = subject }

    var failure: TrustError? {
        for check in checks {
            if case .failed(let error) = check.verdict { return error }
        }
        return nil
    }

    /// Runs a check that gives a text of what it saw; nil if it failed.
    @discardableResult
    mutating func check<Value>(
        _ rule: TrustCheck.Rule, _ body: () throws(TrustError) -> (Value, String)
    ) -> Value? {
        do throws(TrustError) {
            let (value, text) = try body()
            checks.append(TrustCheck(rule: rule, subject: subject, verdict: .passed(text)))
            return value
        } catch {
            checks.append(TrustCheck(rule: rule, subject: subject, verdict: .failed(error)))
            return nil
        }
    }

    mutating func skip(_ rules: TrustCheck.Rule...) {
        for rule in rules { checks.append(TrustCheck(rule: rule, subject: subject, verdict: .notReached)) }
    }
}
