package import SystemPackage
package import Vocabulary

/// Why a serial port could not be used.
package enum SerialError: Fault, Equatable {
    case cannot(String, FilePath, Errno)
    case notATerminal(FilePath)
    case inUse(FilePath)
    case unsupportedSpeed(FilePath, baud: Int)
    case notTaken(FilePath, sent: Int, of: Int)
    case hungUp(FilePath)

    package var code: FaultCode {
        switch self {
        case .cannot: FaultCode(1060)
        case .notATerminal: FaultCode(1061)
        case .inUse: FaultCode(1062)
        case .unsupportedSpeed: FaultCode(1063)
        case .notTaken: FaultCode(1064)
        case .hungUp: FaultCode(1065)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .inUse: .inUse
        case .unsupportedSpeed: .usage
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .cannot(let verb, let path, let errno): "cannot \(verb) the serial port '\(path)': \(errno)"
        case .notATerminal(let path): "'\(path)' is not a serial port"
        case .inUse(let path): "the serial port '\(path)' is in use by another program"
        case .unsupportedSpeed(let path, let baud): "the serial port '\(path)' cannot be set to \(baud) baud"
        case .notTaken(let path, let sent, let all):
            "the serial port '\(path)' took \(sent) of \(all) bytes in its time"
        case .hungUp(let path): "the serial port '\(path)' hung up"
        }
    }
}
