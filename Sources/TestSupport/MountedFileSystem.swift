import Foundation
import Glibc
package import SystemPackage

/// A small ext4 file system of a test's own, mounted at a folder: the kernel itself says what fails there, and how.
package final class MountedFileSystem: Sendable {
    package static let isAvailable =
        LoopDevice.canMount("ext4") && FileManager.default.fileExists(atPath: "/sys/fs/ext4/features")
        && LoopDevice.canBeMounted

    package let place: FilePath
    /// The file that it lives in.
    package let medium: FilePath
    package let device: LoopDevice
    private let folder: TemporaryFolder

    /// Makes one and mounts it; with `inodes` it has room for so few files.
    package init(at place: FilePath, megabytes: Int = 24, inodes: Int? = nil) throws {
        folder = try TemporaryFolder()
        self.place = place
        medium = try folder.write("medium", "")
        guard truncate(medium.string, off_t(megabytes) << 20) == 0 else { throw Errno(rawValue: errno) }
        let options = ["-m", "0"] + (inodes.map { ["-N", "\($0)"] } ?? [])
        try Self.must(["mkfs.ext4", "-q", "-F"] + options + [medium.string])
        device = try LoopDevice(over: medium)
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
        try mount()
    }

    deinit { _ = try? Tool.run(["umount", "--lazy", place.string]) }

    private static func must(_ arguments: [String]) throws {
        let result = try Tool.run(arguments)
        guard result.status == 0 else { throw Failure(reason: "\(arguments[0]): \(result.error)") }
    }

    private struct Failure: Error, CustomStringConvertible {
        let reason: String
        var description: String { reason }
    }

    package func mount(readOnly: Bool = false) throws {
        try Self.must([
            "mount", "-t", "ext4", "-o", "errors=remount-ro,\(readOnly ? "ro" : "rw")", device.path.string,
            place.string,
        ])
    }

    /// Makes one that was mounted read-only take writes; whoever looks into it meanwhile does not mind.
    package func allowWrites() throws { try Self.must(["mount", "-o", "remount,rw", place.string]) }

    /// Waits a moment for what killed processes had open, which the kernel gives back after they have gone.
    package func unmount() throws {
        let script = "for _ in $(seq 50); do umount \"$0\" 2>/dev/null && exit; sleep 0.1; done; umount \"$0\""
        try Self.must(["sh", "-c", script, place.string])
    }

    private var ballast: FilePath { place.appending("ballast") }

    /// Leaves not one free block.
    package func fill() throws {
        let file = try FileDescriptor.open(
            ballast, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        defer { try? file.close() }
        var piece = 1 << 20
        while piece >= 512 {
            do {
                try file.writeAll([UInt8](repeating: 0x5A, count: piece))
                // Blocks are promised first and found when they are written.
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            } catch Errno.noSpace { piece /= 2 }
        }
    }

    /// Leaves not one free inode.
    package func useUpFiles() throws {
        let folder = place.appending("many")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        for number in 0... {
            do {
                try FileDescriptor.open(
                    folder.appending("\(number)"), .writeOnly, options: .create, permissions: .ownerReadWrite
                ).close()
            } catch Errno.noSpace { return }
        }
    }

    /// Gives back what was filled and used up.
    package func makeRoom() throws {
        for path in [ballast, place.appending("many")] where FileManager.default.fileExists(atPath: path.string) {
            try FileManager.default.removeItem(atPath: path.string)
        }
    }

    /// Has the kernel find an error in the file system, whereupon it takes no more writes, whoever has files open (ext4(5), errors).
    package func breakDown() throws {
        let trigger = try FileDescriptor.open("/sys/fs/ext4/\(device.name)/trigger_fs_error", .writeOnly)
        defer { try? trigger.close() }
        try trigger.writeAll(Array("a test asked for it\n".utf8))
    }

    /// Checks and mounts it again, as the next boot does.
    package func repair() throws {
        try unmount()
        // 1 says that errors were corrected.
        let checked = try Tool.run(["e2fsck", "-f", "-y", device.path.string])
        guard checked.status <= 1 else { throw Failure(reason: checked.text) }
        try mount()
    }
}
