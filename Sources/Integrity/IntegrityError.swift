package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Why the configuration could not be measured, or a document about it was not taken.
package enum IntegrityError: Fault, Equatable {
    case cannotRead(StorageError)
    case malformed(FilePath, DocumentError)
    case notText(FilePath)
    case cancelled
    case packages(FilePath, line: Int, reason: String)
    case otherDevice(String, wanted: String)
    case otherConfiguration(Digest, measured: Digest)
    case notMeasured(reason: String)
    case underWay
    case damagedRecord(FilePath, line: Int)

    package var code: FaultCode {
        switch self {
        case .cannotRead: FaultCode(3801)
        case .malformed: FaultCode(3802)
        case .notText: FaultCode(3803)
        case .cancelled: FaultCode(3804)
        case .packages: FaultCode(3805)
        case .otherDevice: FaultCode(3807)
        case .otherConfiguration: FaultCode(3808)
        case .notMeasured: FaultCode(3809)
        case .underWay: FaultCode(3810)
        case .damagedRecord: FaultCode(3811)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .malformed, .notText, .otherDevice, .otherConfiguration, .notMeasured: .refused
        case .underWay: .inUse
        case .cannotRead, .cancelled, .packages, .damagedRecord: .failed
        }
    }

    package var description: String {
        switch self {
        case .cannotRead(let error): "cannot read what is to be measured: \(error.description)"
        case .malformed(let file, let error): "the plan of measurements '\(file)' is refused: \(error.description)"
        case .notText(let file): "the plan of measurements '\(file)' is refused: the file is not UTF-8"
        case .cancelled: "the measurement was ended before it was done"
        case .packages(let file, let line, let reason): "the list of packages '\(file)', line \(line), \(reason)"
        case .otherDevice(let found, let wanted): "the document is for the device '\(found)', this is '\(wanted)'"
        case .otherConfiguration(let accepted, let measured):
            "the document accepts the configuration \(accepted), and \(measured) was measured"
        case .notMeasured(let reason): "the configuration is not measured: \(reason)"
        case .underWay: "another measurement or an update is under way"
        case .damagedRecord(let file, let line): "the measurement kept in '\(file)' is damaged in line \(line)"
        }
    }

    package var advice: String {
        switch self {
        case .malformed, .notText: "Correct the plan in the image and build the release again."
        case .otherConfiguration:
            "Measure again with 'aftercare integrity --now', look at what differs, and have that digest approved."
        case .underWay: "Try again when it has ended."
        default: ""
        }
    }
}
