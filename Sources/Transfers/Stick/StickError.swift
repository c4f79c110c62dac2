package import Platform
package import Vocabulary

/// Why a USB stick was not read, or something on it was not taken.
package enum StickError: Fault, Equatable {
    case noStick
    case unfitName(String)
    case unknownContent(device: String)
    case cannotRead(device: String, StorageError)
    case nothingThere(product: String)
    case several([String])
    case noSuchRelease(String)
    case unfit(String, reason: String)
    case noReader(device: String, reason: String)
    case tooSlow(device: String, seconds: Int)
    case nonsense(device: String)

    package var code: FaultCode {
        switch self {
        case .noStick: FaultCode(3520)
        case .unfitName: FaultCode(3521)
        case .unknownContent: FaultCode(3522)
        case .cannotRead: FaultCode(3523)
        case .nothingThere: FaultCode(3524)
        case .several: FaultCode(3525)
        case .noSuchRelease: FaultCode(3526)
        case .unfit: FaultCode(3527)
        case .noReader: FaultCode(3528)
        case .tooSlow: FaultCode(3529)
        case .nonsense: FaultCode(3530)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .unfitName, .several: .usage
        case .unknownContent, .unfit: .refused
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .noStick: "no USB stick is plugged in"
        case .unfitName(let name): "'\(name.printable(limit: 128))' is no name of a device or a release"
        case .unknownContent(let device):
            "the stick '\(device)' has no file system that is taken: vfat, exfat, ext4 or iso9660"
        case .cannotRead(let device, let error): "the stick '\(device)' cannot be read: \(error.description)"
        case .nothingThere(let product): "no release for '\(product)' is on the stick"
        case .several(let names): "there are \(names.count) releases on the stick: \(names.joined(separator: ", "))"
        case .noSuchRelease(let name): "the release '\(name)' is not on the stick"
        case .unfit(let name, let reason): "'\(name)' on the stick is refused: \(reason)"
        case .noReader(let device, let reason): "the stick '\(device)' could not be looked into: \(reason)"
        case .tooSlow(let device, let seconds): "the stick '\(device)' was not read in \(seconds) s"
        case .nonsense(let device): "what looked into the stick '\(device)' gave an answer that makes no sense"
        }
    }

    package var advice: String {
        switch self {
        case .noStick: "Plug one in, wait for its light, and try again."
        case .unfitName: ""
        case .unknownContent: "Format it with FAT32 or exFAT and copy the release again."
        case .cannotRead, .tooSlow: "Try another stick or another port."
        case .nothingThere: "A release lies in the folder 'aftercare', in one with the product's name."
        case .several: "Name one of them."
        case .noSuchRelease: "Ask for the list of what is on the stick."
        case .unfit: "Copy the release to the stick again."
        case .noReader, .nonsense: "Look into the journal of 'aftercare-stick@'."
        }
    }
}
