package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Why a health plan, or what was kept of a device's health, was not taken.
package enum HealthError: Fault, Equatable {
    case cannotRead(StorageError)
    case notText(FilePath)
    case malformed(FilePath, DocumentError)
    case unknownIndicator(code: FindingCode, indicator: String)
    case wrongUnit(code: FindingCode, indicator: String, reason: String)
    case damagedState(DocumentError)

    package var code: FaultCode {
        switch self {
        case .cannotRead: FaultCode(3201)
        case .notText: FaultCode(3202)
        case .malformed: FaultCode(3203)
        case .unknownIndicator: FaultCode(3204)
        case .wrongUnit: FaultCode(3205)
        case .damagedState: FaultCode(3206)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .cannotRead, .damagedState: .failed
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .cannotRead(let error): "cannot read the health plan: \(error.description)"
        case .notText(let file): "the health plan '\(file)' is refused: the file is not UTF-8"
        case .malformed(let file, let error): "the health plan '\(file)' is refused: \(error.description)"
        case .unknownIndicator(let code, let indicator):
            "'\(code)' watches '\(indicator)', which this board does not have"
        case .wrongUnit(let code, let indicator, let reason): "'\(code)' cannot judge '\(indicator)': \(reason)"
        case .damagedState(let error): "what was kept of the device's health is damaged: \(error.description)"
        }
    }

    package var advice: String {
        switch self {
        case .cannotRead: ""
        case .notText, .malformed: "Correct the plan in the image and build the release again."
        case .unknownIndicator, .wrongUnit: "Compare the plan with the board's profile: 'aftercare hardware list'."
        case .damagedState: "The agent goes on without it; open findings are found again from new readings."
        }
    }
}
