package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// Why the authority for trying and testing did not do what was asked.
package enum AuthorityError: Fault, Equatable {
    case storage(StorageError)
    case crypto(CryptoError)
    case exists(Role)
    case unknownRole(Role)
    case unknownSigner(String, Role)
    case issued(FilePath)
    case unacceptable(String, String)

    package var code: FaultCode {
        switch self {
        case .storage(let error): error.code
        case .crypto(let error): error.code
        case .exists: FaultCode(2812)
        case .unknownRole: FaultCode(2813)
        case .unknownSigner: FaultCode(2814)
        case .issued: FaultCode(2815)
        case .unacceptable: FaultCode(2816)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .storage, .crypto: .failed
        case .exists, .unknownRole, .unknownSigner, .issued, .unacceptable: .usage
        }
    }

    package var description: String {
        switch self {
        case .storage(let error): error.description
        case .crypto(let error): error.description
        case .exists(let role): "the role '\(role)' has its authorities already"
        case .unknownRole(let role): "there is no authority for the role '\(role)'"
        case .unknownSigner(let person, let role): "'\(person)' has no certificate for the role '\(role)'"
        case .issued(let path): "'\(path)' is there already"
        case .unacceptable(let what, let reason): "\(what) \(reason)"
        }
    }

    package var advice: String {
        switch self {
        case .unknownRole: "Make one with 'pki init'."
        case .issued: "Revoke it and move it away, or give the person another name."
        default: ""
        }
    }
}
