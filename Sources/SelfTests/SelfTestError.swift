package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Why the declarations of self-tests were not taken.
package enum SelfTestError: Fault, Equatable {
    case cannotRead(StorageError)
    case malformed(FilePath, DocumentError)
    case notText(FilePath)
    case duplicate(String, FilePath, FilePath)
    case tooMany(FilePath, limit: Int)

    package var code: FaultCode {
        switch self {
        case .cannotRead: FaultCode(2401)
        case .malformed: FaultCode(2402)
        case .notText: FaultCode(2403)
        case .duplicate: FaultCode(2404)
        case .tooMany: FaultCode(2405)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .cannotRead: .failed
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .cannotRead(let error): "cannot read the self-tests: \(error.description)"
        case .malformed(let file, let error): "the self-tests in '\(file)' are refused: \(error.description)"
        case .notText(let file): "the self-tests in '\(file)' are refused: the file is not UTF-8"
        case .duplicate(let id, let file, let other): "the self-test '\(id)' in '\(file)' stands in '\(other)' already"
        case .tooMany(let folder, let limit): "'\(folder)' declares more than \(limit) self-tests"
        }
    }

    package var advice: String {
        switch self {
        case .cannotRead: ""
        default: "Correct the declaration in the image and build the release again."
        }
    }
}
