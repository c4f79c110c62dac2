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

    package let path: FilePath

    package var name: String { path.lastComponent?.string ?? "" }

    package init(over file: FilePath, sectorSize: Int = 512) throws {
        let made = try Tool.run(["losetup", "--find", "--show", "--sector-size", "\(sectorSize)", file.string])
        guard made.status == 0 else { throw Errno.notSupported }
        path = FilePath(made.text.split(separator: "\n").first.map(String.init) ?? "")
    }

    deinit { _ = try? Tool.run(["losetup", "--detach", path.string]) }
}
