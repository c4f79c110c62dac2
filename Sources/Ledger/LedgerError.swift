package import Platform
package import SystemPackage
package import Vocabulary

/// Why the ledger did not open, record, read, sign or prove.
package enum LedgerError: Fault, Equatable {
    case storage(StorageError)
    case inUse(FilePath)
    case tooLarge(type: String, bytes: Int, limit: Int)
    case groupTooLarge(bytes: Int, limit: Int)
    case unrecordable(type: String, reason: String)
    case damaged(FilePath)
    case noKey
    case otherKey(known: String, given: String)
    case otherOrigin(known: String, given: String)
    case signing(String)
    case malformedNote(String)
    case malformedRequest(String)
    case malformedProof(String)
    case notThere(UInt64, newest: UInt64)
    case notProvable(size: UInt64)
    case witnessKey(String, reason: String)
    case unknownLedger(String)
    case refusedCheckpoint(String, reason: String)
    case staleRequest(String, old: UInt64, signed: UInt64)
    case noCheckpoint(FilePath)
    case unusableKey(FilePath, reason: String)

    package var code: FaultCode {
        switch self {
        case .storage(let error): error.code
        case .inUse: FaultCode(2501)
        case .tooLarge: FaultCode(2502)
        case .groupTooLarge: FaultCode(2503)
        case .unrecordable: FaultCode(2504)
        case .damaged: FaultCode(2505)
        case .noKey: FaultCode(2506)
        case .otherKey: FaultCode(2507)
        case .otherOrigin: FaultCode(2508)
        case .signing: FaultCode(2509)
        case .malformedNote: FaultCode(2510)
        case .malformedRequest: FaultCode(2511)
        case .malformedProof: FaultCode(2512)
        case .notThere: FaultCode(2513)
        case .notProvable: FaultCode(2514)
        case .witnessKey: FaultCode(2515)
        case .unknownLedger: FaultCode(2516)
        case .refusedCheckpoint: FaultCode(2517)
        case .staleRequest: FaultCode(2518)
        case .noCheckpoint: FaultCode(2519)
        case .unusableKey: FaultCode(2520)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .inUse: .inUse
        case .storage(let error): error.kind
        case .otherKey, .otherOrigin, .malformedNote, .malformedRequest, .malformedProof, .unknownLedger,
            .refusedCheckpoint, .staleRequest:
            .refused
        case .witnessKey, .unusableKey: .usage
        default: .failed
        }
    }
}

extension LedgerError {
    package var description: String {
        switch self {
        case .storage(let error): "the ledger is out of reach: \(error.description)"
        case .inUse(let folder): "the ledger in '\(folder)' is held by another process"
        case .tooLarge(let type, let bytes, let limit):
            "an entry '\(type)' of \(bytes) bytes is more than the \(limit) a ledger takes"
        case .groupTooLarge(let bytes, let limit):
            "a group of entries of \(bytes) bytes is more than the \(limit) a ledger takes at once"
        case .unrecordable(let type, let reason): "an entry '\(type)' could not be read back: \(reason)"
        case .damaged(let path): "'\(path)' is damaged"
        case .noKey: "the ledger has no key to sign a checkpoint with"
        case .otherKey(let known, let given): "the ledger's key is \(known), not \(given)"
        case .otherOrigin(let known, let given): "the ledger is '\(known)', not '\(given)'"
        case .signing(let reason): "nothing could be signed: \(reason)"
        case .malformedNote(let reason): "a checkpoint has another form: \(reason)"
        case .malformedRequest(let reason): "a request to a witness has another form: \(reason)"
        case .malformedProof(let reason): "a proof does not hold: \(reason)"
        case .notThere(let sequence, let newest): "line \(sequence) is not in the ledger, whose newest is \(newest)"
        case .notProvable(let size):
            "nothing can be proven from \(size) lines: they were dropped and nobody had signed that size"
        case .witnessKey(let name, let reason): "the witness's key '\(name)' is of no use: \(reason)"
        case .unknownLedger(let origin): "the ledger '\(origin)' is not known to this witness"
        case .refusedCheckpoint(let origin, let reason): "a checkpoint of '\(origin)' was refused: \(reason)"
        case .staleRequest(let origin, let old, let signed):
            "a request for '\(origin)' goes on from \(old) lines, the witness signed \(signed)"
        case .noCheckpoint(let folder): "the ledger in '\(folder)' has no checkpoint"
        case .unusableKey(let path, let reason): "the key in '\(path)' is of no use: \(reason)"
        }
    }

    package var advice: String {
        switch self {
        case .inUse: "Stop the other agent first."
        case .storage(let error): error.advice
        case .otherKey: "Change keys with the old one at hand, or find out who replaced it."
        case .refusedCheckpoint: "Keep the request: it is evidence that a history was changed."
        case .staleRequest(_, _, let signed): "Make the request again with --since \(signed)."
        case .unknownLedger: "Give the device's public key with --device-key once."
        case .noCheckpoint: "Run it where the device's key can be read, or let the agent make one."
        default: ""
        }
    }
}
