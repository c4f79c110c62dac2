import Foundation
package import SystemPackage

/// A loop device, detached with its owner.
package final class LoopDevice: Sendable {
    package static let isAvailable: Bool = {
        guard geteuid() == 0, let found = try? Tool.run(["losetup", "--find"]) else { return false }
        return found.status == 0
    }()

    /// Whether the kernel that runs the tests can mount a kind of file system.
    package static func canMount(_ kind: String) -> Bool {
        let known = (try? String(contentsOfFile: "/proc/filesystems", encoding: .utf8)) ?? ""
        return isAvailable && known.split(separator: "\n").contains { $0.hasSuffix("\t\(kind)") }
    }

    /// Whether a loop device can be mounted here: not every container that has them allows it.
    package static let canBeMounted: Bool = {
        guard isAvailable else { return false }
        let tried = try? Tool.run(["sh", "-c", tryMount])
        return tried?.status == 0
    }()

    private static let tryMount = """
        set -e
        folder=$(mktemp -d)
        truncate -s 4M "$folder/medium"
        mkfs.ext4 -q -F "$folder/medium"
        mount -o loop "$folder/medium" "$folder" && umount "$folder"
        rm -r "$folder"
        """

    package let path: FilePath

    package var name: String { path.lastComponent?.string ?? "" }

    package init(over file: FilePath, sectorSize: Int = 512) throws {
        let made = try Tool.run(["losetup", "--find", "--show", "--sector-size", "\(sectorSize)", file.string])
        guard made.status == 0 else { throw Errno.notSupported }
        path = FilePath(made.text.split(separator: "\n").first.map(String.init) ?? "")
    }

    /// Has the kernel look at the size of what is behind it once more: after `truncate` to nothing the device is gone for whoever has it
    /// open, and what is read or written is an error.
    package func takeSizeAgain() throws {
        guard try Tool.run(["losetup", "--set-capacity", path.string]).status == 0 else { throw Errno.notSupported }
    }

    deinit { _ = try? Tool.run(["losetup", "--detach", path.string]) }
}
