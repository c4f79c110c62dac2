package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Why a board's profile was not taken, or a part of the board could not be driven.
package enum HardwareError: Fault, Equatable {
    case cannotRead(StorageError)
    case notText(FilePath)
    case malformed(FilePath, DocumentError)
    case notThere(String, String)
    case cannotDrive(String, reason: String)
    case noIndicator(String, known: [String])

    package var code: FaultCode {
        switch self {
        case .cannotRead: FaultCode(3001)
        case .notText: FaultCode(3002)
        case .malformed: FaultCode(3003)
        case .notThere: FaultCode(3004)
        case .cannotDrive: FaultCode(3005)
        case .noIndicator: FaultCode(3006)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .notText, .malformed: .refused
        case .notThere, .noIndicator: .usage
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .cannotRead(let error): "cannot read the board's profile: \(error.description)"
        case .notText(let file): "the board's profile '\(file)' is refused: the file is not UTF-8"
        case .malformed(let file, let error): "the board's profile '\(file)' is refused: \(error.description)"
        case .notThere(let kind, let name): "the board's profile has no \(kind) '\(name)'"
        case .cannotDrive(let name, let reason): "cannot drive '\(name)': \(reason)"
        case .noIndicator(let name, _): "the board's profile has no indicator '\(name)'"
        }
    }

    package var advice: String {
        switch self {
        case .cannotRead: "'aftercare hardware scan' writes a first profile from what a machine has."
        case .notText, .malformed: "Correct the profile; docs/hardware.md has every section and key."
        case .notThere, .cannotDrive: ""
        case .noIndicator(let name, let known):
            (Self.nearest(to: name, known).map { "Did you mean '\($0)'? " } ?? "")
                + "'aftercare hardware list' shows all of them."
        }
    }

    /// What begins or ends alike.
    private static func nearest(to name: String, _ known: [String]) -> String? {
        known.first { $0.hasPrefix(name) || name.hasPrefix($0) } ?? known.first { $0.hasSuffix(".\(name)") }
    }
}
