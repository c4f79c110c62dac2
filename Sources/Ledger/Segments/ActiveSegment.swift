import Documents
import Platform
import SystemPackage
import Vocabulary

/// The segment that is written to, and the tree up to its end.
struct ActiveSegment {
    let file: OpenFile
    let first: UInt64
    /// The first line of the oldest segment that is there.
    var oldest: UInt64
    private(set) var size: UInt64
    private(set) var next: UInt64
    /// The hash of the last line.
    private(set) var previous: Digest
    /// The lines before this segment.
    private var before: CompactRange
    /// The lines of this segment.
    private var own: CompactRange
    /// Lines are missing from the file, or too many: what is signed of it would be a lie.
    let isDamaged: Bool

    /// All lines.
    var tree: CompactRange {
        var tree = before
        tree.append(own)
        return tree
    }

    static func create(first: UInt64, in folder: FilePath, storage: Storage) throws(StorageError) -> OpenFile {
        let file = try storage.open(
            folder.appending(LedgerSegment.name(first: first)), [.read, .write, .create, .noFollow])
        try storage.flushFolder(folder)
        return file
    }

    private init(file: OpenFile, first: UInt64, oldest: UInt64, previous: Digest, before: CompactRange) {
        self.file = file
        self.first = first
        self.oldest = oldest
        self.previous = previous
        self.before = before
        own = CompactRange(begin: first - 1)
        size = 0
        next = first
        isDamaged = false
    }

    init(
        file: OpenFile, first: UInt64, oldest: UInt64, tail: LedgerTail, before: CompactRange
    )
        throws(StorageError)
    {
        self.file = file
        self.first = first
        self.oldest = oldest
        self.before = before
        size = tail.size
        next = tail.next
        previous = tail.previous
        own = CompactRange(begin: first - 1)
        var scanner = LineScanner(file, from: 0, to: tail.size)
        var count: UInt64 = 0
        while let line = try scanner.next() {
            count += 1
            if first + count <= tail.next { own.append(leaf: line.leafHash) }
        }
        isDamaged = first + count != tail.next
        // The record goes on whatever was done to it; a verification will say what.
        own.pad(to: tail.next - 1)
    }

    mutating func take(_ leaves: [Digest], bytes: Int) {
        for leaf in leaves { own.append(leaf: leaf) }
        size += UInt64(bytes)
        next += UInt64(leaves.count)
        if let last = leaves.last { previous = last }
    }

    /// Keeps what the tree needs of this segment, then begins the next one.
    func sealed(in folder: FilePath, storage: Storage) throws(StorageError) -> ActiveSegment {
        let tree = tree
        try SegmentSeal(previous: previous, tree: tree, segment: own).write(in: folder, storage: storage)
        let file = try Self.create(first: next, in: folder, storage: storage)
        return ActiveSegment(file: file, first: next, oldest: oldest, previous: previous, before: tree)
    }
}

/// What opening a ledger finds in its folder.
struct OpenedSegments {
    let active: ActiveSegment
    let tail: LedgerTail
    let total: UInt64
    /// What the newest segment does not say yet of the one before it.
    let sealing: [LedgerEvent]
    let droppedThrough: UInt64
    let hasDropped: Bool
    let keys: LedgerKeys?
    let checkpoints: KeptCheckpoints

    init(in folder: FilePath, storage: Storage) throws {
        let segments = try LedgerSegment.all(in: folder, storage: storage)
        guard let last = segments.last, let oldest = segments.first else { throw LedgerError.damaged(folder) }
        Self.removeLeftSeals(segments, folder, storage)
        var total: UInt64 = 0
        for segment in segments { total += try storage.open(segment.path, .read).size() }
        self.total = total
        let (previous, tree) = try Self.before(last, segments, folder, storage)
        let file = try storage.open(last.path, [.read, .write, .noFollow])
        tail = try LedgerTail(of: file, first: last.first, before: previous)
        active = try ActiveSegment(
            file: file, first: last.first, oldest: oldest.first, tail: tail, before: tree)
        var sealing: [LedgerEvent] = []
        if tail.newest == nil, segments.count > 1 {
            let sealed = segments[segments.count - 2]
            let bytes = try storage.open(sealed.path, .read).size()
            sealing = [.sealed(first: sealed.first, last: last.first - 1, bytes: bytes)]
        }
        self.sealing = sealing
        hasDropped = oldest.first > 1 || storage.exists(folder.appending(DroppedLines.name))
        let own = try LedgerFile(file).entries(from: last.first, limit: 8)
        droppedThrough =
            own.last { $0.event == .ledgerDropped }
            .flatMap { $0.body["last"]?.integer }.map { UInt64(clamping: $0) } ?? 0
        keys = try Self.keys(in: folder, storage, file: file, size: tail.size)
        checkpoints =
            try Self.aside(KeptCheckpoints.name, folder, storage) { () throws(LedgerError) in
                try KeptCheckpoints(in: folder, storage: storage)
            } ?? KeptCheckpoints()
    }

    /// Removes what a power cut kept from becoming the beginning of a segment, or from going with one.
    private static func removeLeftSeals(_ segments: [LedgerSegment], _ folder: FilePath, _ storage: Storage) {
        let wanted = Set(segments.map { LedgerSegment.sealName(first: $0.first) })
        for name in (try? storage.names(in: folder)) ?? [] where name.hasPrefix("sealed-") && !wanted.contains(name) {
            try? storage.remove(folder.appending(name))
        }
    }

    /// Reads a file beside the segments; one that is damaged is kept under another name and never keeps the record
    /// from going on.
    private static func aside<Value>(
        _ name: String, _ folder: FilePath, _ storage: Storage, _ read: () throws(LedgerError) -> Value
    ) throws -> Value? {
        do throws(LedgerError) {
            return try read()
        } catch {
            guard case .damaged(let path) = error else { throw error }
            try storage.rename(path, to: folder.appending("\(name).damaged"))
            try storage.flushFolder(folder)
            return nil
        }
    }

    private static func before(
        _ last: LedgerSegment, _ segments: [LedgerSegment], _ folder: FilePath, _ storage: Storage
    ) throws -> (Digest, CompactRange) {
        if last.first == 1 { return (LedgerEntry.noLine, CompactRange()) }
        if let seal = SegmentSeal(before: last.first, in: folder, storage: storage) {
            return (seal.previous, seal.tree)
        }
        // The file is gone or damaged: everything it held is computed again. Where lines are missing too, the record
        // goes on all the
        // same, over a tree that a verification will not find.
        let dropped = (try? DroppedLines(in: folder, storage: storage)) ?? .none
        var (previous, tree) = (dropped.previous, dropped.tree)
        for (segment, following) in zip(segments, segments.dropFirst()) where segment.first > dropped.end {
            var own = CompactRange(begin: segment.first - 1)
            tree.pad(to: own.begin)
            let file = try storage.open(segment.path, .read)
            var scanner = LineScanner(file, from: 0, to: try file.size())
            while own.end + 1 < following.first, let line = try scanner.next() {
                own.append(leaf: line.leafHash)
                previous = line.leafHash
            }
            own.pad(to: following.first - 1)
            tree.append(own)
            if following.first == last.first {
                try? SegmentSeal(previous: previous, tree: tree, segment: own).write(in: folder, storage: storage)
            }
        }
        tree.pad(to: last.first - 1)
        return (previous, tree)
    }

    /// The ledger's keys; an entry that names a new one may be on the medium while their file does not know it yet.
    private static func keys(
        in folder: FilePath, _ storage: Storage, file: OpenFile, size: UInt64
    ) throws -> LedgerKeys? {
        guard
            var keys = try aside(
                LedgerKeys.name, folder, storage,
                { () throws(LedgerError) in
                    try LedgerKeys(in: folder, storage: storage)
                }) ?? nil
        else { return nil }
        let known = keys.newest?.since ?? 0
        var scanner = LineScanner(file, from: 0, to: size)
        let mark = Array("\"type\":\"\(LedgerEventType.ledgerKey.rawValue)\"".utf8)
        while let line = try scanner.next() {
            guard let bytes = line.bytes, bytes.holds(mark), let entry = line.entry, entry.event == .ledgerKey,
                entry.sequence > known, let change = KeyChange(entry.body)
            else { continue }
            keys.add(change.to, since: entry.sequence)
        }
        if keys.newest?.since != known { try keys.write(in: folder, storage: storage) }
        return keys
    }
}

extension CompactRange {
    /// Puts something in the place of lines that are missing.
    fileprivate mutating func pad(to end: UInt64) {
        while self.end < end { append(leaf: LedgerEntry.noLine) }
    }
}

extension [UInt8] {
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first) {
            if self[found...].starts(with: part) { return true }
            start = found + 1
        }
        return false
    }
}
