package import ChangeControl
package import Documents
package import SystemPackage
package import Trust
package import Vocabulary

/// Why nothing was approved, or no approval taken back.
package enum ApprovalError: Fault, Equatable {
    /// What is there is not what was read.
    case changed(FilePath, found: Digest, read: Digest)
    /// Whoever was asked did not say yes.
    case notConfirmed(wanted: String)
    case nobodyToAsk
    case noApproval(FilePath, String)
    case severalApprovals(Role, count: Int)
    /// The certificate's role is another than the one that was named.
    case role(Role, certificate: String, wanted: Role)
    /// A change record that a device would refuse.
    case record(DocumentError)
    /// A change record that the rule packs refuse; the first of what they find.
    case rules(String, count: Int)
    /// An approval that is there does not hold.
    case doesNotHold(String)
    /// The code is the one of the cause.
    case release(ReleaseError)
    case signing(SigningError)
    case trust(TrustError)
    case document(ControlDocumentError)

    package var code: FaultCode {
        switch self {
        case .changed: FaultCode(2850)
        case .notConfirmed: FaultCode(2851)
        case .nobodyToAsk: FaultCode(2852)
        case .noApproval: FaultCode(2853)
        case .severalApprovals: FaultCode(2854)
        case .role: FaultCode(2855)
        case .record: FaultCode(2856)
        case .doesNotHold: FaultCode(2857)
        case .rules: FaultCode(2858)
        case .release(let cause): cause.code
        case .signing(let cause): cause.code
        case .trust(let cause): cause.code
        case .document(let cause): cause.code
        }
    }

    package var kind: FaultKind {
        switch self {
        case .changed, .notConfirmed, .noApproval, .role, .record, .rules, .doesNotHold: .refused
        case .nobodyToAsk, .severalApprovals: .usage
        case .release(let cause): cause.kind
        case .signing(let cause): cause.kind
        case .trust(let cause): cause.kind
        case .document(let cause): cause.kind
        }
    }

    package var description: String {
        switch self {
        case .changed(let path, let found, let read):
            "'\(path)' was changed since it was read: what is signed has the digest \(found), what was read \(read)"
        case .notConfirmed(let wanted): "it was not confirmed with '\(wanted)'"
        case .nobodyToAsk: "there is no terminal at which somebody could read and confirm it"
        case .noApproval(let path, let whose): "'\(path)' has no approval \(whose)"
        case .severalApprovals(let role, let count): "\(count) people approved as '\(role)'"
        case .role(let found, let subject, let wanted): "'\(subject)' approves as '\(found)', not as '\(wanted)'"
        case .record(let cause): "the change record is not acceptable: \(cause)"
        case .rules(let finding, let count): "the rule packs refuse it for \(count) reasons, first: \(finding)"
        case .doesNotHold(let subject): "the signature of '\(subject)' that is there does not hold"
        case .release(let cause): cause.description
        case .signing(let cause): cause.description
        case .trust(let cause): cause.description
        case .document(let cause): cause.description
        }
    }

    package var advice: String {
        switch self {
        case .changed: "Read it again: 'aftercare-fleet bundle page'."
        case .nobodyToAsk: "Give the digest of the page that was read (--digest), or --yes."
        case .severalApprovals: "Name one by its key: 'aftercare-fleet bundle inspect' shows them."
        case .record, .rules:
            "Correct the change record and build the release again; 'aftercare-fleet change check' says more."
        case .doesNotHold: "Take it out with 'aftercare-fleet bundle withdraw', or get the bundle again."
        case .release(let cause): cause.advice
        case .signing(let cause): cause.advice
        case .trust(let cause): cause.advice
        case .document(let cause): cause.advice
        default: ""
        }
    }
}
