package import Documents
package import Trust
package import Vocabulary

/// Why a signed document was not taken.
package enum ControlDocumentError: Fault, Equatable {
    case malformed(ControlDocumentKind, DocumentError)
    case unknownKind(String)
    case otherKind(String, wanted: ControlDocumentKind)
    case contradiction(ControlDocumentKind, reason: String)
    /// A role that this very document needs did not approve it.
    case role(Role, needed: ControlDocumentKind)
    /// A rule pack that cannot be taken; the code is the one of the cause.
    case rules(RulePackError)
    /// Its approvals do not hold; the code is the one of the cause.
    case trust(TrustError)

    package var code: FaultCode {
        switch self {
        case .malformed: FaultCode(2680)
        case .unknownKind: FaultCode(2681)
        case .otherKind: FaultCode(2682)
        case .contradiction: FaultCode(2683)
        case .role: FaultCode(2684)
        case .rules(let cause): cause.code
        case .trust(let cause): cause.code
        }
    }

    package var kind: FaultKind {
        switch self {
        case .rules(let cause): cause.kind
        case .trust(let cause): cause.kind
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .malformed(let kind, let cause): "the \(kind.name) is not acceptable: \(cause)"
        case .unknownKind(let schema): "'\(schema.printable(limit: 64))' is no signed document that is known here"
        case .otherKind(let schema, let wanted):
            "the document is '\(schema.printable(limit: 64))', not '\(wanted.rawValue)'"
        case .contradiction(let kind, let reason): "the \(kind.name) contradicts itself: \(reason)"
        case .role(let role, let kind): "the \(kind.name) is not approved by the role '\(role)'"
        case .rules(let cause): cause.description
        case .trust(let cause): cause.description
        }
    }

    package var advice: String {
        switch self {
        case .unknownKind: "A newer release of the agent may know it."
        case .role: "Have that role approve it: 'aftercare-fleet document sign'."
        case .rules(let cause): cause.advice
        case .trust(let cause): cause.advice
        default: ""
        }
    }
}
