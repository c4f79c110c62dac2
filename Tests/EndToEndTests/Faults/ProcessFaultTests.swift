import Documents
import Foundation
import Glibc
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("What a process may have, and who may stop it", .timeLimit(.minutes(3)), .serialized)
struct ProcessFaultTests {
    /// The documented figure, and what a debug build takes more of.
    private static let memory = 48

    @Test(
        "An update of a slot four times as large as all the memory that the agent may have",
        .enabled(if: MemoryLimit.isAvailable, "needs root and a memory cgroup that can be written"))
    func memory() async throws {
        let limit = try MemoryLimit(megabytes: Self.memory)
        let product = try await BlockingThread.run("product") { try VirtualProduct.shared.get() }
        let release = try await product.largeRelease(megabytes: 4 * Self.memory)
        try await FaultyDevice.on(image: release.before) { faulty in
            try await faulty.device.cut()
            try await faulty.boot(try FaultyDevice.agent(faulty.device, through: limit.joining))
            let start = faulty.device.lines.count
            let result = try await faulty.device.aftercare(["install", release.bundle.string])
            #expect(result.status == 0, "\(result.error)")
            let status = try await faulty.device.conclusion(from: start)
            #expect(status["last"]?["outcome"] == "committed", "\(status["last"] ?? .null)")
            // Not once was the agent killed for want of memory.
            #expect(!faulty.device.lines.lines(from: 0).contains { $0.contains("signal 9") })
            try await faulty.keepsItsPromises(.littleMemory)
        }
    }

    @Test(
        "Killed by the kernel for want of memory: the agent is started again, and the update goes on",
        .enabled(if: MemoryLimit.isAvailable, "needs root and a memory cgroup that can be written"))
    func outOfMemory() async throws {
        let limit = try MemoryLimit(megabytes: 256)
        try await FaultyDevice.on { faulty in
            try await faulty.device.cut()
            try await faulty.boot(try FaultyDevice.agent(faulty.device, through: limit.joining))
            let start = faulty.device.lines.count
            // What it has, and no more: an installation's buffers end it, if nothing did before.
            try limit.tighten()
            async let command = faulty.install()
            _ = try await faulty.device.lines.wait(from: start, for: "ended with signal 9")
            try limit.set(bytes: 256 << 20)
            _ = try await command
            let known = try? await faulty.device.json(["status"])
            if known?["state"] == "idle", known?["last"] == nil { try await faulty.install() }
            let status = try await faulty.device.conclusion(from: start)
            #expect(status["last"]?["outcome"] == "committed", "\(status)")
            try await faulty.keepsItsPromises(.outOfMemory)
        }
    }

    @Test("So few open files that not everything can be done: what cannot is refused, and an update still works")
    func files() async throws {
        try await FaultyDevice.on { faulty in
            try await faulty.device.cut()
            try await faulty.boot(try FaultyDevice.agent(faulty.device, through: "exec prlimit --nofile=128:128"))
            // Each of these holds a descriptor of ours while it waits.
            let bundle = try await faulty.device.product.bundle("1.1.0").string
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<24 {
                    group.addTask { try await faulty.device.aftercare(["install", "--dry-run", bundle]).status }
                }
                for try await status in group { #expect(status != 124) }
            }
            try await faulty.keepsItsPromises(.fewFiles)
            try await faulty.updates("few files")
            try await faulty.keepsItsPromises(.fewFiles)
        }
    }

    @Test("Stopped for longer than its watchdog waits: killed, started again, and the update goes on")
    func stopped() async throws {
        try await FaultyDevice.on { faulty in
            let start = faulty.device.lines.count
            async let command = faulty.install()
            _ = try await faulty.device.enters("installing", from: start)
            let agent = try #require(faulty.device.agentProcess())
            #expect(kill(agent, SIGSTOP) == 0)
            _ = try await faulty.device.lines.wait(from: start, for: "did not feed its watchdog")
            _ = try await command
            #expect(try await faulty.device.conclusion(from: start)["last"]?["outcome"] == "committed")
            try await faulty.keepsItsPromises(.stopped, killed: 1)
        }
    }

    @Test("A second agent is refused as in use, and the first goes on undisturbed")
    func second() async throws {
        try await FaultyDevice.on { faulty in
            let start = faulty.device.lines.count
            async let command = faulty.install(["--no-activate"])
            _ = try await faulty.device.enters("installing", from: start)
            for _ in 0..<3 {
                let second = try await faulty.device.aftercare(["daemon"])
                #expect(second.status == 4, "\(second.error)")
                #expect(second.error.contains("AC-2501"), "\(second.error)")
            }
            _ = try await command
            try await faulty.device.aftercare(["activate"])
            #expect(try await faulty.device.conclusion(from: start)["last"]?["outcome"] == "committed")
            try await faulty.keepsItsPromises(.secondAgent)
        }
    }

    @Test(
        "No room for temporary files anywhere: nothing of the agent's needs any",
        .enabled(if: LoopDevice.canBeMounted, "needs root and mount"))
    func temporaryFull() async throws {
        try await FaultyDevice.on { faulty in
            let folder = faulty.device.path("tmp")
            try Storage().createFolder(folder)
            let mounted = try Tool.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=1", "tmpfs", folder.string])
            try #require(mounted.status == 0)
            defer { _ = try? Tool.run(["umount", "--lazy", folder.string]) }
            try await faulty.device.cut()
            try await faulty.boot(
                try FaultyDevice.agent(
                    faulty.device,
                    through: "exec unshare --mount sh -c 'mount --bind \"\(folder)\" /var/tmp; TMPDIR=\"\(folder)\" "
                        + "SQLITE_TMPDIR=\"\(folder)\" exec \"$0\" \"$@\"'"))
            try await faulty.updates("no temporary files")
            try await faulty.keepsItsPromises(.temporaryFull)
        }
    }

    /// Whether the kernel lets a process have another time since boot.
    private static let hasTimeSpaces = (try? Tool.run(["unshare", "--time", "--boottime", "1", "true"]).status) == 0

    @Test(
        "On a machine that has run for ten years nothing is too late or too early",
        .enabled(if: hasTimeSpaces, "needs root and time namespaces"))
    func uptime() async throws {
        try await FaultyDevice.on { faulty in
            try await faulty.device.cut()
            let years = 10 * 365 * 86400
            try await faulty.boot(
                try FaultyDevice.agent(
                    faulty.device, through: "exec unshare --time --boottime \(years) --monotonic \(years)"))
            try await faulty.updates("after ten years")
            try await faulty.keepsItsPromises(.longUptime)
            let ledger = LedgerFolder(faulty.device.path("state/ledger"), storage: Storage())
            let newest = try #require(try ledger.entries(from: 1, limit: 100_000).last)
            #expect(newest.time.uptime > UInt64(years) * 1_000_000)
        }
    }
}
