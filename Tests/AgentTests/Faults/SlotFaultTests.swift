import Agent
import BootControl
import Documents
import Foundation
import Ledger
import Platform
import PowerCuts
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("A slot, or what a release is read from, that fails", .timeLimit(.minutes(5)), .serialized)
struct SlotFaultTests {
    private static let blockLength = 4096
    /// Of no image.
    private static let strange = [UInt8](repeating: 0xEE, count: TestImage.byteCount)
    private static let blocks = 0..<(TestImage.byteCount / blockLength)

    /// A block of one file that cannot be read, or cannot be written.
    private final class BadBlock: StorageObserver {
        enum Fault: CaseIterable { case unreadable, unreadableUntilWritten, unwritable }

        private let file: FilePath
        private let block: UInt64
        private let fault: Fault
        private let state = Mutex((wasMet: false, isMended: false))

        init(_ file: FilePath, block: Int, _ fault: Fault) {
            self.file = file
            self.block = UInt64(block * blockLength)
            self.fault = fault
        }

        var wasMet: Bool { state.withLock { $0.wasMet } }

        private func isIn(_ offset: UInt64, _ count: UInt64) -> Bool {
            offset < block + UInt64(blockLength) && block < offset + count
        }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            let place: (UInt64, UInt64)
            switch operation {
            case .write(file, let offset, let count): place = (offset, UInt64(count))
            case .zero(file, let offset, let count): place = (offset, count)
            default: return .proceed
            }
            guard isIn(place.0, place.1) else { return .proceed }
            return state.withLock { state in
                state.isMended = true
                guard fault == .unwritable else { return .proceed }
                state.wasMet = true
                return .fail(.ioError)
            }
        }

        func failure(reading path: FilePath, at offset: UInt64, count: Int) -> Errno? {
            guard path == file, fault != .unwritable, isIn(offset, UInt64(count)) else { return nil }
            return state.withLock { state in
                guard fault == .unreadable || !state.isMended else { return nil }
                state.wasMet = true
                return .ioError
            }
        }
    }

    /// Installs a release, without a restart, while one block of the slot is bad; gives the status in the end.
    private func install(_ machine: SimulatedMachine, _ source: UpdateSource, _ block: BadBlock) async throws -> JSON {
        let agent = try RunningAgent(machine, observer: block)
        try await agent.offer(source, activates: false)
        let status = try await agent.status { $0["last"] != nil || $0["state"] == "installed" }
        if status["state"] == "installed" { try await agent.alive.cancel() }
        try await agent.state("idle")
        await agent.stop()
        #expect(block.wasMet)
        return status
    }

    /// Goes through all blocks of the slot, which holds `content` each time; the update works in the end.
    private func eachBlock(
        of content: [UInt8], _ fault: BadBlock.Fault, _ judge: (SimulatedMachine, JSON, Comment) throws -> Void
    ) async throws {
        let machine = try SimulatedMachine()
        let bundle = try machine.bundle(TestImage("1.1.0"))
        let source = try machine.source(bundle)
        let slot = FileIdentity.resolve(machine.folder.file("disk/b.img"))
        for number in Self.blocks {
            try machine.folder.write("disk/b.img", content)
            let status = try await install(machine, source, BadBlock(slot, block: number, fault))
            try judge(machine, status, "block \(number)")
            #expect(try machine.slot(.a) == TestImage("1.0.0").bytes, "block \(number)")
            #expect(try !machine.bootStatus().isBootable(.b), "block \(number)")
        }
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try machine.verifyLedger().isIntact)
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
    }

    private func failed(_ machine: SimulatedMachine, _ status: JSON, _ note: Comment) {
        #expect(status["last"]?["outcome"] == "failed", "\(note): \(status)")
        #expect(status["last"]?["fault"]?["code"] == "AC-1004", "\(note): \(status)")
        #expect(status["last"]?["resumable"] == true, note)
    }

    @Test("Each block of a slot that cannot be written: the update fails with the reason, and works when it can")
    func unwritable() async throws { try await eachBlock(of: Self.strange, .unwritable, failed) }

    @Test("Each block of a slot that cannot be read: written to it is mended, and if it is not the read-back finds it")
    func unreadable() async throws {
        try await eachBlock(of: Self.strange, .unreadable, failed)
        // What is there already is compared and not written, but for what cannot be read.
        try await eachBlock(of: TestImage("1.1.0").bytes, .unreadableUntilWritten) {
            (machine: SimulatedMachine, status: JSON, note: Comment) throws in
            #expect(status["state"] == "installed", "\(note): \(status)")
            #expect(try machine.slot(.b) == TestImage("1.1.0").bytes, note)
        }
    }

    @Test(
        "A slot on a device whose kernel says EIO of some blocks, first and last among them, is updated and mended",
        .enabled(if: UnreadableFile.isAvailable, "needs root, loop devices and btrfs"))
    func unreadableDevice() async throws {
        let machine = try SimulatedMachine()
        var dice = Dice(seed: 3)
        let old = (0..<TestImage.byteCount).map { _ in UInt8.random(in: 0...255, using: &dice) }
        let blocks = Self.blocks
        let file = try UnreadableFile(old, breaking: [blocks.lowerBound, blocks.count / 2, blocks.upperBound - 1])
        let device = try LoopDevice(over: file.path)
        #expect(throws: StorageError.self) { try Storage().open(device.path, .read).read(4096, at: 0) }
        try replaceSlot(of: machine, by: device)
        let bundle = try machine.bundle(TestImage("1.1.0"))
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
        #expect(try Storage().open(device.path, .read).read(TestImage.byteCount, at: 0) == TestImage("1.1.0").bytes)
    }

    @Test(
        "A bundle on a medium whose kernel says EIO of a block: the update ends with that reason before anything is written",
        .enabled(if: UnreadableFile.isAvailable, "needs root, loop devices and btrfs"))
    func bundle() async throws {
        let machine = try SimulatedMachine()
        let bundle = try machine.bundle(TestImage("1.1.0"))
        for block in [0, bundle.count / 4096 / 2, bundle.count / 4096 - 1] {
            let file = try UnreadableFile(bundle, breaking: [block])
            let agent = try RunningAgent(machine)
            try await agent.offer(.file(file.path.string))
            let status = try await agent.status { $0["last"] != nil }
            await agent.stop()
            #expect(status["last"]?["outcome"] == "failed", "\(status)")
            #expect(status["last"]?["fault"]?["reason"]?.string?.contains("Input/output error") == true, "\(status)")
            #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
        }
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
    }

    /// Puts a device in the place of slot set B.
    private func replaceSlot(of machine: SimulatedMachine, by device: LoopDevice) throws {
        let path = machine.folder.file("disk/b.img").string
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: device.path.string)
    }

    /// Does something once, in the middle of what is written to or read from a file.
    private final class Moment: StorageObserver {
        private let file: FilePath
        private let left: Mutex<Int>
        private let happen: @Sendable () -> Void

        init(_ file: FilePath, after count: Int, _ happen: @escaping @Sendable () -> Void) {
            self.file = file
            left = Mutex(count)
            self.happen = happen
        }

        private func count() {
            let isNow = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isNow { happen() }
        }

        func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
            if case .write(file, _, _) = operation { count() }
            return .proceed
        }

        func failure(reading path: FilePath, at offset: UInt64, count: Int) -> Errno? {
            if path == file { self.count() }
            return nil
        }
    }

    @Test(
        "A slot's device that goes away, before an update and at each of its reads and writes: it fails with the reason",
        .enabled(if: LoopDevice.isAvailable, "needs root and loop devices"))
    func gone() async throws {
        for moment in [0, 1, 2, 4, 8, 12] {
            let machine = try SimulatedMachine()
            let medium = try machine.folder.write("medium", [UInt8](repeating: 0xEE, count: TestImage.byteCount))
            let device = try LoopDevice(over: medium)
            try replaceSlot(of: machine, by: device)
            let bundle = try machine.bundle(TestImage("1.1.0"))
            let pull: @Sendable () -> Void = {
                guard truncate(medium.string, 0) == 0 else { return }
                try? device.takeSizeAgain()
            }
            if moment == 0 { pull() }
            let agent = try RunningAgent(machine, observer: Moment(device.path, after: moment, pull))
            try await agent.offer(try machine.source(bundle))
            let status = try await agent.status { $0["last"] != nil }
            await agent.stop()
            #expect(status["last"]?["outcome"] == "failed", "\(moment): \(status)")
            #expect(status["last"]?["resumable"] == true, "\(moment): \(status)")
            #expect(status["last"]?["fault"]?["reason"]?.string?.isEmpty == false)
            #expect(try machine.bootStatus().confirmed == .a)
            #expect(try machine.slot(.a) == TestImage("1.0.0").bytes)
            // Plugged in again it is as new.
            #expect(truncate(medium.string, off_t(TestImage.byteCount)) == 0)
            try device.takeSizeAgain()
            #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed", "\(moment)")
        }
    }

    @Test(
        "A stick that is pulled while a release is read from it: it fails with the reason, and works from another",
        .enabled(if: MountedFileSystem.isAvailable, "needs root and ext4 on a loop device"))
    func pulled() async throws {
        let machine = try SimulatedMachine()
        let bundle = try machine.bundle(TestImage("1.1.0"))
        let stick = try MountedFileSystem(at: machine.folder.file("stick"), megabytes: 8)
        let path = try machine.folder.write("stick/1.1.0.aftercare", bundle)
        // What was just written there is remembered, and would be read without the stick.
        try stick.unmount()
        try stick.mount()
        let agent = try RunningAgent(
            machine,
            observer: Moment(path, after: 2) {
                guard truncate(stick.medium.string, 0) == 0 else { return }
                try? stick.device.takeSizeAgain()
            })
        try await agent.offer(.file(path.string))
        let status = try await agent.status { $0["last"] != nil }
        await agent.stop()
        #expect(status["last"]?["outcome"] == "failed", "\(status)")
        #expect(status["last"]?["fault"]?["reason"]?.string?.contains("Input/output error") == true, "\(status)")
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
        #expect(try machine.verifyLedger().isIntact)
        #expect(try await machine.update(bundle)["last"]?["outcome"] == "committed")
    }
}
