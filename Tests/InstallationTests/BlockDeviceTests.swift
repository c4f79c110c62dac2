import Bundles
import Foundation
import Installation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Slots on real block devices: loop devices, which only root can make.
@Suite("Block devices", .enabled(if: LoopDevice.isAvailable, "needs root and loop devices"), .serialized)
struct BlockDeviceTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    @Test(
        "An image is installed into a device of either sector size, and again without a write", arguments: [512, 4096])
    func sectors(size: Int) async throws {
        let image = Workshop.image(chunks: 20, of: 65536)
        let backing = try workshop.slot(size: 2 << 20)
        let device = try LoopDevice(over: backing, sectorSize: size)
        let report = try await workshop.install(try workshop.bundle(image, chunkLength: 65536), into: device.path)
        #expect(report.written == UInt64(image.count))
        let probe = StorageProbe()
        let again = try await workshop.install(
            try workshop.bundle(image, chunkLength: 65536), into: device.path, observer: probe)
        #expect(again.written == 0)
        #expect(probe.operations.allSatisfy { $0.writtenRange == nil })
        let held = try Storage().open(device.path, .read).read(2 << 20, at: 0)
        #expect(held == image + Workshop.old((2 << 20) - image.count))
    }

    @Test("A device that ends within a block takes an image of its size")
    func oddSize() async throws {
        let image = Array(Workshop.image(chunks: 4, of: 65536)[..<(3 * 65536 + 1536)])
        let device = try LoopDevice(over: try workshop.slot(size: image.count), sectorSize: 512)
        try await workshop.install(try workshop.bundle(image, chunkLength: 65536), into: device.path)
        #expect(try Storage().open(device.path, .read).read(image.count, at: 0) == image)
    }

    @Test("A device that somebody holds is refused as in use")
    func held() async throws {
        let image = Workshop.image()
        let device = try LoopDevice(over: try workshop.slot(size: 1 << 20), sectorSize: 512)
        let holder = try Storage().open(device.path, [.read, .claim])
        let bundle = try workshop.bundle(image)
        let error = await #expect(throws: InstallationError.slotInUse(device.path)) {
            try await workshop.install(bundle, into: device.path)
        }
        #expect(error?.kind == .inUse)
        withExtendedLifetime(holder) {}
    }

    @Test("A mounted device is refused with the place where it is mounted")
    func mounted() async throws {
        let device = try LoopDevice(over: try workshop.slot(size: 4 << 20), sectorSize: 512)
        #expect(try Tool.run(["mkfs.ext4", "-q", "-F", device.path.string]).status == 0)
        let place = workshop.folder.file("mounted").string
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        // Not every machine that has loop devices lets one mount them.
        guard try Tool.run(["mount", device.path.string, place]).status == 0 else { return }
        defer { _ = try? Tool.run(["umount", place]) }
        let bundle = try workshop.bundle(Workshop.image())
        await #expect(throws: InstallationError.mountedSlot(device.path, at: place)) {
            try await workshop.install(bundle, into: device.path)
        }
    }

    @Test("The file behind a loop device is refused, by every name", arguments: [false, true])
    func backing(byHardLink: Bool) async throws {
        let slot = try workshop.slot(size: 1 << 20)
        let device = try LoopDevice(over: slot, sectorSize: 512)
        let path = byHardLink ? workshop.folder.file("other") : slot
        if byHardLink { try FileManager.default.linkItem(atPath: slot.string, toPath: path.string) }
        let bundle = try workshop.bundle(Workshop.image())
        await #expect(throws: InstallationError.slotInUse(path)) {
            try await workshop.install(bundle, into: path)
        }
        withExtendedLifetime(device) {}
    }

    @Test("A second node of the running device is refused")
    func secondNode() async throws {
        let device = try LoopDevice(over: try workshop.slot(size: 1 << 20), sectorSize: 512)
        let node = workshop.folder.file("node")
        let numbers = try #require(FileIdentity(device.path)?.blockDevice).split(separator: ":").map(String.init)
        guard try Tool.run(["mknod", node.string, "b", numbers[0], numbers[1]]).status == 0 else { return }
        let bundle = try workshop.bundle(Workshop.image())
        #expect(throws: InstallationError.runningSlot(node)) {
            try workshop.installer(running: [device.path]).check(bundle.manifest.images, into: ["rootfs": node])
        }
    }
}
