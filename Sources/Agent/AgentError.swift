package import Vocabulary

/// Why the agent did not do what it was asked, or could not start.
package enum AgentError: Fault, Equatable {
    case interrupted
    case stateLost
    case busy(state: String)
    case notNow(state: String, wanted: String)
    case inUse(reasons: [String])
    case configuration(String, reason: String)
    case unknownRunningSlotSet(found: String)
    case noTargetSlotSet
    case restartFailed(reason: String)
    case daemonUnreachable(reason: String)
    case noSelfTests
    case nothingToRollBackTo
    case sourceUnreadable(String, reason: String)
    case unexpected(reason: String)
    case waitedTooLong(seconds: Int)
    case heldTooLong(hours: Int64, reasons: [String])
    case unknownPeripheral(String)
    case noBoard
    case firmwareTooLarge(image: String, size: ByteCount, limit: ByteCount)
    case unknownHold(String)
    case tooManyHolds(Int)
    case unknownSlotSet(SlotSet)
    case otherRelease(Version)
    case imageOfTwo(String)
    case otherVersion(Version, release: Version)
    case recordLost(Version)
    case otherDevice(String)
    case olderDocument(String, than: String)
    case otherDocument(String)
    case tooManyDocuments(Int)
    case unknownAcknowledgement(String)
    case nobody
    case sourceTooLong(bytes: Int)

    package var code: FaultCode {
        switch self {
        case .interrupted: FaultCode(2701)
        case .stateLost: FaultCode(2702)
        case .busy: FaultCode(2703)
        case .notNow: FaultCode(2704)
        case .inUse: FaultCode(2705)
        case .configuration: FaultCode(2706)
        case .unknownRunningSlotSet: FaultCode(2707)
        case .noTargetSlotSet: FaultCode(2708)
        case .restartFailed: FaultCode(2709)
        case .daemonUnreachable: FaultCode(2710)
        case .noSelfTests: FaultCode(2711)
        case .nothingToRollBackTo: FaultCode(2712)
        case .sourceUnreadable: FaultCode(2713)
        case .unexpected: FaultCode(2714)
        case .waitedTooLong: FaultCode(2715)
        case .heldTooLong: FaultCode(2716)
        case .unknownPeripheral: FaultCode(2717)
        case .firmwareTooLarge: FaultCode(2718)
        case .noBoard: FaultCode(2719)
        case .unknownHold: FaultCode(2721)
        case .otherRelease: FaultCode(2722)
        case .tooManyHolds: FaultCode(2723)
        case .unknownSlotSet: FaultCode(2724)
        case .imageOfTwo: FaultCode(2725)
        case .otherVersion: FaultCode(2748)
        case .recordLost: FaultCode(2741)
        case .otherDevice: FaultCode(2742)
        case .olderDocument: FaultCode(2743)
        case .otherDocument: FaultCode(2744)
        case .tooManyDocuments: FaultCode(2745)
        case .unknownAcknowledgement: FaultCode(2746)
        case .nobody: FaultCode(2747)
        case .sourceTooLong: FaultCode(2749)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .busy, .inUse, .heldTooLong: .inUse
        case .notNow, .nothingToRollBackTo, .firmwareTooLarge, .noBoard, .unknownHold, .otherRelease,
            .imageOfTwo, .recordLost, .otherDevice, .olderDocument, .otherDocument, .tooManyDocuments,
            .tooManyHolds, .unknownSlotSet:
            .refused
        case .daemonUnreachable: .unreachable
        case .configuration, .unknownAcknowledgement, .nobody, .sourceTooLong: .usage
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .interrupted: "the agent was stopped while the bundle was streamed in"
        case .stateLost: "the state database was damaged and set aside"
        case .busy(let state): "an update is under way (\(state))"
        case .notNow(let state, let wanted): "cannot \(wanted) while the update is \(state)"
        case .inUse(let reasons): "the device is in use: \(reasons.joined(separator: "; "))"
        case .configuration(let path, let reason): "the configuration '\(path)' \(reason)"
        case .unknownRunningSlotSet(let found):
            "the kernel command line names the slot set '\(found)', which is not configured"
        case .noTargetSlotSet: "there is no slot set to install into besides the running one"
        case .restartFailed(let reason): "cannot restart the device: \(reason)"
        case .daemonUnreachable(let reason): "cannot reach the daemon: \(reason)"
        case .noSelfTests: "the new system declares no self-tests, so nothing proves it"
        case .nothingToRollBackTo: "there is no other slot set with a bootable release"
        case .sourceUnreadable(let source, let reason): "cannot read '\(source)': \(reason)"
        case .unexpected(let reason): reason
        case .otherVersion(let found, let release):
            "the system on trial says that it is \(found), the release is \(release)"
        case .recordLost(let version): "what was approved of \(version) is not on the device any more"
        case .otherDevice(let id): "the document '\(id)' is for another device or product"
        case .olderDocument(let id, let other): "the document '\(id)' is not newer than '\(other)', which is in force"
        case .otherDocument(let id): "another document with the id '\(id)' is in force"
        case .tooManyDocuments(let count): "\(count) documents of this kind are in force, and no more are kept"
        case .unknownAcknowledgement(let subject): "'\(subject)' is nothing that could be acknowledged"
        case .sourceTooLong(let bytes): "the source has \(bytes) bytes, at most 4096 are taken"
        case .nobody: "an acknowledgement needs the name and the role of a person"
        case .heldTooLong(let hours, let reasons):
            "the device was in use for \(hours) hours: \(reasons.joined(separator: "; "))"
        case .unknownPeripheral(let name): "this board declares no peripheral '\(name)'"
        case .firmwareTooLarge(let image, let size, let limit):
            "the image '\(image)' has \(size), more than the \(limit) of a peripheral's firmware"
        case .noBoard: "the running release describes no board, so there is nothing to read"
        case .unknownHold(let id): "there is no hold '\(id)'"
        case .tooManyHolds(let count): "there are \(count) holds already"
        case .imageOfTwo(let image): "the image '\(image)' is for a slot of the host and for a peripheral"
        case .unknownSlotSet(let set): "there is no slot set '\(set)'"
        case .otherRelease(let version): "the grant is for another release than this \(version)"
        case .waitedTooLong(let seconds): "the update has not ended after \(seconds) seconds"
        }
    }

    package var advice: String {
        switch self {
        case .interrupted: "Send the bundle again: what was written already is kept."
        case .stateLost: "Send the bundle again; the damaged files are kept beside the new database."
        case .busy: "Wait for it or cancel it with 'aftercare cancel'."
        case .inUse: "It goes on by itself as soon as the device is free."
        case .daemonUnreachable: "Check it with 'systemctl status aftercare'."
        case .unknownRunningSlotSet:
            "Check that the boot script passes aftercare.slot= and that the configuration names that slot set."
        case .otherVersion: "Put the release's version into IMAGE_VERSION of the image's os-release."
        case .recordLost: "Install the release again."
        case .otherRelease: "Ask for a grant for this release, or send the one that the grant is for."
        case .imageOfTwo:
            "Give the peripheral's image another name in the board's profile, or the slot's in the configuration."
        case .noSelfTests: "Put at least one required test into /usr/lib/aftercare/self-tests.d of the image."
        default: ""
        }
    }
}
