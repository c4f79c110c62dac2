package import Platform
package import SystemPackage

/// GRUB's environment block in a file, edited in place.
///
/// GRUB keeps the list of the file's blocks, so it is never replaced, truncated or made longer. Every change is one write of
/// the first sector and a flush: a power cut leaves the sector as it was or as it shall be.
package struct GRUBEnvironment: BootEnvironment {
    private let path: FilePath
    private let storage: Storage

    package init(path: FilePath, storage: Storage) {
        self.path = path
        self.storage = storage
    }

    package func read(_ names: [String]) throws(BootControlError) -> BootVariables {
        try block(of: try open(.read)).variables(names)
    }

    package func change(
        _ names: [String], _ change: (BootVariables) throws(BootControlError) -> BootVariables
    ) throws(BootControlError) {
        let file = try open([.read, .write])
        try lock(file)
        defer { file.unlock() }
        let old = try block(of: file)
        let variables = old.variables(names)
        let wanted = try change(variables)
        guard wanted != variables else { return }
        let new = try checked { () throws(GRUBEnvironmentBlock.Flaw) in try old.setting(wanted, in: names) }
        try write(Array(new.bytes.prefix(GRUBEnvironmentBlock.sectorSize)), to: file)
        file.dropCache()
        guard try block(of: file) == new else { throw .notKept(path) }
    }

    package func create(_ variables: BootVariables) throws(BootControlError) {
        let names = variables.keys.sorted()
        let new = try checked { () throws(GRUBEnvironmentBlock.Flaw) in
            try GRUBEnvironmentBlock(variables, in: names)
        }
        do throws(StorageError) {
            let file = try storage.open(path, [.read, .write, .create], mode: 0o644)
            try file.write(new.bytes, at: 0)
            if try file.size() != UInt64(new.bytes.count) { try file.truncate(to: UInt64(new.bytes.count)) }
            try file.flush()
            try storage.flushFolder(path.removingLastComponent())
        } catch {
            throw .unwritable(path, error)
        }
    }

    private func open(_ access: Storage.Access) throws(BootControlError) -> OpenFile {
        do throws(StorageError) {
            return try storage.open(path, access)
        } catch {
            throw .unreadable(path, error)
        }
    }

    private func lock(_ file: OpenFile) throws(BootControlError) {
        do throws(StorageError) {
            try file.lock()
        } catch {
            guard case .locked = error else { throw .unwritable(path, error) }
            throw .inUse(path)
        }
    }

    private func write(_ sector: [UInt8], to file: OpenFile) throws(BootControlError) {
        do throws(StorageError) {
            try file.write(sector, at: 0)
            try file.flush()
        } catch {
            throw .unwritable(path, error)
        }
    }

    private func block(of file: OpenFile) throws(BootControlError) -> GRUBEnvironmentBlock {
        let wanted = GRUBEnvironmentBlock.byteCount
        let size: UInt64
        let bytes: [UInt8]
        do throws(StorageError) {
            size = try file.size()
            bytes = size == UInt64(wanted) ? try file.read(wanted, at: 0) : []
        } catch {
            throw .unreadable(path, error)
        }
        guard size == UInt64(wanted) else { throw .wrongSize(path, bytes: size, wanted: UInt64(wanted)) }
        return try checked { () throws(GRUBEnvironmentBlock.Flaw) in try GRUBEnvironmentBlock(bytes) }
    }

    /// Gives what is wrong with a block the name of its file.
    private func checked(
        _ body: () throws(GRUBEnvironmentBlock.Flaw) -> GRUBEnvironmentBlock
    ) throws(BootControlError) -> GRUBEnvironmentBlock {
        do throws(GRUBEnvironmentBlock.Flaw) {
            return try body()
        } catch {
            switch error {
            case .signature:
                throw .corrupt(path, reason: "it is not \(GRUBEnvironmentBlock.byteCount) bytes with GRUB's signature")
            case .unended(let offset): throw .corrupt(path, reason: "the line at byte \(offset) does not end")
            case .scattered(let name): throw .scattered(path, name: name)
            case .full(let needed, let available): throw .full(path, needed: needed, available: available)
            }
        }
    }
}
