package import Vocabulary

/// Why a JSON or TOML document was not taken.
package indirect enum DocumentError: Fault, Equatable {
    case tooLarge(limit: Int)
    case malformed(offset: Int, reason: String)
    case duplicateKey(String, offset: Int)
    case tooDeep(limit: Int)
    case toml(line: Int, column: Int, reason: String)
    case missing(String)
    case unknownKey(String)
    case unacceptable(String, reason: String)
    /// One of the others, with the place in the text that it speaks of; its number is the other's.
    case at(TextPosition, DocumentError)

    package var code: FaultCode {
        switch self {
        case .tooLarge: FaultCode(1101)
        case .malformed: FaultCode(1102)
        case .duplicateKey: FaultCode(1103)
        case .tooDeep: FaultCode(1104)
        case .toml: FaultCode(1105)
        case .missing: FaultCode(1106)
        case .unknownKey: FaultCode(1107)
        case .unacceptable: FaultCode(1108)
        case .at(_, let error): error.code
        }
    }

    package var kind: FaultKind { .refused }

    package var description: String {
        switch self {
        case .tooLarge(let limit): "the document is larger than \(limit) bytes"
        case .malformed(let offset, let reason): "the document is malformed at byte \(offset): \(reason)"
        case .duplicateKey(let key, let offset): "the key '\(key)' stands twice in one object, at byte \(offset)"
        case .tooDeep(let limit): "the document is nested deeper than \(limit) levels"
        case .toml(let line, let column, let reason): "line \(line), column \(column): \(reason)"
        case .missing(let path): "'\(path)' is missing"
        case .unknownKey(let path): "'\(path)' is not a known key"
        case .unacceptable(let path, let reason): "'\(path)' \(reason)"
        case .at(let position, let error): "\(position): \(error.description)"
        }
    }

    /// Where in the text the cause stands, where that is known.
    package var position: TextPosition? {
        switch self {
        case .at(let position, _): position
        case .toml(let line, let column, _): TextPosition(line: line, column: column)
        default: nil
        }
    }

    /// The refusal without its place.
    package var cause: DocumentError {
        if case .at(_, let error) = self { error.cause } else { self }
    }
}
