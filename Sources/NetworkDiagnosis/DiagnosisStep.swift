package import Documents
package import Vocabulary

/// What one step of a diagnosis found.
package struct DiagnosisStep: Sendable, Equatable {
    /// In the order in which they are taken: each stands on those before it.
    package enum Kind: String, Sendable, CaseIterable {
        case link, address, gateway, dns, proxy, tcp, tls, time, endpoint
    }

    package enum Verdict: String, Sendable {
        case good, bad
        /// It could not be found out.
        case unknown
        /// A step before it is bad, or there is nothing to look at.
        case skipped
    }

    package let step: Kind
    /// The endpoint's name; nil for what is the same for all.
    package let endpoint: String?
    package let verdict: Verdict
    /// What was seen, with numbers.
    package let found: String
    /// What a technician can tell those who run the network; empty where there is nothing to tell.
    package let tell: String
    /// Of a bad step.
    package let code: FaultCode?

    package init(
        _ step: Kind, _ endpoint: String? = nil, _ verdict: Verdict, _ found: String, tell: String = ""
    ) {
        self.step = step
        self.endpoint = endpoint
        self.verdict = verdict
        self.found = found
        self.tell = tell
        code = nil
    }

    package init(_ step: Kind, _ endpoint: String? = nil, bad fault: NetworkFault) {
        self.step = step
        self.endpoint = endpoint
        verdict = .bad
        found = fault.description
        tell = fault.advice
        code = fault.code
    }

    package var json: JSON {
        .members([
            "step": .string(step.rawValue), "endpoint": endpoint.map { .string($0) },
            "verdict": .string(verdict.rawValue), "found": .string(found), "tell": .string(tell),
            "code": code.map { .string($0.description) },
        ])
    }
}
