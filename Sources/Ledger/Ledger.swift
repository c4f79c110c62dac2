package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The device's tamper-evident record: entries are added to its end and never changed.
///
/// How it works: a group of entries is one write and one flush, so that either all of it counts or, after a power cut, what is left of
/// it is found on the next opening, kept where it is and named by an entry `ledger.torn`. Every entry holds the leaf hash of the
/// line before it. `docs/ledger.md` is the format. It blocks, and has one owner: keep it in an actor with a `BlockingExecutor`.
package final class Ledger {
    /// The most bytes that one append may write.
    package static let groupLimit = 1 << 20

    package let folder: FilePath
    /// What an earlier power cut left torn, for the owner to report; found when this ledger was opened.
    package let torn: TornRegion?

    private let file: OpenFile
    private let lock: OpenFile
    private let clock: any LedgerClock
    private let boot: String
    private var size: UInt64
    private var next: UInt64
    private var previous: Digest
    /// The lines at the end that the next write has to end and mark first.
    private var unmarked: (region: TornRegion, isEnded: Bool)?
    /// An append failed, and what it wrote could not be taken back yet.
    private var needsTruncation = false

    /// Opens the ledger in `folder`, or begins one there; another process that has it open is an error.
    ///
    /// A full disk does not stop it: what is torn is then marked with the first entry that can be written.
    package static func open(
        folder: FilePath, storage: Storage, clock: any LedgerClock, bootID: String
    ) throws(LedgerError) -> Ledger {
        do throws(StorageError) {
            try storage.createFolder(folder)
            let lock = try storage.open(folder.appending("lock"), [.read, .write, .create, .noFollow])
            try lock.lock()
            let path = folder.appending(LedgerFile.name)
            let isNew = !storage.exists(path)
            let file = try storage.open(path, [.read, .write, .create, .noFollow])
            if isNew { try storage.flushFolder(folder) }
            let tail = try LedgerTail(of: file)
            let ledger = Ledger(folder, file: file, lock: lock, tail: tail, clock: clock, boot: bootID)
            if tail.torn != nil { _ = try? ledger.append([]) }
            return ledger
        } catch {
            if case .locked = error { throw .inUse(folder) }
            throw .storage(error)
        }
    }

    private init(
        _ folder: FilePath, file: OpenFile, lock: OpenFile, tail: LedgerTail, clock: any LedgerClock, boot: String
    ) {
        self.folder = folder
        self.file = file
        self.lock = lock
        self.clock = clock
        self.boot = boot
        size = tail.size
        next = tail.next
        previous = tail.previous
        torn = tail.torn
        unmarked = tail.torn.map { ($0, tail.isEnded) }
    }

    // A child process that is just being started has the lock too and would keep it.
    deinit { lock.unlock() }

    /// The sequence of the newest line; 0 while there is none.
    package var newest: UInt64 { next - 1 }

    /// The leaf hash of the newest line, which the next entry will hold.
    package var head: Digest { previous }

    /// Adds a group of entries and gives their sequences; they are on the medium when it returns.
    ///
    /// When it throws, none of them counts and the next append works as if this one had never been.
    @discardableResult
    package func append(_ events: [LedgerEvent]) throws(LedgerError) -> [UInt64] {
        let group = try encoded((unmarked.map { [LedgerEvent(.ledgerTorn, $0.region.body)] } ?? []) + events)
        guard !group.bytes.isEmpty else { return [] }
        guard group.bytes.count <= Self.groupLimit else {
            throw .groupTooLarge(bytes: group.bytes.count, limit: Self.groupLimit)
        }
        do throws(StorageError) {
            if needsTruncation { try truncate() }
            needsTruncation = true
            try file.write(group.bytes, at: size)
            try file.flush()
            needsTruncation = false
        } catch {
            try? truncate()
            throw .storage(error)
        }
        let sequences = next..<(next + UInt64(group.count))
        size += UInt64(group.bytes.count)
        next = sequences.upperBound
        previous = group.last
        unmarked = nil
        return sequences.suffix(events.count)
    }

    @discardableResult
    package func append(_ type: LedgerEventType, _ body: JSON = [:]) throws(LedgerError) -> UInt64 {
        try append([LedgerEvent(type, body)]).last ?? newest
    }

    /// At most `limit` entries, oldest first, from the first whose sequence is at least `sequence`.
    package func entries(from sequence: UInt64, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        try LedgerFile(file).entries(from: sequence, limit: limit)
    }

    private struct EncodedGroup {
        var bytes: [UInt8] = []
        var count = 0
        var last: Digest
    }

    private func encoded(_ events: [LedgerEvent]) throws(LedgerError) -> EncodedGroup {
        var group = EncodedGroup(last: previous)
        if let unmarked, !unmarked.isEnded { group.bytes.append(UInt8(ascii: "\n")) }
        for event in events {
            let entry = LedgerEntry(
                sequence: next + UInt64(group.count), group: next, boot: boot, time: clock.now().recordable,
                type: event.type.rawValue, auditCode: event.type.auditCode, body: event.body, previous: group.last)
            let line = entry.line
            guard line.count <= LedgerEntry.lineLimit else {
                throw .tooLarge(type: entry.type, bytes: line.count, limit: LedgerEntry.lineLimit)
            }
            do throws(DocumentError) {
                _ = try LedgerEntry(line: line)
            } catch {
                throw .unrecordable(type: entry.type, reason: error.description)
            }
            group.bytes += line
            group.bytes.append(UInt8(ascii: "\n"))
            group.count += 1
            group.last = SHA256.leafHash(of: line)
        }
        return group
    }

    /// Takes back what a failed append wrote, so that no later power cut can find it.
    private func truncate() throws(StorageError) {
        try file.truncate(to: size)
        try file.flush()
        needsTruncation = false
    }
}

extension LedgerTime {
    /// A clock gone wild must not stop the record: RFC 3339 ends with the year 9999.
    fileprivate var recordable: LedgerTime {
        let range = -62_135_596_800...253_402_300_799 as ClosedRange<Int64>
        guard range.contains(wall.seconds) else {
            let seconds = min(max(wall.seconds, range.lowerBound), range.upperBound)
            return LedgerTime(wall: Timestamp(seconds: seconds), confidence: .unset, uptime: uptime)
        }
        return self
    }
}
