import Documents
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// The device's state on an ext4 of its own, which the kernel itself fills up or stops taking writes for.
@Suite(
    "The agent and a state folder that fails",
    .enabled(if: MountedFileSystem.isAvailable, "needs root and ext4 on a loop"),
    .timeLimit(.minutes(3)), .serialized)
struct DiskFaultTests {
    private final class Medium {
        var state: MountedFileSystem?

        func get() throws -> MountedFileSystem { try #require(state) }
    }

    private func on(
        inodes: Int? = nil, _ body: (FaultyDevice, MountedFileSystem) async throws -> Void
    ) async throws {
        let medium = Medium()
        try await FaultyDevice.on(
            before: { device in
                medium.state = try MountedFileSystem(at: device.path("state"), inodes: inodes)
            }, { faulty in try await body(faulty, try medium.get()) })
    }

    @Test("A full disk: the reserve lets an update end well; without it nothing begins, and room mends everything")
    func full() async throws {
        try await on { faulty, state in
            try state.fill()
            try await faulty.updates("full, with the reserve")
            // What cannot be queued is not sent; it is counted, and comes when there is room.
            try await faulty.keepsItsPromises(.diskFull, heartbeats: false)
            try state.fill()
            let refused = try await faulty.install()
            #expect(refused.status != 0)
            #expect(refused.error.contains("AC-1002") || refused.error.contains("AC-26"), "\(refused.error)")
            #expect(try await faulty.device.status()["state"] == "idle")
            #expect(try await faulty.device.json(["ledger", "verify"])["intact"] == true)
            try state.makeRoom()
            try await faulty.keepsItsPromises(.diskFull)
        }
    }

    @Test("A disk that is full when the agent starts: it starts by its reserve, and room mends everything")
    func fullAtStart() async throws {
        try await on { faulty, state in
            try await faulty.device.cut()
            try state.fill()
            try await faulty.boot()
            try await faulty.keepsItsPromises(.diskFullAtStart, heartbeats: false)
            try state.makeRoom()
            try await faulty.updates("there is room again")
            try await faulty.keepsItsPromises(.diskFullAtStart)
        }
    }

    @Test("No file can be made any more: the update fails with its reason, and works when files can be made again")
    func files() async throws {
        try await on(inodes: 64) { faulty, state in
            try state.useUpFiles()
            let start = faulty.device.lines.count
            try await faulty.install()
            let status = try await faulty.device.conclusion(from: start)
            #expect(status["last"]?["outcome"] == "failed", "\(status)")
            #expect(status["last"]?["fault"]?["code"] == "AC-1002", "\(status)")
            #expect(status["last"]?["resumable"] == true)
            try await faulty.keepsItsPromises(.filesUsedUp)
            try state.makeRoom()
            try await faulty.updates("files can be made again")
            try await faulty.keepsItsPromises(.filesUsedUp)
        }
    }

    @Test("A file system that turns read-only in an update: no step without its record, and the next boot goes on")
    func readOnly() async throws {
        try await on { faulty, state in
            let device = faulty.device
            let lock = device.path("run/in-use.lock")
            try Storage().replace(lock, with: [])
            let holder = try await LockHolder.hold(lock)
            let start = device.lines.count
            try await faulty.install()
            _ = try await device.enters("waiting", from: start)
            try state.breakDown()
            holder.release()
            let status = try await device.json(["status"]) { $0["trouble"] != nil }
            #expect(status["state"] == "waiting")
            #expect(status["trouble"]?["code"] == "AC-1003", "\(status)")
            // The loader was told nothing that the record does not have.
            let slots = try await device.json(["slots"])
            #expect(slots["slotSets"]?.array?.allSatisfy { $0["trial"] == false } == true, "\(slots)")
            #expect(try device.slots().count == 2)
            try await device.cut()
            try state.repair()
            try await faulty.boot()
            #expect(try await device.conclusion(from: start)["last"]?["outcome"] == "committed")
            try await faulty.keepsItsPromises(.readOnly)
        }
    }

    @Test("A file system that is read-only at the start: the agent says so, and starts when it can be written")
    func readOnlyAtStart() async throws {
        try await on { faulty, state in
            try await faulty.device.cut()
            try state.unmount()
            try state.mount(readOnly: true)
            let start = faulty.device.lines.count
            async let booted: Void = faulty.boot()
            _ = try await faulty.device.lines.wait(from: start, for: "will be started again")
            let said = faulty.device.lines.lines(from: start)
            #expect(said.contains { $0.contains("AC-1003") }, "\(said)")
            try state.allowWrites()
            try await booted
            try await faulty.updates("it can be written again")
            try await faulty.keepsItsPromises(.readOnlyAtStart)
        }
    }
}
