package import Platform
package import SystemPackage
package import Vocabulary

/// Why the boot loader's variables could not be read or changed.
package enum BootControlError: Fault, Equatable {
    case unreadable(FilePath, StorageError)
    case unwritable(FilePath, StorageError)
    case inUse(FilePath)
    case wrongSize(FilePath, bytes: UInt64, wanted: UInt64)
    case corrupt(FilePath, reason: String)
    case full(FilePath, needed: Int, available: Int)
    case scattered(FilePath, name: String)
    case notKept(FilePath)
    case unknownSlotSet(SlotSet, known: [SlotSet])
    case nothingConfirmed
    case isConfirmed(SlotSet)

    package var code: FaultCode {
        switch self {
        case .unreadable: FaultCode(2201)
        case .unwritable: FaultCode(2202)
        case .inUse: FaultCode(2203)
        case .wrongSize: FaultCode(2204)
        case .corrupt: FaultCode(2205)
        case .full: FaultCode(2206)
        case .scattered: FaultCode(2211)
        case .notKept: FaultCode(2207)
        case .unknownSlotSet: FaultCode(2208)
        case .nothingConfirmed: FaultCode(2209)
        case .isConfirmed: FaultCode(2210)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .unreadable, .unwritable, .wrongSize, .corrupt, .full, .scattered, .notKept: .failed
        case .inUse: .inUse
        case .unknownSlotSet: .usage
        case .nothingConfirmed, .isConfirmed: .refused
        }
    }

    package var description: String {
        switch self {
        case .unreadable(let path, let cause): "the boot environment '\(path)' cannot be read: \(cause)"
        case .unwritable(let path, let cause): "the boot environment '\(path)' cannot be written: \(cause)"
        case .inUse(let path): "the boot environment '\(path)' is locked by another program"
        case .wrongSize(let path, let bytes, let wanted):
            "the boot environment '\(path)' has \(bytes) bytes instead of \(wanted)"
        case .corrupt(let path, let reason): "the boot environment '\(path)' is corrupt: \(reason)"
        case .full(let path, let needed, let available):
            "the boot environment '\(path)' has no room: \(needed) bytes are needed and \(available) are there"
        case .scattered(let path, let name):
            "the boot environment '\(path)' keeps '\(name)' outside its first 512 bytes"
        case .notKept(let path): "the boot environment '\(path)' does not read back as it was written"
        case .unknownSlotSet(let set, let known):
            "there is no slot set '\(set)', only \(known.map(\.name).joined(separator: ", "))"
        case .nothingConfirmed: "no slot set is confirmed"
        case .isConfirmed(let set): "slot set '\(set)' is the confirmed one"
        }
    }

    package var advice: String {
        switch self {
        case .wrongSize, .corrupt: "It is left as it is; docs/boot-control.md says how to make it anew."
        case .scattered: "Make it anew as docs/boot-control.md says, with the boot variables in front."
        case .full: "Remove variables that nothing uses."
        case .nothingConfirmed: "Commit the slot set that is running first."
        case .isConfirmed: "Choose the other slot set, or commit the other one first."
        case .inUse: "Try again in a moment."
        case .notKept: "Have the storage examined before the next restart."
        case .unreadable, .unwritable, .unknownSlotSet: ""
        }
    }
}
