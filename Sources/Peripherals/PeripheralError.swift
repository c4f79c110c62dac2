package import Platform
package import Vocabulary

/// Why a peripheral could not be spoken to, or is not what it should be.
///
/// The first value is the peripheral's name.
package enum PeripheralError: Fault, Equatable {
    case noAnswer(String, command: String, Disturbance)
    case refused(String, command: String, SMPRefusal)
    case unexpectedAnswer(String, command: String, lacks: String)
    case serial(String, SerialError)
    case uploadStalled(String, offset: Int, of: Int)
    case offsetOutside(String, offset: Int, of: Int)
    case cancelled(String)
    case imageMalformed(String, reason: String)
    case imageHashWrong(String, holds: Digest, computed: Digest)
    case noImage(String)
    case imageUnreadable(String, StorageError)
    case notInSlot(String, Digest)
    case otherVersion(String, runs: String, wanted: String)
    case wentBack(String, runs: String, wanted: Digest)
    case notBack(String, within: Duration)
    case outOfTime(String)
    case notRunning(String, Digest)
    case restless(String, rounds: Int)

    /// What was heard instead of an answer.
    package enum Disturbance: String, Sendable, CaseIterable {
        case silence
        case babble
        case echo
        case halves
        case damage
        case oldAnswers
        case nonsense
        case hugeFrames
    }

    package var code: FaultCode {
        switch self {
        case .noAnswer(_, _, .silence): FaultCode(3101)
        case .noAnswer(_, _, .babble): FaultCode(3102)
        case .noAnswer(_, _, .echo): FaultCode(3103)
        case .noAnswer(_, _, .halves): FaultCode(3104)
        case .noAnswer(_, _, .damage): FaultCode(3105)
        case .noAnswer(_, _, .oldAnswers): FaultCode(3106)
        case .noAnswer(_, _, .nonsense): FaultCode(3107)
        case .noAnswer(_, _, .hugeFrames): FaultCode(3108)
        case .refused: FaultCode(3110)
        case .unexpectedAnswer: FaultCode(3111)
        case .serial(_, let error): error.code
        case .uploadStalled: FaultCode(3112)
        case .offsetOutside: FaultCode(3113)
        case .cancelled: FaultCode(3114)
        case .imageMalformed: FaultCode(3120)
        case .imageHashWrong: FaultCode(3121)
        case .noImage: FaultCode(3122)
        case .imageUnreadable(_, let error): error.code
        case .notInSlot: FaultCode(3130)
        case .otherVersion: FaultCode(3131)
        case .wentBack: FaultCode(3132)
        case .notBack: FaultCode(3133)
        case .notRunning: FaultCode(3134)
        case .restless: FaultCode(3135)
        case .outOfTime: FaultCode(3136)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .imageMalformed, .imageHashWrong, .noImage: .refused
        // It answers, and it is not what was approved: asking again would not change that.
        case .otherVersion, .wentBack, .notRunning: .refused
        case .serial(_, let error): error.kind
        default: .failed
        }
    }

    package var advice: String {
        switch self {
        case .noAnswer(_, _, .silence): "Check the cable, the supply and the declared speed of the port."
        case .noAnswer(_, _, .babble), .noAnswer(_, _, .damage): "Check the declared speed and framing of the port."
        case .noAnswer(_, _, .halves): "Check the cable, and whether flow control is meant to be on."
        case .noAnswer(_, _, .oldAnswers): "Check whether another program speaks to the peripheral."
        case .noAnswer(_, _, .nonsense), .noAnswer(_, _, .hugeFrames):
            "Check whether the peripheral's firmware speaks SMP on this port."
        case .noAnswer(_, _, .echo): "Check whether the line is looped back, or an RS-485 port hears itself."
        case .serial(_, let error): error.advice
        case .imageUnreadable(_, let error): error.advice
        case .wentBack: "See in the peripheral's own log why it left the image."
        case .notBack: "Check its supply; a restart of the device may bring it back."
        case .imageMalformed, .imageHashWrong: "Build the peripheral's image again, without padding."
        default: ""
        }
    }
}

extension PeripheralError {
    package var description: String {
        switch self {
        case .noAnswer(let name, let command, .silence):
            "the peripheral '\(name)' gave no answer to '\(command)': it was silent"
        case .noAnswer(let name, let command, .babble):
            "the peripheral '\(name)' gave no answer to '\(command)': all that came was no frame"
        case .noAnswer(let name, let command, .echo):
            "the peripheral '\(name)' gave no answer to '\(command)': what came was our own"
        case .noAnswer(let name, let command, .halves):
            "the peripheral '\(name)' gave no answer to '\(command)': its frames broke off"
        case .noAnswer(let name, let command, .damage):
            "the peripheral '\(name)' gave no answer to '\(command)': its frames were damaged"
        case .noAnswer(let name, let command, .oldAnswers):
            "the peripheral '\(name)' gave no answer to '\(command)': it answered only what was asked before, or nothing that was asked"
        case .noAnswer(let name, let command, .nonsense):
            "the peripheral '\(name)' gave no answer to '\(command)': its answers could not be read"
        case .noAnswer(let name, let command, .hugeFrames):
            "the peripheral '\(name)' gave no answer to '\(command)': its frames were larger than any answer"
        case .refused(let name, let command, let refusal):
            "the peripheral '\(name)' refused '\(command)': \(refusal)"
        case .unexpectedAnswer(let name, let command, let lacks):
            "the answer of the peripheral '\(name)' to '\(command)' has no '\(lacks)' that can be used"
        case .serial(let name, let error): "the peripheral '\(name)' cannot be reached: \(error.description)"
        case .uploadStalled(let name, let offset, let size):
            "the peripheral '\(name)' does not get beyond byte \(offset) of an image of \(size)"
        case .offsetOutside(let name, let offset, let size):
            "the peripheral '\(name)' asks for byte \(offset) of an image of \(size)"
        case .cancelled(let name): "the work on the peripheral '\(name)' was cancelled"
        case .imageMalformed(let name, let reason): "the image for the peripheral '\(name)' \(reason)"
        case .imageHashWrong(let name, let holds, let computed):
            "the image for the peripheral '\(name)' says that its hash is \(holds), and it is \(computed)"
        case .imageUnreadable(let name, let error):
            "the image for the peripheral '\(name)' cannot be read: \(error.description)"
        case .noImage(let name): "there is no image for the peripheral '\(name)'"
        case .notInSlot(let name, let hash): "the peripheral '\(name)' has the image \(hash) in no slot"
        case .otherVersion(let name, let runs, let wanted):
            "the peripheral '\(name)' says that it runs version \(runs), not \(wanted)"
        case .wentBack(let name, let runs, let wanted):
            "the peripheral '\(name)' did not start the image \(wanted), and runs version \(runs)"
        case .notBack(let name, let time):
            "the peripheral '\(name)' did not come back within \(time.components.seconds) s of its restart"
        case .outOfTime(let name): "the time was up before it was the turn of the peripheral '\(name)'"
        case .notRunning(let name, let hash): "the peripheral '\(name)' does not run the image \(hash)"
        case .restless(let name, let rounds):
            "the peripheral '\(name)' is not where it should be after \(rounds) restarts"
        }
    }
}
