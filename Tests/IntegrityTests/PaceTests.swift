import Foundation
import Integrity
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Measuring disturbs nobody", .timeLimit(.minutes(2)))
struct PaceTests {
    private static let plan = "[[file]]\npath = \"/big\""

    private func folder(_ size: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("big", [UInt8](repeating: 3, count: size))
        return folder
    }

    private func measurer(_ folder: TemporaryFolder) throws -> Measurer {
        Measurer(try IntegrityPlan(Self.plan), images: [], root: folder.path, storage: Storage())
    }

    @Test("It reads no faster than it may")
    func rate() async throws {
        let folder = try folder(4 << 20)
        let start = ContinuousClock.now
        _ = try await measurer(folder).measureIdly(at: MeasuringPace(bytesPerSecond: 8 << 20))
        #expect(ContinuousClock.now - start > .milliseconds(400))
    }

    /// The scheduling policy, and the I/O class by `ionice`, of this process's thread of a name.
    private func priority(of thread: String) throws -> (policy: String, medium: String)? {
        for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
            let place = "/proc/self/task/\(task)"
            guard let name = try? String(contentsOfFile: place + "/comm", encoding: .utf8), name == thread + "\n",
                let status = try? String(contentsOfFile: place + "/stat", encoding: .utf8)
            else { continue }
            // Field 41 of stat is the policy (proc(5)); the name, field 2, may hold anything.
            let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
            let medium = try Tool.run(["ionice", "-p", task]).text.trimmingCharacters(in: .whitespacesAndNewlines)
            return (fields.count > 38 ? String(fields[38]) : "", medium)
        }
        return nil
    }

    @Test("It runs at idle priority for processor and medium, gives way while it is told to, and goes on")
    func givesWay() async throws {
        let folder = try folder(1 << 20)
        let pace = MeasuringPace(bytesPerSecond: 0)
        pace.giveWay(true)
        let measurer = try measurer(folder)
        let work = Task { try await measurer.measureIdly(at: pace) }
        // It waits after its first piece; that it has begun shows by its thread.
        var priority: (policy: String, medium: String)?
        while priority?.policy != "5" { priority = try self.priority(of: "integrity") ?? priority }
        #expect(priority?.medium == "idle")
        pace.giveWay(false)
        #expect(try await work.value.bytes == 1 << 20)
    }

    @Test("It ends when it is told to, also while it waits", arguments: [true, false])
    func cancelled(waiting: Bool) async throws {
        let folder = try folder(8 << 20)
        let pace = MeasuringPace(bytesPerSecond: 1 << 10)
        pace.giveWay(waiting)
        let measurer = try measurer(folder)
        let work = Task { try await measurer.measureIdly(at: pace) }
        pace.cancel()
        await #expect(throws: IntegrityError.cancelled) { try await work.value }
    }

    @Test("A large file that is measured is not brought into the page cache", .enabled(if: PaceTests.hasFincore))
    func pageCache() async throws {
        let folder = try folder(8 << 20)
        let file = folder.file("big").string
        _ = try Tool.run(["dd", "if=\(file)", "iflag=nocache", "count=0", "status=none"])
        _ = try Tool.run(["sync", file])
        _ = try Tool.run(["dd", "if=\(file)", "iflag=nocache", "count=0", "status=none"])
        func cached() throws -> Int {
            Int(
                try Tool.run(["fincore", "--bytes", "--noheadings", "--output", "RES", file]).text
                    .trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
        }
        let before = try cached()
        _ = try await measurer(folder).measureIdly(at: .unhurried)
        #expect(try cached() <= before)
    }

    private static let hasFincore = (try? Tool.run(["fincore", "--version"]))?.status == 0
}
