package import SystemPackage
package import Vocabulary

/// Why a child process could not be run to its end.
package enum ProcessError: Fault, Equatable {
    case unsuitable(String, reason: String)
    case cannotStart(String, step: String, Errno)
    case notFound(String)
    case unknownUser(String)
    case cannotWatch(String, Errno)
    case cancelled(String)

    package var code: FaultCode {
        switch self {
        case .unsuitable: FaultCode(1050)
        case .cannotStart: FaultCode(1051)
        case .notFound: FaultCode(1052)
        case .unknownUser: FaultCode(1053)
        case .cannotWatch: FaultCode(1054)
        case .cancelled: FaultCode(1055)
        }
    }

    package var description: String {
        switch self {
        case .unsuitable(let program, let reason): "cannot run '\(program)': \(reason)"
        case .cannotStart(let program, let step, let errno): "cannot start '\(program)' (\(step)): \(errno)"
        case .notFound(let program): "cannot start '\(program)': there is no such program, or no interpreter for it"
        case .unknownUser(let name): "there is no user '\(name)'"
        case .cannotWatch(let program, let errno): "cannot watch '\(program)' run: \(errno)"
        case .cancelled(let program): "'\(program)' was ended because it is no longer wanted"
        }
    }
}
