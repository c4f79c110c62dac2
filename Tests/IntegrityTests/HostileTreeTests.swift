import Foundation
import Integrity
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Hostile trees", .timeLimit(.minutes(3)))
struct HostileTreeTests {
    private static let plan = "[[tree]]\npath = \"/t\""

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("t/x", "1")
        return folder
    }

    @Test("FIFOs, sockets and devices are named, and never opened")
    func specialFiles() throws {
        let folder = try folder()
        #expect(mkfifo(folder.file("t/fifo").string, 0o600) == 0)
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(measured.fingerprint("file /t/fifo")?.kind == .fifo)
        #expect(measured.problems.isEmpty)
        guard geteuid() == 0, mknod(folder.file("t/null").string, S_IFCHR | 0o666, makedev(1, 3)) == 0 else { return }
        #expect(
            try Measurer.measure(Self.plan, in: folder).fingerprint("file /t/null")?.kind == .characterDevice)
    }

    private func makedev(_ major: UInt64, _ minor: UInt64) -> dev_t { dev_t(major << 8 | minor) }

    @Test("Links that lead out of the tree, to themselves or in a circle are not followed")
    func links() throws {
        let folder = try folder()
        try folder.write("outside/secret", "s")
        symlink(folder.file("outside").string, folder.file("t/out").string)
        symlink("..", folder.file("t/up").string)
        symlink("self", folder.file("t/self").string)
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(measured.items.map(\.subject.name) == ["/t", "/t/out", "/t/self", "/t/up", "/t/x"])
        #expect(measured.items.filter { $0.fingerprint.kind == .link }.count == 3)
    }

    @Test("Names that are no text, or would disturb a terminal, are told apart and shown harmlessly")
    func names() throws {
        let folder = try folder()
        for name: [UInt8] in [[0x1B, 0x5B, 0x41], [0xFF], [0xFE], Array("a\\b".utf8), Array("ü\u{202E}".utf8)] {
            let path = (Array(folder.file("t/").string.utf8) + [0x2F] + name + [0]).map { CChar(bitPattern: $0) }
            let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
            #expect(descriptor >= 0)
            close(descriptor)
        }
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(
            Set(measured.items.map(\.subject.name)) == [
                "/t", "/t/x", "/t/\\x1b[A", "/t/\\xff", "/t/\\xfe", "/t/a\\\\b", "/t/ü\\xe2\\x80\\xae",
            ])
        #expect(measured.items.allSatisfy { $0.fingerprint.kind == .folder || $0.fingerprint.digest != nil })
    }

    @Test("A tree with more files than a measurement takes is one problem, and no drift of what is in it")
    func tooMany() throws {
        let folder = try folder()
        let before = try Measurer.measure(Self.plan + "\n[[file]]\npath = \"/t/x\"", in: folder)
        for number in 0...IntegrityPlan.itemLimit { link(folder.file("t/x").string, folder.file("t/\(number)").string) }
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(measured.problems.map(\.scope) == [.below])
        #expect(measured.items.count == 1)
        #expect(Expectation(signed: [], baseline: before).drifts(in: measured, at: Moment.first).isEmpty)
    }

    @Test("A tree that is deeper than any configuration is measured down to a depth, and said to go on")
    func deep() throws {
        let folder = try folder()
        try folder.write("t/" + String(repeating: "d/", count: 80) + "end", "1")
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(measured.problems.map(\.scope) == [.below])
        #expect(measured.problems.first?.reason.contains("64 folders") == true)
    }

    @Test("Files that come and go while they are measured end neither the measurement nor the agent")
    func vanishing() async throws {
        let folder = try folder()
        let (ended, done) = AsyncStream<Void>.makeStream()
        let stop = Cancellation()
        BlockingThread.start("churn") {
            var dice = Dice(seed: 7)
            while !stop.isCancelled {
                let name = folder.file("t/\(dice.next() % 50)").string
                switch dice.next() % 4 {
                case 0: mkdir(name, 0o700)
                case 1: symlink("/etc", name)
                case 2: rename(name, folder.file("t/\(dice.next() % 50)").string)
                default:
                    unlink(name)
                    rmdir(name)
                }
            }
            done.finish()
        }
        for _ in 0..<200 {
            let measured = try await BlockingThread.run("measure") { try Measurer.measure(Self.plan, in: folder) }
            #expect(measured.fingerprint("file /t/x")?.digest == SHA256.digest(of: Array("1".utf8)))
        }
        stop.cancel()
        for await _ in ended {}
    }

    @Test("What may not be read is a problem", .enabled(if: geteuid() != 0))
    func forbidden() throws {
        let folder = try folder()
        chmod(folder.file("t/x").string, 0)
        let measured = try Measurer.measure(Self.plan, in: folder)
        #expect(measured.problems.map(\.subject.name) == ["/t/x"])
        #expect(measured.fingerprint("file /t/x")?.kind == .unreadable)
    }

    private static func device(_ path: String) -> dev_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_dev : 0
    }

    @Test("Another file system in a tree is named and not entered", .enabled(if: device("/dev") != device("/dev/shm")))
    func mount() throws {
        let plan = try IntegrityPlan("[[tree]]\npath = \"/dev\"")
        let measured = try Measurer(plan, images: [], root: "/", storage: Storage()).measure(at: .unhurried)
        #expect(measured.fingerprint("file /dev/shm")?.kind == .mount)
        #expect(!measured.items.contains { $0.subject.name.hasPrefix("/dev/shm/") })
    }
}
