import Agent
import BootControl
import Documents
import Ledger
import Platform
import PowerCuts
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("A medium that takes no more", .timeLimit(.minutes(10)))
struct FullDiskTests {
    /// Where the agent keeps its own things is full from the change of a given number on, until room is made.
    private final class FullDisk: StorageObserver {
        private let folder: FilePath
        private let number: Int
        private let state = Mutex((changes: 0, isFull: false, hasRoom: false, hasMadeRoom: false))

        init(_ folder: FilePath, from number: Int) {
            self.folder = folder
            self.number = number
        }

        /// Whether the disk was ever full.
        var wasFull: Bool { state.withLock { $0.isFull } }

        func makeRoom() { state.withLock { $0.hasMadeRoom = true } }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            guard let path = operation.grows, path.starts(with: folder) else {
                // The agent gives up its reserve: from here on there is room for what it has to write down.
                if case .remove(folder.appending("reserve")) = operation { state.withLock { $0.hasRoom = true } }
                return .proceed
            }
            return state.withLock { state in
                defer { state.changes += 1 }
                guard state.changes >= number, !state.hasMadeRoom else { return .proceed }
                state.isFull = true
                return state.hasRoom ? .proceed : .fail(.noSpace)
            }
        }
    }

    @Test(
        "Full from any write on: the update ends or waits with a reason, the old system stays confirmed, room mends it")
    func everyWrite() async throws {
        let bundle = try SimulatedMachine().bundle(TestImage("1.1.0"))
        for number in 0..<1000 {
            let machine = try SimulatedMachine()
            let disk = FullDisk(machine.configuration.places.state, from: number)
            let wasFull = try await update(machine, disk, bundle, "full from change \(number) on")
            guard wasFull else {
                #expect(number > 10)
                return
            }
        }
        Issue.record("the update never got through")
    }

    /// Updates a machine whose disk is full at some moment; false where that moment never came.
    private func update(
        _ machine: SimulatedMachine, _ disk: FullDisk, _ bundle: [UInt8], _ note: Comment
    ) async throws -> Bool {
        do {
            let agent = try RunningAgent(machine, observer: disk)
            do { try await agent.offer(try machine.source(bundle)) } catch let fault as FaultReport {
                #expect([1002, 1022].contains(fault.code.rawValue), note)
            }
            let status = try await agent.status { $0["trouble"] != nil || $0["last"] != nil }
            await agent.stop()
            guard disk.wasFull else { return false }
            if let fault = status["last"]?["fault"] ?? status["trouble"] {
                #expect(["AC-1002", "AC-1022"].contains(fault["code"]?.string), "\(note): \(fault)")
            }
        } catch let fault as any Fault {
            // Not even the agent's start finds room.
            #expect([1002, 1022].contains(fault.code.rawValue), "\(note): \(fault)")
        }
        #expect(try machine.bootStatus().confirmed == .a, note)
        disk.makeRoom()
        try machine.boot()
        let status = try await machine.settle()
        if status["last"]?["outcome"] != "committed" {
            #expect(status["last"] == nil || status["last"]?["outcome"] == "failed", "\(note): \(status)")
            #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed", note)
        }
        #expect(try machine.bootStatus().confirmed == .b, note)
        return true
    }

    /// A slot that fails at a write, or gives back something else than was written.
    private final class BadSlot: StorageObserver {
        private let slot: FilePath
        private let decision: StorageDecision
        private let skipping: Mutex<Int>

        init(_ slot: FilePath, _ decision: StorageDecision, skipping: Int) {
            self.slot = slot
            self.decision = decision
            self.skipping = Mutex(skipping)
        }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            guard case .write(slot, _, _) = operation else { return .proceed }
            return skipping.withLock { left in
                left -= 1
                return left < 0 ? decision : .proceed
            }
        }
    }

    @Test(
        "A slot that fails to write fails the update with the reason",
        arguments: [(Errno.noSpace, "AC-1002"), (.ioError, "AC-1004"), (.readOnlyFileSystem, "AC-1003")], [0, 2])
    func slot(error: (errno: Errno, code: String), skipping: Int) async throws {
        let machine = try SimulatedMachine()
        let slot = FileIdentity.resolve(machine.folder.file("disk/b.img"))
        let agent = try RunningAgent(machine, observer: BadSlot(slot, .fail(error.errno), skipping: skipping))
        try await agent.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        let status = try await agent.status { $0["last"] != nil }
        #expect(status["last"]?["outcome"] == "failed")
        #expect(status["last"]?["resumable"] == true)
        #expect(status["last"]?["fault"]?["code"]?.string == error.code)
        await agent.stop()
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try !machine.bootStatus().isBootable(.b))
        #expect(try machine.slot(.a) == TestImage("1.0.0").bytes)
        #expect(try await machine.update(try machine.bundle(TestImage("1.1.0")))["last"]?["outcome"] == "committed")
    }

    /// Changes a byte of a slot behind the agent's back, when everything is written and about to be read back.
    private final class ForgetfulSlot: StorageObserver {
        private let slot: FilePath

        init(_ slot: FilePath) { self.slot = slot }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            guard case .flush(slot) = operation, let file = try? FileDescriptor.open(slot, .writeOnly) else {
                return .proceed
            }
            _ = try? file.writeAll(toAbsoluteOffset: 70000, [0x5A, 0x5A])
            try? file.close()
            return .proceed
        }
    }

    @Test("A read-back that differs fails the update before anything is activated")
    func readBack() async throws {
        let machine = try SimulatedMachine()
        let slot = FileIdentity.resolve(machine.folder.file("disk/b.img"))
        let agent = try RunningAgent(machine, observer: ForgetfulSlot(slot))
        try await agent.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        let status = try await agent.status { $0["last"] != nil }
        #expect(status["last"]?["outcome"] == "failed")
        #expect(status["last"]?["fault"]?["code"] == "AC-2309")
        await agent.stop()
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try machine.boot() == .a)
    }
}

extension StorageOperation {
    /// The file that this makes or makes longer; nil for what needs no room.
    fileprivate var grows: FilePath? {
        switch self {
        case .create(let path), .write(let path, _, _), .createFolder(let path): path
        default: nil
        }
    }
}
