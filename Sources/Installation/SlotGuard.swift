package import Platform
package import SystemPackage
import Vocabulary

/// Decides whether a slot may be written at all.
package struct SlotGuard: Sendable {
    private static let tableLimit = 4 << 20

    private let storage: Storage
    private let running: Set<String>
    private let mountTable: FilePath
    private let blockDevices: FilePath

    /// Takes the devices of the running slot set; the kernel's tables (proc(5) mountinfo, sysfs) are parameters for
    /// tests.
    package init(
        storage: Storage, running: [FilePath], mountTable: FilePath = "/proc/self/mountinfo",
        blockDevices: FilePath = "/sys/block"
    ) {
        self.storage = storage
        self.running = Set(running.compactMap { FileIdentity($0)?.key })
        self.mountTable = mountTable
        self.blockDevices = blockDevices
    }

    /// Opens `path` for an image of `needed` bytes, or says what speaks against it.
    package func open(_ path: FilePath, needing needed: UInt64) throws(InstallationError) -> WritableSlot {
        guard let identity = FileIdentity(path) else { throw .slotMissing(path) }
        guard !running.contains(identity.key) else { throw .runningSlot(path) }
        if let place = mountPoint(of: identity) { throw .mountedSlot(path, at: place) }
        guard !isBackingLoopDevice(identity) else { throw .slotInUse(path) }
        let buffered: OpenFile
        let direct: OpenFile
        let size: UInt64
        do {
            buffered = try storage.open(identity.resolved, [.read, .write, .claim])
            size = try buffered.size()
            direct = try storage.open(identity.resolved, [.read, .write, .direct])
        } catch .cannot(_, _, .resourceBusy) {
            throw .slotInUse(path)
        } catch {
            throw .storage(error)
        }
        // A device that has gone, or a reader without its card, is still there by name and has no bytes.
        guard size > 0 || !buffered.isBlockDevice else { throw .slotMissing(path) }
        guard size >= needed else { throw .slotTooSmall(path, size: ByteCount(size), needed: ByteCount(needed)) }
        return WritableSlot(path: path, direct: direct, buffered: buffered)
    }

    /// Where a block device is mounted: field 3 of a line is its number, field 5 the place (proc(5)).
    private func mountPoint(of identity: FileIdentity) -> String? {
        guard let device = identity.blockDevice, let table = try? storage.read(mountTable, limit: Self.tableLimit)
        else {
            return nil
        }
        for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 4, fields[2] == device { return String(fields[4]) }
        }
        return nil
    }

    /// A file behind a loop device has a second writer with a cache of its own.
    private func isBackingLoopDevice(_ identity: FileIdentity) -> Bool {
        guard identity.blockDevice == nil, let names = try? storage.names(in: blockDevices) else { return false }
        return names.contains { name in
            let attribute = blockDevices.appending(name).appending("loop/backing_file")
            guard let content = try? storage.read(attribute, limit: 8192),
                let path = String(decoding: content, as: UTF8.self).split(separator: "\n").first
            else { return false }
            return FileIdentity(FilePath(String(path)))?.key == identity.key
        }
    }
}
