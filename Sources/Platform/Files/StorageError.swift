package import SystemPackage
package import Vocabulary

/// Why a file, folder or block device could not be read or written.
package enum StorageError: Fault, Equatable {
    case cannot(String, FilePath, Errno)
    case tooLarge(FilePath, limit: Int)
    case ended(FilePath, offset: UInt64)
    case locked(FilePath)

    package var code: FaultCode {
        switch self {
        case .cannot(_, _, .noSpace): FaultCode(1002)
        case .cannot(_, _, .readOnlyFileSystem): FaultCode(1003)
        case .cannot(_, _, .ioError): FaultCode(1004)
        case .cannot: FaultCode(1001)
        case .tooLarge: FaultCode(1005)
        case .ended: FaultCode(1006)
        case .locked: FaultCode(1007)
        }
    }

    package var description: String {
        switch self {
        case .cannot(let verb, let path, let errno): "cannot \(verb) '\(path)': \(errno)"
        case .tooLarge(let path, let limit): "'\(path)' is larger than \(limit) bytes"
        case .ended(let path, let offset): "'\(path)' ends at byte \(offset), before all was read"
        case .locked(let path): "'\(path)' is locked by another process"
        }
    }

    package var advice: String {
        switch self {
        case .cannot(_, _, .noSpace): "Free some space and try again."
        case .cannot(_, _, .permissionDenied), .cannot(_, _, .notPermitted):
            "Run it as root or as the owner of the file."
        default: ""
        }
    }
}
