package import Vocabulary

/// Why a machine that lost its power did not come to rest, or a sweep could not be made.
package enum PowerCutsError: Fault, Equatable {
    case nothingBoots
    case restless(restarts: Int)
    case stopped
    case unknownScenario(String, known: [String])
    case unknownPlant(String, known: [String])
    case badCase(String, reason: String)
    case unrecorded(String, reason: String)
    case cannot(String, reason: String)
    case peripheral(String, reason: String)

    package var code: FaultCode {
        switch self {
        case .nothingBoots: FaultCode(3901)
        case .restless: FaultCode(3902)
        case .stopped: FaultCode(3903)
        case .unknownScenario: FaultCode(3904)
        case .unknownPlant: FaultCode(3905)
        case .badCase: FaultCode(3906)
        case .unrecorded: FaultCode(3907)
        case .cannot: FaultCode(3908)
        case .peripheral: FaultCode(3909)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .unknownScenario, .unknownPlant, .badCase: .usage
        case .peripheral: .refused
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .nothingBoots: "the boot loader found nothing to boot and waits for a technician"
        case .restless(let restarts): "the machine was restarted \(restarts) times and is not at rest"
        case .stopped: "the agent was stopped"
        case .unknownScenario(let name, let known):
            "there is no scenario '\(name)', only \(known.joined(separator: ", "))"
        case .unknownPlant(let name, let known):
            "there is no planted fault '\(name)', only \(known.joined(separator: ", "))"
        case .badCase(let text, let reason): "'\(text)' is no case: \(reason)"
        case .unrecorded(let path, let reason): "the recording does not fit the folder: '\(path)' \(reason)"
        case .peripheral(let name, let reason): "the peripheral '\(name)' \(reason)"
        case .cannot(let what, let reason): "cannot \(what): \(reason)"
        }
    }

    package var advice: String {
        switch self {
        case .badCase: "Write it as a failure prints it: SCENARIO:CUT:LOSS:SEED, with +CUT:LOSS:SEED for a second cut."
        case .unrecorded: "Something wrote without the seam: find it before anything else."
        default: ""
        }
    }
}
