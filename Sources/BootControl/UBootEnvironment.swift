package import Platform
package import SystemPackage

/// U-Boot's environment in a file or at an offset of a block device, in one copy or two.
///
/// Of two copies the older one is overwritten, with the next counter: a power cut leaves the newer one, whatever was torn.
/// A single copy has no such net: see docs/boot-control.md.
package struct UBootEnvironment: BootEnvironment {
    /// Where one copy lies; `offset` and `size` are in bytes.
    package struct Copy: Equatable, Sendable {
        package let path: FilePath
        package let offset: UInt64
        package let size: Int

        package init(path: FilePath, offset: UInt64, size: Int) {
            self.path = path
            self.offset = offset
            self.size = size
        }
    }

    package enum Copies: Equatable, Sendable {
        case single(Copy)
        case redundant(Copy, Copy)
    }

    private static let sectorSize = 512

    private let copies: Copies
    private let storage: Storage

    package init(copies: Copies, storage: Storage) {
        self.copies = copies
        self.storage = storage
    }

    package func read(_ names: [String]) throws(BootControlError) -> BootVariables {
        try current().image.variables(names)
    }

    package func change(
        _ names: [String], _ change: (BootVariables) throws(BootControlError) -> BootVariables
    ) throws(BootControlError) {
        let first =
            switch copies {
            case .single(let copy), .redundant(let copy, _): copy
            }
        // The lock is on the first copy, whichever is written.
        let lock = try lock(first)
        defer { lock.unlock() }
        let (old, target) = try current()
        let variables = old.variables(names)
        let wanted = try change(variables)
        guard wanted != variables else { return }
        let new = try checked(target) { () throws(UBootEnvironmentImage.Flaw) in
            try old.setting(wanted, in: names)
        }
        try write(new, over: isRedundant ? nil : old, to: target)
    }

    package func create(_ variables: BootVariables) throws(BootControlError) {
        switch copies {
        case .single(let copy): try create(variables, in: copy, counter: nil)
        case .redundant(let first, let second):
            try create(variables, in: first, counter: 1)
            try create(variables, in: second, counter: 0)
        }
    }

    private func create(_ variables: BootVariables, in copy: Copy, counter: UInt8?) throws(BootControlError) {
        let image = try checked(copy) { () throws(UBootEnvironmentImage.Flaw) in
            try UBootEnvironmentImage(variables, size: copy.size, counter: counter)
        }
        do throws(StorageError) {
            let file = try storage.open(copy.path, [.read, .write, .create], mode: 0o644)
            try file.write(image.bytes, at: copy.offset)
            try file.flush()
            try storage.flushFolder(copy.path.removingLastComponent())
        } catch {
            throw .unwritable(copy.path, error)
        }
    }

    private var isRedundant: Bool {
        switch copies {
        case .single: false
        case .redundant: true
        }
    }

    /// The copy that U-Boot would use, and the one to write next.
    private func current() throws(BootControlError) -> (image: UBootEnvironmentImage, target: Copy) {
        switch copies {
        case .single(let copy): (try image(in: copy, redundant: false), copy)
        case .redundant(let first, let second): try newest(first, second)
        }
    }

    /// Of two copies, the newer one and the place of the older; a copy that cannot be read or is corrupt is the one to write.
    private func newest(
        _ first: Copy, _ second: Copy
    ) throws(BootControlError) -> (image: UBootEnvironmentImage, target: Copy) {
        let failure: BootControlError
        let one: UBootEnvironmentImage
        do throws(BootControlError) {
            one = try image(in: first, redundant: true)
        } catch {
            failure = error
            do throws(BootControlError) {
                return (try image(in: second, redundant: true), first)
            } catch {
                throw failure
            }
        }
        do throws(BootControlError) {
            let other = try image(in: second, redundant: true)
            return one.isPreferred(to: other) ? (one, second) : (other, first)
        } catch {
            return (one, second)
        }
    }

    private func image(in copy: Copy, redundant: Bool) throws(BootControlError) -> UBootEnvironmentImage {
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try storage.open(copy.path, .read).read(copy.size, at: copy.offset)
        } catch {
            guard case .ended(_, let end) = error else { throw .unreadable(copy.path, error) }
            throw .wrongSize(copy.path, bytes: end, wanted: copy.offset + UInt64(copy.size))
        }
        return try checked(copy) { () throws(UBootEnvironmentImage.Flaw) in
            try UBootEnvironmentImage(bytes, redundant: redundant)
        }
    }

    private func lock(_ copy: Copy) throws(BootControlError) -> OpenFile {
        do throws(StorageError) {
            let file = try storage.open(copy.path, [.read, .write])
            try file.lock()
            return file
        } catch {
            guard case .locked = error else { throw .unwritable(copy.path, error) }
            throw .inUse(copy.path)
        }
    }

    /// Writes the sectors of a copy that differ from `old`, in one piece, and reads them back.
    private func write(
        _ new: UBootEnvironmentImage, over old: UBootEnvironmentImage?, to copy: Copy
    ) throws(BootControlError) {
        let range = old.map { Self.changedSectors(from: $0.bytes, to: new.bytes, offset: copy.offset) }
        let changed = range ?? new.bytes.indices
        do throws(StorageError) {
            let file = try storage.open(copy.path, [.read, .write])
            try file.write(Array(new.bytes[changed]), at: copy.offset + UInt64(changed.lowerBound))
            try file.flush()
            file.dropCache()
            guard try file.read(copy.size, at: copy.offset) != new.bytes else { return }
        } catch {
            throw .unwritable(copy.path, error)
        }
        throw .notKept(copy.path)
    }

    /// The smallest range of whole sectors of the medium outside which the two are the same.
    static func changedSectors(from old: [UInt8], to new: [UInt8], offset: UInt64) -> Range<Int> {
        let differing = new.indices.filter { old[$0] != new[$0] }
        guard let first = differing.first, let last = differing.last else { return 0..<0 }
        let lead = Int(offset % UInt64(sectorSize))
        let start = (first + lead) / sectorSize * sectorSize - lead
        let end = ((last + lead) / sectorSize + 1) * sectorSize - lead
        return max(0, start)..<min(new.count, end)
    }

    /// Gives what is wrong with an image the name of its file.
    private func checked(
        _ copy: Copy, _ body: () throws(UBootEnvironmentImage.Flaw) -> UBootEnvironmentImage
    ) throws(BootControlError) -> UBootEnvironmentImage {
        do throws(UBootEnvironmentImage.Flaw) {
            return try body()
        } catch {
            switch error {
            case .checksum: throw .corrupt(copy.path, reason: "its checksum at byte \(copy.offset) does not match")
            case .full(let needed, let available): throw .full(copy.path, needed: needed, available: available)
            }
        }
    }
}
