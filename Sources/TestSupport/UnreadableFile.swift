import Foundation
package import SystemPackage

/// A file with blocks that the kernel cannot read and says EIO of, until they are written.
///
/// How it works: it lies on a btrfs, which keeps a checksum of each block of 4096 bytes. A block is broken by changing a byte of it
/// below the file system. Written again it is whole, as on a disk that puts another sector in a bad one's place.
package final class UnreadableFile: Sendable {
    package static let isAvailable =
        LoopDevice.canMount("btrfs") && FileManager.default.isExecutableFile(atPath: "/usr/sbin/mkfs.btrfs")
        && LoopDevice.canBeMounted

    package let path: FilePath
    private let place: FilePath
    private let folder: TemporaryFolder
    private let device: LoopDevice

    /// Puts `content` there and breaks the blocks of these numbers, each of whose bytes must be found nowhere else in it.
    package init(_ content: [UInt8], breaking blocks: [Int]) throws {
        folder = try TemporaryFolder()
        let medium = try folder.write("medium", "")
        place = folder.file("mounted")
        path = place.appending("file")
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
        guard truncate(medium.string, off_t(128 << 20)) == 0 else { throw Errno(rawValue: errno) }
        try Self.must(["/usr/sbin/mkfs.btrfs", "-q", "-f", "-m", "single", "-d", "single", medium.string])
        device = try LoopDevice(over: medium)
        try Self.must(["mount", "-t", "btrfs", device.path.string, place.string])
        try folder.write("mounted/file", content)
        try Self.must(["umount", place.string])
        for block in blocks {
            let wanted = try folder.write("wanted", Array(content[(block * 4096)..<(block * 4096 + 4096)]))
            try Self.must(["/usr/bin/python3", "-I", "-S", "-c", Self.breaker, device.path.string, wanted.string])
        }
        try Self.must(["mount", "-t", "btrfs", device.path.string, place.string])
    }

    deinit { _ = try? Tool.run(["umount", "--lazy", place.string]) }

    private static func must(_ arguments: [String]) throws {
        guard try Tool.run(arguments).status == 0 else { throw Errno.ioError }
    }

    private static let breaker = """
        import os, sys
        wanted = open(sys.argv[2], "rb").read()
        with open(sys.argv[1], "r+b") as medium:
            content = medium.read()
            place = content.index(wanted)
            assert content.find(wanted, place + 1) < 0
            medium.seek(place)
            medium.write(bytes([wanted[0] ^ 0xFF]))
            medium.flush()
            os.fsync(medium.fileno())
        """
}
