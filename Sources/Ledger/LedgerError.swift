package import Platform
package import SystemPackage
package import Vocabulary

/// Why the ledger did not open, record or read.
package enum LedgerError: Fault, Equatable {
    case storage(StorageError)
    case inUse(FilePath)
    case tooLarge(type: String, bytes: Int, limit: Int)
    case groupTooLarge(bytes: Int, limit: Int)
    case unrecordable(type: String, reason: String)

    package var code: FaultCode {
        switch self {
        case .storage(let error): error.code
        case .inUse: FaultCode(2501)
        case .tooLarge: FaultCode(2502)
        case .groupTooLarge: FaultCode(2503)
        case .unrecordable: FaultCode(2504)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .inUse: .inUse
        case .storage(let error): error.kind
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .storage(let error): "the ledger is out of reach: \(error.description)"
        case .inUse(let folder): "the ledger in '\(folder)' is held by another process"
        case .tooLarge(let type, let bytes, let limit):
            "an entry '\(type)' of \(bytes) bytes is more than the \(limit) a ledger takes"
        case .groupTooLarge(let bytes, let limit):
            "a group of entries of \(bytes) bytes is more than the \(limit) a ledger takes at once"
        case .unrecordable(let type, let reason): "an entry '\(type)' could not be read back: \(reason)"
        }
    }

    package var advice: String {
        switch self {
        case .inUse: "Stop the other agent first."
        case .storage(let error): error.advice
        default: ""
        }
    }
}
