package import Vocabulary

/// Why bytes were not taken as CBOR; offsets are those of the first byte of what is wrong.
package enum CBORError: Fault, Equatable {
    case malformed(at: Int)
    case truncated(at: Int)
    case trailing(at: Int)
    case unacceptable(String, at: Int)
    case duplicateKey(String, at: Int)
    case tooDeep(at: Int, limit: Int)
    case tooLarge(Int, limit: Int)
    case tooManyItems(limit: Int)

    package var code: FaultCode {
        switch self {
        case .malformed: FaultCode(1090)
        case .truncated: FaultCode(1091)
        case .trailing: FaultCode(1092)
        case .unacceptable: FaultCode(1093)
        case .duplicateKey: FaultCode(1094)
        case .tooDeep: FaultCode(1095)
        case .tooLarge: FaultCode(1096)
        case .tooManyItems: FaultCode(1097)
        }
    }

    package var kind: FaultKind { .refused }

    package var description: String {
        switch self {
        case .malformed(let offset): "byte \(offset) begins nothing that CBOR has"
        case .truncated(let offset): "the CBOR ends within what begins at byte \(offset)"
        case .trailing(let offset): "something stands behind the CBOR, from byte \(offset)"
        case .unacceptable(let what, let offset): "the CBOR has \(what) at byte \(offset)"
        case .duplicateKey(let key, let offset): "the CBOR has the key '\(key)' twice, again at byte \(offset)"
        case .tooDeep(let offset, let limit): "the CBOR is nested deeper than \(limit) at byte \(offset)"
        case .tooLarge(let size, let limit): "the CBOR has \(size) bytes, more than \(limit)"
        case .tooManyItems(let limit): "the CBOR has more than \(limit) items"
        }
    }
}
