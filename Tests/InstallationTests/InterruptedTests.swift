import Bundles
import Installation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Installations that do not come to their end; none of them may leave a byte that is neither old nor new.
@Suite("An interrupted installation")
struct InterruptedTests {
    private let workshop: Workshop
    private let image = Workshop.image()

    init() throws { workshop = try Workshop() }

    private func expectNothingStrange(_ comment: Comment) throws {
        let held = try workshop.folder.read("slot")
        let strange = held.firstStrangeSector(old: Workshop.old(image.count), new: image)
        #expect(strange == nil, comment)
        #expect(held.count == image.count, comment)
    }

    @Test("Cut at any change of the medium, it is gone on with and ends right", arguments: [0, 512, -512])
    func cutAnywhere(keeping: Int) async throws {
        let slot = try workshop.slot(size: image.count)
        // Once without looking: the lock's file is made only the first time.
        try await workshop.install(try workshop.bundle(image), into: slot)
        _ = try workshop.slot(size: image.count)
        let whole = StorageProbe()
        try await workshop.install(try workshop.bundle(image), into: slot, observer: whole)
        #expect(whole.operations.count > 14)
        for number in whole.operations.indices {
            _ = try workshop.slot(size: image.count)
            let probe = StorageProbe(cutAt: number, keeping: keeping)
            let bundle = try workshop.bundle(image)
            await #expect(throws: InstallationError.self, "change \(number)") {
                try await workshop.install(bundle, into: slot, observer: probe)
            }
            try expectNothingStrange("change \(number)")
            try await workshop.install(try workshop.bundle(image), into: slot)
            #expect(try workshop.folder.read("slot") == image, "change \(number)")
        }
    }

    @Test("What was in place when it was cut is not written again")
    func resumed() async throws {
        let slot = try workshop.slot(size: image.count)
        let bundle = try workshop.bundle(image)
        let cut = StorageProbe(cutAt: 10)
        await #expect(throws: InstallationError.self) {
            try await workshop.install(bundle, into: slot, observer: cut, threads: 1)
        }
        let report = try await workshop.install(try workshop.bundle(image), into: slot)
        #expect(report.skipped >= 8 * 8192)
        #expect(try workshop.folder.read("slot") == image)
    }

    @Test(
        "A slot that fails to write at byte N ends it with the medium's reason",
        arguments: [0, 30000, 106_000], [Errno.ioError, .noSpace])
    func failingMedium(position: Int, errno: Errno) async throws {
        let slot = try workshop.slot(size: image.count)
        let probe = StorageProbe { _, operation in
            guard let range = operation.writtenRange, range.contains(UInt64(position)) else { return .proceed }
            guard case .write = operation else { return .fail(errno) }
            return .tear(keeping: (position - Int(range.lowerBound)) / 512 * 512, errno)
        }
        let bundle = try workshop.bundle(image)
        let error = await #expect(throws: InstallationError.self) {
            try await workshop.install(bundle, into: slot, observer: probe)
        }
        #expect(error == .storage(.cannot("write", slot, errno)))
        #expect(error?.kind == .failed)
        try expectNothingStrange("byte \(position)")
    }

    @Test("A flush that fails is an installation that failed")
    func failingFlush() async throws {
        let slot = try workshop.slot(size: image.count)
        let probe = StorageProbe { _, operation in operation == .flush(slot) ? .fail(.ioError) : .proceed }
        let bundle = try workshop.bundle(image)
        await #expect(throws: InstallationError.storage(.cannot("flush", slot, .ioError))) {
            try await workshop.install(bundle, into: slot, observer: probe)
        }
    }

    @Test("A medium that gives back something else is found out", arguments: [0, 20000, 106_495, 107_000])
    func readBackDiffers(position: Int) async throws {
        let slot = try workshop.slot(size: image.count)
        let image = image
        // What was written is changed behind the installer's back, before it reads back.
        let probe = StorageProbe { _, operation in
            guard case .flush = operation else { return .proceed }
            let other = try? Storage().open(slot, .write)
            do { try other?.write([image[position] ^ 0x10], at: UInt64(position)) } catch { return .fail(.badAddress) }
            return .proceed
        }
        let bundle = try workshop.bundle(image)
        let error = await #expect(throws: InstallationError.self) {
            try await workshop.install(bundle, into: slot, observer: probe)
        }
        #expect(error == .readBackDiffers(slot, offset: UInt64(position / 8192 * 8192)))
        #expect(error?.kind == .failed)
    }

    @Test("Cancelled while it writes or reads back, it stops after the chunks in hand", arguments: [1, 3])
    func cancelled(threads: Int) async throws {
        for phase in [InstallProgress.Phase.writing, .readingBack] {
            let slot = try workshop.slot(size: image.count)
            let cancellation = Cancellation()
            let seen = Collected<InstallProgress>()
            let bundle = try workshop.bundle(image)
            await #expect(throws: InstallationError.cancelled) {
                try await workshop.install(bundle, into: slot, threads: threads, cancellation: cancellation) { step in
                    seen.append(step)
                    if step.phase == phase, step.done >= 3 * 8192 { cancellation.cancel() }
                }
            }
            #expect(seen.values.filter { $0.phase == phase }.count <= 3 + threads)
            try expectNothingStrange("\(phase)")
            try await workshop.install(try workshop.bundle(image), into: slot)
            #expect(try workshop.folder.read("slot") == image)
        }
    }

    @Test("Cancelled before it began, it does nothing")
    func cancelledBefore() async throws {
        let slot = try workshop.slot(size: image.count)
        let cancellation = Cancellation()
        cancellation.cancel()
        let bundle = try workshop.bundle(image)
        await #expect(throws: InstallationError.cancelled) {
            try await workshop.install(bundle, into: slot, cancellation: cancellation)
        }
        #expect(try workshop.folder.read("slot") == Workshop.old(image.count))
    }

    @Test("A pipe that ends early ends it, wherever that is")
    func endOfPipe() async throws {
        let bytes = try workshop.bytes(try workshop.factory([("rootfs", image)]))
        let start = bytes.count - Int(try workshop.bundle(image).manifest.payloadLength)
        for length in stride(from: start, to: bytes.count, by: 3001) {
            let slot = try workshop.slot(size: image.count)
            let bundle = try workshop.verified(MemorySource(Array(bytes[..<length]), asPipe: true))
            let error = await #expect(throws: InstallationError.self) {
                try await workshop.install(bundle, into: slot)
            }
            guard case .bundle(.truncated(.payload, _)) = error else {
                Issue.record("\(length) bytes: \(String(describing: error))")
                continue
            }
            try expectNothingStrange("\(length) bytes")
        }
    }

    @Test("A chunk that is damaged on its way is never written, and what was written before it is right")
    func damagedOnItsWay() async throws {
        let whole = try workshop.bundle(image)
        var bytes = try workshop.bytes(try workshop.factory([("rootfs", image)]))
        let start = bytes.count - Int(whole.manifest.payloadLength)
        for chunk in whole.index where chunk.storedLength > 0 {
            let position = start + Int(chunk.storedOffset) + chunk.storedLength / 2
            bytes[position] ^= 1
            defer { bytes[position] ^= 1 }
            let slot = try workshop.slot(size: image.count)
            let bundle = try workshop.verified(MemorySource(bytes, asPipe: true, largestRead: 1000))
            let error = await #expect(throws: InstallationError.self) {
                try await workshop.install(bundle, into: slot)
            }
            #expect(error?.kind == .refused, "chunk for byte \(chunk.outputOffset)")
            try expectNothingStrange("chunk for byte \(chunk.outputOffset)")
            let place = Int(chunk.outputOffset)..<Int(chunk.outputOffset) + chunk.outputLength
            #expect(try workshop.folder.read("slot")[place].allSatisfy { $0 == 0xEE })
        }
    }
}
