import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("The commands of a visit that need no daemon", .timeLimit(.minutes(5)))
struct VisitCommandTests {
    private func run(_ arguments: String...) async throws -> Tool.Result {
        let program = try Programs.path("aftercare")
        return try await BlockingThread.run("aftercare") { try Tool.run([program] + arguments) }
    }

    @Test(
        "A stick is listed by the program itself",
        .enabled(if: LoopDevice.canMount("ext4"), "needs root, loop devices and ext4"))
    func stick() async throws {
        let folder = try TemporaryFolder()
        try folder.write("stick/aftercare/pump/1.0.aftercare", "no bundle")
        let image = try folder.write("image", [UInt8](repeating: 0, count: 4 << 20))
        let made = try Tool.run(
            ["mkfs.ext4", "-q", "-F", "-d", folder.file("stick").string, image.string])
        try #require(made.status == 0, "\(made.error)")
        let device = try LoopDevice(over: image)
        let refused = try await run("stick", "list", device.name, "--product", "pump")
        #expect(refused.status == 2 && refused.error.contains("no removable disk"))
        let listed = try await run("stick", "list", device.name, "--product", "pump", "--fixed")
        #expect(listed.status == 0 && listed.text.contains("pump/1.0.aftercare"))
        #expect(listed.text.contains("it is no bundle"))
    }

    @Test("A closed port is a bad step, with what to tell and exit status 1")
    func network() async throws {
        let closed = try PythonPeer(
            "import socket, sys\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\nprint(s.getsockname()[1], flush=True)\nsys.stdin.read()\n"
        )
        let answer = try await run("network", "--url", "http://127.0.0.1:\(closed.firstLine)/")
        #expect(answer.status == 1)
        #expect(answer.text.contains("bad     tcp of http://127.0.0.1:\(closed.firstLine)/"))
        #expect(answer.text.contains("skipped endpoint"))
        #expect(try await run("network", "--url", "ftp://127.0.0.1/").status == 2)
    }
}
