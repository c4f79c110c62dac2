package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Why a board's profile was not taken, or a part of the board could not be driven.
package enum HardwareError: Fault, Equatable {
    case cannotRead(StorageError)
    case notText(FilePath)
    case malformed(FilePath, DocumentError)

    package var code: FaultCode {
        switch self {
        case .cannotRead: FaultCode(3001)
        case .notText: FaultCode(3002)
        case .malformed: FaultCode(3003)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .notText, .malformed: .refused
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .cannotRead(let error): "cannot read the board's profile: \(error.description)"
        case .notText(let file): "the board's profile '\(file)' is refused: the file is not UTF-8"
        case .malformed(let file, let error): "the board's profile '\(file)' is refused: \(error.description)"
        }
    }

    package var advice: String {
        switch self {
        case .cannotRead: "'aftercare hardware scan' writes a first profile from what a machine has."
        case .notText, .malformed: "Correct the profile; docs/hardware.md has every section and key."
        }
    }
}
