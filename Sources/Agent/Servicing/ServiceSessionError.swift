package import Vocabulary

/// Why a session was not opened, or a request of it not carried out; what its person may not do is a `ServiceError`.
package enum ServiceSessionError: Fault, Equatable {
    case noSession
    case notYours
    case tooManySessions(Int)
    case unknownCommand(String)
    case streamExpected(command: String)
    case unknownTest(String)
    case unknownShare(String)
    case noStick
    case tooManyRefusals(Int)
    case unknownSubject(String)
    case nothingThere(String)

    package var code: FaultCode {
        switch self {
        case .noSession: FaultCode(2730)
        case .notYours: FaultCode(2731)
        case .tooManySessions: FaultCode(2732)
        case .unknownCommand: FaultCode(2733)
        case .streamExpected: FaultCode(2734)
        case .unknownTest: FaultCode(2735)
        case .unknownShare: FaultCode(2736)
        case .noStick: FaultCode(2737)
        case .tooManyRefusals: FaultCode(2738)
        case .unknownSubject: FaultCode(2739)
        case .nothingThere: FaultCode(2740)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .tooManySessions: .inUse
        case .unknownCommand, .streamExpected, .unknownTest, .unknownSubject: .usage
        default: .refused
        }
    }

    package var description: String {
        switch self {
        case .noSession: "there is no such session, or it has ended"
        case .notYours: "another program opened this session"
        case .tooManySessions(let count): "\(count) service sessions are open already"
        case .unknownCommand(let word): "'\(word)' is not a command"
        case .streamExpected(let command): "'\(command)' needs a stream to read from or to write to"
        case .unknownTest(let id): "the running release has no self-test '\(id)'"
        case .unknownShare(let path): "'\(path)' does not lie below a share that the configuration names"
        case .noStick: "this device is not configured to read USB sticks"
        case .tooManyRefusals(let count): "\(count) requests of this session were refused"
        case .unknownSubject(let word): "'\(word)' is neither a slot set's name nor 'ledger' or 'all'"
        case .nothingThere(let what): "there is no \(what)"
        }
    }

    package var advice: String {
        switch self {
        case .noSession: "Press Enter to begin again."
        case .unknownTest: "'test' lists them."
        case .noStick: "Send the release over the line instead: 'update line'."
        case .unknownShare: "Shares are the folders in service.shares of the configuration."
        default: ""
        }
    }
}
