import CLinux
import Glibc
package import SystemPackage

/// What a path really is, links followed.
package struct FileIdentity: Sendable, Equatable {
    package let resolved: FilePath
    /// `major:minor` of a block device, as the kernel's tables write it; nil for anything else.
    package let blockDevice: String?
    /// How `/proc/locks` names this file: major and minor in hexadecimal, and the inode.
    package let lockTableKey: String

    /// The same for two paths exactly when what is written through one is read through the other: links of either
    /// kind and second device nodes make no difference.
    package var key: String { blockDevice.map { "block " + $0 } ?? lockTableKey }

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
        let device = UInt64(status.st_dev)
        let numbers = [ac_device_major(device), ac_device_minor(device)].map { number in
            let digits = String(number, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }
        lockTableKey = numbers.joined(separator: ":") + ":\(status.st_ino)"
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
