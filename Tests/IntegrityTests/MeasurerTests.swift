import Foundation
import Integrity
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Measuring")
struct MeasurerTests {
    private static func sum(_ path: FilePath) throws -> String {
        String(try Tool.run(["sha256sum", path.string]).text.prefix(64))
    }

    @Test(
        "A file's digest is what sha256sum says, whatever its length",
        arguments: [0, 1, 4095, 4096, 4097, 262_143, 262_144, 262_145, 262_144 + 4096, 1_000_003])
    func contents(length: Int) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("etc/f", (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        let measured = try Measurer.measure("[[file]]\npath = \"/etc/f\"", in: folder)
        #expect(measured.fingerprint("file /etc/f")?.digest?.hex == (try Self.sum(file)))
        #expect(measured.fingerprint("file /etc/f")?.size == UInt64(length))
        #expect(measured.bytes == UInt64(length))
        #expect(measured.problems.isEmpty)
    }

    @Test("Of a slot only the image's length counts", arguments: [4096, 100_000, 300_000])
    func slot(length: Int) throws {
        let folder = try TemporaryFolder()
        let image = (0..<length).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
        let place = try folder.write("slot", image + [UInt8](repeating: 0xEE, count: 50_000))
        func measure(_ length: Int?) throws -> Fingerprint? {
            let image = Measurer.Image("rootfs", place: place, length: length.map(UInt64.init))
            return try Measurer.measure("", in: folder, images: [image]).fingerprint("image rootfs")
        }
        let expected = Fingerprint(.image, size: UInt64(length), digest: SHA256.digest(of: image))
        #expect(try measure(length) == expected)
        #expect(try measure(nil)?.digest?.hex == Self.sum(place))
        // A slot that is smaller than its image holds something else.
        let short = try #require(try measure(length + 100_000))
        #expect(short.size == UInt64(length + 50_000))
        #expect(!expected.accepts(short))
    }

    @Test("A block device is read as it is", .enabled(if: LoopDevice.isAvailable), arguments: [512, 4096])
    func blockDevice(sectorSize: Int) throws {
        let folder = try TemporaryFolder()
        let content = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 5) }
        let device = try LoopDevice(over: try folder.write("disk", content), sectorSize: sectorSize)
        let image = Measurer.Image("rootfs", place: device.path, length: 1_000_003)
        let measured = try Measurer.measure("", in: folder, images: [image])
        #expect(measured.fingerprint("image rootfs")?.digest == SHA256.digest(of: Array(content.prefix(1_000_003))))
    }

    @Test("An image that is not there is a problem of its own, and no drift")
    func missingImage() throws {
        let folder = try TemporaryFolder()
        let image = Measurer.Image("rootfs", place: folder.file("none"), length: 10)
        let measured = try Measurer.measure("", in: folder, images: [image])
        #expect(measured.problems.map(\.subject) == [Subject(.image, "rootfs")])
        let expectation = Expectation(
            signed: [Item(Subject(.image, "rootfs"), Fingerprint(.image, size: 10))], baseline: Measurement(items: []))
        #expect(expectation.drifts(in: measured, at: Moment.first).isEmpty)
    }

    @Test("A tree is all that is in it, with owner, mode and where links lead")
    func tree() throws {
        let folder = try TemporaryFolder()
        try folder.write("etc/a/x", "1")
        try folder.write("etc/a/sub/y", "22")
        try folder.write("etc/a/sub/y.bak", "old")
        chmod(folder.file("etc/a/x").string, 0o4750)
        symlink("/nowhere/at all", folder.file("etc/a/link").string)
        let plan = "[[tree]]\npath = \"/etc/a\"\nexclude = [\"*.bak\"]"
        let measured = try Measurer.measure(plan, in: folder)
        #expect(
            measured.items.map(\.subject.name) == [
                "/etc/a", "/etc/a/link", "/etc/a/sub", "/etc/a/sub/y", "/etc/a/x",
            ])
        #expect(measured.fingerprint("file /etc/a/x")?.mode == 0o4750)
        #expect(measured.fingerprint("file /etc/a/x")?.user == getuid())
        #expect(measured.fingerprint("file /etc/a/link")?.text == "/nowhere/at all")
        #expect(measured.fingerprint("file /etc/a/sub")?.kind == .folder)
        #expect(try Measurer.measure(plan, in: folder).digest == measured.digest)
    }

    @Test("What is kept of a measurement is read back as it was, and every line is what its digest is over")
    func kept() throws {
        let folder = try TemporaryFolder()
        try folder.write("etc/a/x", "1")
        try folder.write("etc/a/line\nfeed \u{1B}[2J", "2")
        let measured = try Measurer.measure("[[tree]]\npath = \"/etc/a\"", in: folder)
        let file = try folder.write("measured", measured.lines)
        #expect(try Measurement.read(file, storage: Storage())?.items == measured.items)
        #expect(try Self.sum(file) == measured.digest.hex)
        let damaged = try folder.write("damaged", measured.lines + Array("{\n".utf8))
        #expect(throws: IntegrityError.damagedRecord(damaged, line: 4)) {
            try Measurement.read(damaged, storage: Storage())
        }
    }

    @Test("A file that is written to all the time is a problem, and measured once it is left alone")
    func changing() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("etc/log", [UInt8](repeating: 1, count: 1 << 20))
        let plan = "[[file]]\npath = \"/etc/log\""
        let (ended, done) = AsyncStream<Void>.makeStream()
        let stop = Cancellation()
        BlockingThread.start("writer") {
            while !stop.isCancelled {
                guard let handle = FileHandle(forWritingAtPath: file.string) else { break }
                _ = try? handle.seekToEnd()
                try? handle.write(contentsOf: Data([2]))
                try? handle.close()
            }
            done.finish()
        }
        let measured = try await BlockingThread.run("measure") {
            try Measurer.measure(plan, in: folder, pace: MeasuringPace(bytesPerSecond: 8 << 20))
        }
        stop.cancel()
        for await _ in ended {}
        #expect(measured.problems.map(\.subject.name) == ["/etc/log"])
        #expect(measured.problems.first?.reason.contains("changed") == true)
        #expect(try Measurer.measure(plan, in: folder).problems.isEmpty)
    }
}
