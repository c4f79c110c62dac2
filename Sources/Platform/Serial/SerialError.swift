package import SystemPackage
package import Vocabulary

/// Why a serial port could not be used.
package enum SerialError: Fault, Equatable {
    case cannot(String, FilePath, Errno)
    case notATerminal(FilePath)
    case inUse(FilePath)
    /// What the driver came to instead, in baud; nil where it was not even asked.
    case unsupportedSpeed(FilePath, baud: Int, instead: Int?)
    case notTaken(FilePath, sent: Int, of: Int)
    case hungUp(FilePath)
    case unsupported(FilePath, String)
    case cancelled(FilePath)
    case notDrained(FilePath, left: Int)

    package var code: FaultCode {
        switch self {
        case .cannot: FaultCode(1060)
        case .notATerminal: FaultCode(1061)
        case .inUse: FaultCode(1062)
        case .unsupportedSpeed: FaultCode(1063)
        case .notTaken: FaultCode(1064)
        case .hungUp: FaultCode(1065)
        case .unsupported: FaultCode(1066)
        case .cancelled: FaultCode(1067)
        case .notDrained: FaultCode(1068)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .inUse: .inUse
        case .unsupportedSpeed, .unsupported: .usage
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .cannot(let verb, let path, let errno): "cannot \(verb) the serial port '\(path)': \(errno)"
        case .notATerminal(let path): "'\(path)' is not a serial port"
        case .inUse(let path): "the serial port '\(path)' is in use by another program"
        case .unsupportedSpeed(let path, let baud, let instead):
            "the serial port '\(path)' cannot be set to \(baud) baud\(instead.map { ": it came to \($0)" } ?? "")"
        case .notTaken(let path, let sent, let all):
            "the serial port '\(path)' took \(sent) of \(all) bytes in its time"
        case .hungUp(let path): "the serial port '\(path)' hung up"
        case .unsupported(let path, let feature): "the serial port '\(path)' has no \(feature)"
        case .cancelled(let path): "the use of the serial port '\(path)' was cancelled"
        case .notDrained(let path, let left):
            "the serial port '\(path)' has not sent its last \(left) bytes in its time"
        }
    }

    package var advice: String {
        switch self {
        case .hungUp: "Check the cable or the adapter; the port is opened again when it is back."
        case .notTaken, .notDrained: "Check whether flow control is meant to be on, and what is connected."
        case .unsupported, .unsupportedSpeed: "Declare only what the port's driver can do."
        default: ""
        }
    }
}
