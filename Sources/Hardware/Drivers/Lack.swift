import SystemPackage

/// Why there is no value: the three qualities that have none.
enum Lack: Error, Equatable {
    case absent
    case unreadable(String)
    case implausible(String)

    /// What an attribute that could not be opened or read says.
    init(_ errno: Errno, _ path: String) {
        switch errno {
        // A kernel without the feature, a part without the attribute, or one that was pulled.
        case .noSuchFileOrDirectory, .notDirectory, .operationNotSupportedByDevice, .noSuchAddressOrDevice,
            .notSupportedOnSocket,
            .notSupported:
            self = .absent
        default: self = .unreadable("\(errno) (\(path))")
        }
    }

    var reading: Reading {
        switch self {
        case .absent: .absent
        case .unreadable(let reason): .unreadable(reason: reason)
        case .implausible(let reason): .implausible(reason: reason)
        }
    }

    var words: String {
        switch self {
        case .absent: "it is not there"
        case .unreadable(let reason), .implausible(let reason): reason
        }
    }
}

extension Double {
    /// Without a point where it is whole, whatever its size: `0`, `1e+30`.
    var plain: String { Int64(exactly: self).map { String($0) } ?? String(self) }
}
