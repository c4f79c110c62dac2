/// What a file system and its medium may hold of the changes that were made to it: docs/power-cuts.md has the rules.
///
/// How it works: every file has a content that is durable, and the writes and sizes since its last flush, of which a power cut leaves
/// any; every folder has names that are durable, and the changes of names since its last flush. `content(_:_:)` puts together what
/// is left for one loss.
package struct Medium: Sendable {
    /// What reaches the medium whole or not at all.
    package static let sector = 512

    struct Write: Sendable {
        let offset: Int
        let bytes: [UInt8]
        /// What a truncation took away: a change of the file's size, which file systems make whole or not at all.
        var isCut = false
        var end: Int { offset + bytes.count }
    }

    struct File: Sendable {
        /// What programs read.
        var now: [UInt8] = []
        /// What a flush has made sure of.
        var durable: [UInt8] = []
        /// Since then: what was written, oldest first, and the sizes that the file had.
        var writes: [Write] = []
        var sizes: [Int] = []
        var isClean: Bool { writes.isEmpty && sizes.isEmpty }
    }

    /// What became of names in one folder: each stands for a file or folder, or for nothing.
    struct NameChange: Sendable {
        let names: [(name: String, node: Int?)]
        /// Its place among all changes of names, for a journal keeps their order.
        let number: Int
    }

    struct Folder: Sendable {
        var now: [String: Int] = [:]
        var durable: [String: Int] = [:]
        var pending: [NameChange] = []
    }

    private(set) var files: [Int: File] = [:]
    private(set) var folders: [Int: Folder] = [0: Folder()]
    private var count = 1
    /// How many changes of names there were.
    private(set) var changes = 0

    /// A medium that holds these files, all of them durable.
    package init(_ base: MediumContent) {
        for name in base.folders { _ = descend(name) }
        for (name, bytes) in base.files {
            let folder = descend(name.parentName)
            let node = count
            count += 1
            files[node] = File(now: bytes, durable: bytes)
            folders[folder]?.now[name.ownName] = node
            folders[folder]?.durable[name.ownName] = node
        }
    }

    private mutating func descend(_ path: String) -> Int {
        path.split(separator: "/").reduce(0) { folder, part in
            let name = String(part)
            if let node = folders[folder]?.now[name] { return node }
            let node = count
            count += 1
            folders[node] = Folder()
            folders[folder]?.now[name] = node
            folders[folder]?.durable[name] = node
            return node
        }
    }

    /// Follows one change; one that cannot be made to what is there is refused.
    package mutating func make(_ change: Change) throws(PowerCutsError) {
        switch change {
        case .create(let name):
            let node = count
            count += 1
            files[node] = File()
            try rename([(name, node)])
        case .write(let name, let offset, let bytes):
            let node = try file(name)
            files[node]?.write(Write(offset: offset, bytes: bytes))
        case .truncate(let name, let size):
            let node = try file(name)
            files[node]?.resize(to: size)
        case .flush(let name):
            let node = try file(name)
            files[node]?.flush()
        case .rename(let name, let target):
            let node = try find(name)
            try rename([(name, nil), (target, node)])
        case .remove(let name):
            _ = try find(name)
            try rename([(name, nil)])
        case .createFolder(let name):
            let node = count
            count += 1
            folders[node] = Folder()
            try rename([(name, node)])
        case .flushFolder(let name):
            let node = try find(name)
            guard let folder = folders[node] else { throw .unrecorded(name, reason: "is no folder") }
            folders[node]?.durable = folder.now
            folders[node]?.pending = []
        }
    }

    /// Changes names: all of one folder at once, as the file system's journal does.
    private mutating func rename(_ names: [(String, Int?)]) throws(PowerCutsError) {
        changes += 1
        var byFolder: [Int: [(name: String, node: Int?)]] = [:]
        for (name, node) in names {
            let folder = try find(name.parentName)
            guard folders[folder] != nil else { throw .unrecorded(name, reason: "is in no folder") }
            folders[folder]?.now[name.ownName] = node
            byFolder[folder, default: []].append((name.ownName, node))
        }
        for (folder, names) in byFolder { folders[folder]?.pending.append(NameChange(names: names, number: changes)) }
    }

    private func find(_ name: String) throws(PowerCutsError) -> Int {
        var node = 0
        for part in name.split(separator: "/") {
            guard let next = folders[node]?.now[String(part)] else { throw .unrecorded(name, reason: "is not known") }
            node = next
        }
        return node
    }

    private func file(_ name: String) throws(PowerCutsError) -> Int {
        let node = try find(name)
        guard files[node] != nil else { throw .unrecorded(name, reason: "is no file") }
        return node
    }
}

extension Medium.File {
    mutating func write(_ write: Medium.Write) {
        guard !write.bytes.isEmpty else { return }
        writes.append(write)
        if write.end > now.count { sizes.append(write.end) }
        now.put(write)
    }

    mutating func resize(to size: Int) {
        // What was cut off is gone for good: should the file grow again, zeros are there.
        if size < now.count {
            writes.append(
                Medium.Write(offset: size, bytes: [UInt8](repeating: 0, count: now.count - size), isCut: true))
        }
        sizes.append(size)
        now.resize(to: size)
    }

    mutating func flush() {
        durable = now
        writes = []
        sizes = []
    }
}

extension [UInt8] {
    mutating func put(_ write: Medium.Write) {
        if write.end > count { resize(to: write.end) }
        replaceSubrange(write.offset..<write.end, with: write.bytes)
    }

    mutating func resize(to size: Int) {
        if size < count { removeLast(count - size) } else { append(contentsOf: repeatElement(0, count: size - count)) }
    }
}
