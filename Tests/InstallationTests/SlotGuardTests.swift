import Bundles
import Foundation
import Installation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("What may not be written")
struct SlotGuardTests {
    private let workshop: Workshop
    private let image = Workshop.image(chunks: 2)

    init() throws { workshop = try Workshop() }

    /// The refusal of an installation, which must leave the slot as it was.
    private func refusal(
        _ path: FilePath, running: [FilePath] = [], observer: StorageProbe? = nil
    ) async throws -> InstallationError? {
        let bundle = try workshop.bundle(image)
        let installer = workshop.installer(observer, running: running)
        #expect(throws: InstallationError.self) {
            try installer.check(bundle.manifest.images, into: ["rootfs": path])
        }
        return await #expect(throws: InstallationError.self) {
            try await installer.install(
                bundle, into: ["rootfs": path], cancellation: Cancellation(), progress: { _ in })
        }
    }

    private func link(_ name: String, to target: FilePath, hard: Bool = false) throws -> FilePath {
        let path = workshop.folder.file(name)
        if hard {
            try FileManager.default.linkItem(atPath: target.string, toPath: path.string)
        } else {
            try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: target.string)
        }
        return path
    }

    @Test("The running slot is refused by every name that it has", arguments: ["itself", "link", "hard link"])
    func running(name: String) async throws {
        let slot = try workshop.slot(size: image.count)
        let path = name == "itself" ? slot : try link("other", to: slot, hard: name == "hard link")
        #expect(try await refusal(path, running: [slot]) == .runningSlot(path))
        #expect(try await refusal(slot, running: [path]) == .runningSlot(slot))
        #expect(try workshop.folder.read("slot") == Workshop.old(image.count))
    }

    @Test("A slot that is too small, by one byte, is refused before it is touched")
    func tooSmall() async throws {
        let slot = try workshop.slot(size: image.count - 1)
        let wanted = InstallationError.slotTooSmall(
            slot, size: ByteCount(UInt64(image.count - 1)), needed: ByteCount(UInt64(image.count)))
        let error = try await refusal(slot)
        #expect(error == wanted)
        #expect(error?.kind == .refused)
        #expect(try workshop.folder.read("slot") == Workshop.old(image.count - 1))
    }

    @Test("A slot that is not there, or no file and no device, is refused")
    func noSlot() async throws {
        let missing = workshop.folder.file("none")
        #expect(try await refusal(missing) == .slotMissing(missing))
        #expect(try await refusal(try link("dangling", to: missing)) == .slotMissing(workshop.folder.file("dangling")))
        #expect(try await refusal("/dev/null")?.code == FaultCode(2306))
        #expect(try await refusal(workshop.folder.path)?.code == FaultCode(1001))
    }

    @Test("An image without a slot is refused")
    func noSlotForImage() throws {
        let bundle = try workshop.bundle(image)
        #expect(throws: InstallationError.noSlot(image: "rootfs")) {
            try workshop.installer().check(bundle.manifest.images, into: ["other": workshop.folder.file("slot")])
        }
    }

    @Test("A slot that is a link is written through it")
    func throughLink() async throws {
        let slot = try workshop.slot(size: image.count)
        let path = try link("by-label", to: slot)
        try await workshop.install(try workshop.bundle(image), into: path)
        #expect(try workshop.folder.read("slot") == image)
        let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
        #expect(attributes[.type] as? FileAttributeType == .typeSymbolicLink)
    }

    @Test("Two images that would go into one slot are refused", arguments: ["itself", "link", "hard link"])
    func twice(name: String) throws {
        let slot = try workshop.slot(size: image.count)
        let path = name == "itself" ? slot : try link("other", to: slot, hard: name == "hard link")
        let factory = try workshop.factory([("boot", image), ("rootfs", image)])
        let bundle = try workshop.verified(MemorySource(try workshop.bytes(factory)))
        #expect(throws: InstallationError.sameSlotTwice(path)) {
            try workshop.installer().check(bundle.manifest.images, into: ["boot": slot, "rootfs": path])
        }
    }

    @Test("A second installation, in another process, waits for nobody and is told so")
    func secondProcess() async throws {
        let slot = try workshop.slot(size: image.count)
        let script = """
            import fcntl, sys
            file = open(sys.argv[1], "w")
            fcntl.lockf(file, fcntl.LOCK_EX)
            print("locked", flush=True)
            sys.stdin.read()
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-I", "-S", "-c", script, workshop.folder.file("lock").string]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "locked\n")
        let bundle = try workshop.bundle(image)
        let error = await #expect(throws: InstallationError.anotherInstaller) {
            try await workshop.install(bundle, into: slot)
        }
        #expect(error?.kind == .inUse)
        #expect(try workshop.folder.read("slot") == Workshop.old(image.count))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        try await workshop.install(bundle, into: slot)
        #expect(try workshop.folder.read("slot") == image)
    }

    @Test("A second installation in the same process is told so as well")
    func secondInstallation() async throws {
        let (first, second) = (try workshop.slot("first", size: image.count), try workshop.slot(size: image.count))
        let bundle = try workshop.bundle(image)
        let workshop = workshop
        let refusals = Collected<InstallationError>()
        let probe = StorageProbe { _, operation in
            guard case .flush = operation else { return .proceed }
            let storage = Storage()
            do throws(StorageError) {
                try storage.open(workshop.folder.file("lock"), [.read, .write]).lock()
            } catch { refusals.append(.storage(error)) }
            return .proceed
        }
        try await workshop.install(bundle, into: first, observer: probe)
        #expect(refusals.values == [.storage(.locked(workshop.folder.file("lock")))])
        try await workshop.install(try workshop.bundle(image), into: second)
    }
}
