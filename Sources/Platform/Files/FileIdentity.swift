import CLinux
import Glibc
package import SystemPackage

/// What a path really is, links followed.
package struct FileIdentity: Sendable, Equatable {
    package let resolved: FilePath
    /// `major:minor` of a block device, as the kernel's tables write it; nil for anything else.
    package let blockDevice: String?

    /// Nil where nothing is there.
    package init?(_ path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
        resolved = Self.resolve(path)
        if status.st_mode & S_IFMT == S_IFBLK {
            blockDevice = "\(ac_device_major(UInt64(status.st_rdev))):\(ac_device_minor(UInt64(status.st_rdev)))"
        } else {
            blockDevice = nil
        }
    }

    /// The absolute path without links; the path itself where that cannot be told.
    package static func resolve(_ path: FilePath) -> FilePath {
        path.withPlatformString { text in
            guard let real = realpath(text, nil) else { return path }
            defer { free(real) }
            return FilePath(platformString: real)
        }
    }
}
