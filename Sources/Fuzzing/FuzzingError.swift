package import Vocabulary

/// What a door did that it must never do, or why it could not be tried.
package enum FuzzingError: Fault, Equatable {
    /// Something that holds of every input did not hold of this one.
    case broken(promise: String)
    /// What a door stands on could not be made.
    case unprepared(door: String, reason: String)
    case unknownDoor(String)

    package var code: FaultCode {
        switch self {
        case .broken: FaultCode(4001)
        case .unprepared: FaultCode(4002)
        case .unknownDoor: FaultCode(4003)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .broken, .unprepared: .failed
        case .unknownDoor: .usage
        }
    }

    package var description: String {
        switch self {
        case .broken(let promise): "a promise is broken: \(promise)"
        case .unprepared(let door, let reason): "the door '\(door)' cannot be tried: \(reason)"
        case .unknownDoor(let name): "there is no door '\(name)'"
        }
    }

    package var advice: String {
        switch self {
        case .broken: "Keep the input as a finding and mend the cause (docs/fuzzing.md)."
        case .unprepared: ""
        case .unknownDoor: "'scripts/fuzz --list' names them all."
        }
    }
}

/// Holds a door to something that must be so whatever came in.
func promise(_ what: @autoclosure () -> String, _ holds: Bool) throws(FuzzingError) {
    guard holds else { throw .broken(promise: what()) }
}
