package import Documents
package import Trust
package import Vocabulary

/// Why a rule pack was not taken.
package enum RulePackError: Fault, Equatable {
    case malformed(DocumentError)
    case incoherent(String, reason: String)
    case otherKind(String)
    case unsigned
    case notApproved(String, role: Role)
    case older(String, Version, current: Version)
    case otherContent(String, Version)
    case ended(String, Version, at: Timestamp)
    case notYetValid(String, Version, from: Timestamp)
    case marketServedTwice(String, by: String, and: String)
    /// An example in the pack does not come out as the pack says.
    case example(String, rule: String, title: String, found: String, expected: String)
    /// Nothing in the pack shows what a rule does.
    case noExample(String, String)
    /// Its approvals do not hold; the code is the one of the cause.
    case untrusted(TrustError)

    package var code: FaultCode {
        switch self {
        case .malformed: FaultCode(2660)
        case .incoherent: FaultCode(2661)
        case .otherKind: FaultCode(2662)
        case .unsigned: FaultCode(2663)
        case .notApproved: FaultCode(2664)
        case .older: FaultCode(2665)
        case .otherContent: FaultCode(2666)
        case .ended: FaultCode(2667)
        case .notYetValid: FaultCode(2668)
        case .marketServedTwice: FaultCode(2669)
        case .example: FaultCode(2670)
        case .noExample: FaultCode(2671)
        case .untrusted(let cause): cause.code
        }
    }

    package var kind: FaultKind {
        switch self {
        case .untrusted(let cause): cause.kind
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .malformed(let error): "the rule pack is not acceptable: \(error)"
        case .incoherent(let id, let reason): "the rule pack '\(id)' contradicts itself: \(reason)"
        case .otherKind(let schema): "the document is '\(schema.printable(limit: 64))', not a rule pack"
        case .unsigned: "the rule pack is not signed"
        case .notApproved(let id, let role): "the rule pack '\(id)' is not approved by the role '\(role)'"
        case .older(let id, let version, let current):
            "version \(version) of the rule pack '\(id)' is older than \(current), which is in force"
        case .otherContent(let id, let version):
            "version \(version) of the rule pack '\(id)' is in force with other content"
        case .ended(let id, let version, let end): "version \(version) of the rule pack '\(id)' ended at \(end)"
        case .notYetValid(let id, let version, let start):
            "version \(version) of the rule pack '\(id)' is valid from \(start)"
        case .marketServedTwice(let market, let one, let other):
            "the rule packs '\(one)' and '\(other)' both serve the market '\(market)'"
        case .example(let id, let rule, let title, let found, let expected):
            "the example '\(title)' of '\(rule)' in the rule pack '\(id)' comes out as '\(found)', not '\(expected)'"
        case .noExample(let id, let name): "the rule pack '\(id)' has no example for '\(name)'"
        case .untrusted(let cause): cause.description
        }
    }

    package var advice: String {
        switch self {
        case .unsigned, .notApproved: "Have the role 'regulatory' approve it: 'aftercare-fleet document sign'."
        case .older, .otherContent, .ended: "Take the pack's newest version."
        case .notYetValid: "Give it to the device again from then on."
        case .untrusted(let cause): cause.advice
        default: ""
        }
    }
}
