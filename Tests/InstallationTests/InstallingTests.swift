import Bundles
import Installation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Installing")
struct InstallingTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    @Test("An image is in its slot, and what lies behind it stays", arguments: [1, 2, 7])
    func whole(threads: Int) async throws {
        let image = Workshop.image()
        let slot = try workshop.slot(size: image.count + 5000)
        let report = try await workshop.install(try workshop.bundle(image), into: slot, threads: threads)
        #expect(try workshop.folder.read("slot") == image + Workshop.old(5000))
        #expect(report.total == UInt64(image.count))
        #expect(report.written == report.total)
        #expect(report.skipped == 0)
    }

    @Test("Chunks larger than what is read at once are installed, and compared whole")
    func largeChunks() async throws {
        let image = Workshop.image(chunks: 3, of: 600_000 / 4096 * 4096, tail: 300_001)
        let slot = try workshop.slot(size: image.count)
        let length = 600_000 / 4096 * 4096
        try await workshop.install(try workshop.bundle(image, chunkLength: length), into: slot)
        #expect(try workshop.folder.read("slot") == image)
        let again = try await workshop.install(try workshop.bundle(image, chunkLength: length), into: slot)
        #expect(again.written == 0)
    }

    @Test(
        "An image of any size fits a slot of just that size",
        arguments: [1, 511, 512, 513, 4095, 4096, 4097, 8192, 12289, 40000])
    func sizes(size: Int) async throws {
        let image = Array(Workshop.image(seed: 2)[..<size])
        let slot = try workshop.slot(size: size)
        try await workshop.install(try workshop.bundle(image, chunkLength: 4096), into: slot)
        #expect(try workshop.folder.read("slot") == image)
    }

    @Test("Every image goes into its own slot")
    func severalImages() async throws {
        let contents = [
            ("boot", Workshop.image(chunks: 2, seed: 3)), ("rootfs", Workshop.image(seed: 4)),
            ("firmware", Array(Workshop.image(seed: 5)[..<100])),
        ]
        var slots: [String: FilePath] = [:]
        for (name, content) in contents { slots[name] = try workshop.slot(name, size: content.count + 4096) }
        let bundle = try workshop.verified(MemorySource(try workshop.bytes(try workshop.factory(contents))))
        let report = try await workshop.installer().install(
            bundle, into: slots, cancellation: Cancellation(), progress: { _ in })
        for (name, content) in contents {
            #expect(try workshop.folder.read(name) == content + Workshop.old(4096), "\(name)")
        }
        #expect(report.total == UInt64(contents.reduce(0) { $0 + $1.1.count }))
    }

    @Test("Installing again writes nothing")
    func again() async throws {
        let image = Workshop.image()
        let slot = try workshop.slot(size: image.count)
        try await workshop.install(try workshop.bundle(image), into: slot)
        let probe = StorageProbe()
        let report = try await workshop.install(try workshop.bundle(image), into: slot, observer: probe)
        #expect(report.written == 0)
        #expect(report.skipped == UInt64(image.count))
        #expect(probe.operations.allSatisfy { $0.writtenRange == nil })
        #expect(try workshop.folder.read("slot") == image)
    }

    @Test("In a slot that holds most of it only the blocks that differ are written")
    func differingBlocks() async throws {
        let image = Workshop.image(chunks: 30, of: 131072)
        var held = image
        // A byte of text, one of noise, one of zeros, the very last, and two far apart in one chunk.
        let changed = [5000, 131072 + 4095, 2 * 131072, image.count - 1, 9 * 131072, 9 * 131072 + 100_000]
        for position in changed { held[position] ^= 0xFF }
        let slot = try workshop.folder.write("slot", held)
        let probe = StorageProbe()
        let bundle = try workshop.bundle(image, chunkLength: 131072)
        let report = try await workshop.install(bundle, into: slot, observer: probe)
        let blocks = changed.map { position in
            UInt64(position / 4096 * 4096)..<UInt64(min(position / 4096 * 4096 + 4096, image.count))
        }
        let written = probe.operations.compactMap(\.writtenRange).sorted { $0.lowerBound < $1.lowerBound }
        #expect(written == blocks.sorted { $0.lowerBound < $1.lowerBound })
        #expect(report.written == UInt64(blocks.reduce(0) { $0 + $1.count }))
        #expect(try workshop.folder.read("slot") == image)
    }

    @Test("Progress rises to the whole in both phases, and adds up with the report")
    func progress() async throws {
        let image = Workshop.image()
        let slot = try workshop.folder.write("slot", Array(image[..<50000]) + Workshop.old(image.count))
        let seen = Collected<InstallProgress>()
        let report = try await workshop.install(try workshop.bundle(image), into: slot) { seen.append($0) }
        for phase in [InstallProgress.Phase.writing, .readingBack] {
            let steps = seen.values.filter { $0.phase == phase }
            #expect(steps.map(\.done) == steps.map(\.done).sorted())
            #expect(steps.count == 14)
            #expect(steps.allSatisfy { $0.total == UInt64(image.count) })
            #expect(steps.last?.done == UInt64(image.count))
            #expect(steps.last?.skipped == report.skipped)
        }
        #expect(seen.values.map(\.phase.rawValue).sorted(by: >) == seen.values.map(\.phase.rawValue))
        #expect(report.skipped > 40000)
        #expect(report.written + report.skipped == report.total)
    }

    @Test(
        "A slot on a file system without direct I/O is written and read back all the same",
        .enabled(if: Storage().exists("/dev/shm"), "needs /dev/shm"))
    func memoryFileSystem() async throws {
        let image = Workshop.image()
        let slot = FilePath("/dev/shm/\(newIdentifier())")
        let storage = Storage()
        try storage.open(slot, [.write, .create, .exclusive]).truncate(to: UInt64(image.count))
        defer { try? storage.remove(slot) }
        try await workshop.install(try workshop.bundle(image), into: slot)
        #expect(try storage.read(slot, limit: 1 << 20) == image)
        let again = try await workshop.install(try workshop.bundle(image), into: slot)
        #expect(again.written == 0)
    }
}
