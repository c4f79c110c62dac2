package import Bundles
package import Platform
package import SystemPackage
package import Vocabulary

/// Why an image did not get into its slot.
package enum InstallationError: Fault, Equatable {
    case bundle(BundleError)
    case storage(StorageError)
    case noSlot(image: String)
    case slotMissing(FilePath)
    case runningSlot(FilePath)
    case mountedSlot(FilePath, at: String)
    case slotInUse(FilePath)
    case slotTooSmall(FilePath, size: ByteCount, needed: ByteCount)
    case sameSlotTwice(FilePath)
    case anotherInstaller
    case readBackDiffers(FilePath, offset: UInt64)
    case cancelled

    package var code: FaultCode {
        switch self {
        case .bundle(let error): error.code
        case .storage(let error): error.code
        case .noSlot: FaultCode(2301)
        case .slotMissing: FaultCode(2302)
        case .runningSlot: FaultCode(2303)
        case .mountedSlot: FaultCode(2304)
        case .slotInUse: FaultCode(2305)
        case .slotTooSmall: FaultCode(2306)
        case .sameSlotTwice: FaultCode(2307)
        case .anotherInstaller: FaultCode(2308)
        case .readBackDiffers: FaultCode(2309)
        case .cancelled: FaultCode(2310)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .bundle(let error): error.kind
        case .noSlot, .runningSlot, .slotTooSmall, .sameSlotTwice: .refused
        case .mountedSlot, .slotInUse, .anotherInstaller: .inUse
        case .storage, .slotMissing, .readBackDiffers, .cancelled: .failed
        }
    }

    package var description: String {
        switch self {
        case .bundle(let error): error.description
        case .storage(let error): error.description
        case .noSlot(let image): "this device has no slot for the image '\(image)'"
        case .slotMissing(let path): "the slot '\(path)' is not there"
        case .runningSlot(let path): "the slot '\(path)' belongs to the running system"
        case .mountedSlot(let path, let place): "the slot '\(path)' is mounted at '\(place)'"
        case .slotInUse(let path): "the slot '\(path)' is held by the kernel (mounted, mapped or in a RAID)"
        case .slotTooSmall(let path, let size, let needed): "the slot '\(path)' has \(size), the image needs \(needed)"
        case .sameSlotTwice(let path): "two images would go into the slot '\(path)'"
        case .anotherInstaller: "another installation is under way"
        case .readBackDiffers(let path, let offset):
            "what '\(path)' gave back at byte \(offset) is not what was written there"
        case .cancelled: "the installation was cancelled"
        }
    }

    package var advice: String {
        switch self {
        case .bundle(let error): error.advice
        case .storage(let error): error.advice
        case .slotMissing: "Check the device path in the configuration."
        case .mountedSlot: "Unmount it and try again."
        case .readBackDiffers: "The storage may be worn out: have it checked before another try."
        default: ""
        }
    }
}
