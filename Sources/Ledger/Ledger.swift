package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The device's tamper-evident record: entries are added to its end and never changed.
///
/// How it works: a group of entries is one write and one flush, so that either all of it counts or, after a power cut, what is left of
/// it is found on the next opening, kept where it is and named by an entry `ledger.torn`. Every entry holds the leaf hash of the line
/// before it, and all lines are the leaves of a Merkle tree whose head the device's key signs. `docs/ledger.md` is the format. It
/// blocks, and has one owner: keep it in an actor with a `BlockingExecutor`.
package final class Ledger {
    /// The most bytes that one append may write.
    package static let groupLimit = 1 << 20

    package let folder: FilePath
    package let limits: LedgerLimits
    /// What an earlier power cut left torn, for the owner to report; found when this ledger was opened.
    package let torn: TornRegion?
    /// A hold covers the ledger and nothing of it is dropped, as the owner says before its first entry.
    package var isHeld: Bool

    let storage: Storage
    private let lock: OpenFile
    let clock: any LedgerClock
    private let boot: String
    var active: ActiveSegment
    /// The lines at the end that the next write has to end and mark first.
    private var unmarked: (region: TornRegion, isEnded: Bool)?
    /// An append failed, and what it wrote could not be taken back yet.
    private var needsTruncation = false
    /// The bytes of all segments.
    var total: UInt64
    private var isNearlyFullTold: Bool
    /// What the next group says of the segment before it, and of what is dropped.
    private var sealing: [LedgerEvent]
    /// The last line that is to be dropped, as an entry says that is on the medium.
    var droppedThrough: UInt64
    private var lastTime: (time: LedgerTime, boot: String)?
    var checkpoints: KeptCheckpoints
    var keys: LedgerKeys?
    package internal(set) var signer: LedgerSigner?
    /// The uptime at which the newest checkpoint was made, or this ledger opened.
    var checkpointedAt: UInt64

    /// Opens the ledger in `folder`, or begins one there; another process that has it open is an error.
    ///
    /// A full disk does not stop it: what is torn is then marked with the first entry that can be written.
    package static func open(
        folder: FilePath, storage: Storage, clock: any LedgerClock, bootID: String,
        limits: LedgerLimits = LedgerLimits(), signer: LedgerSigner? = nil, isHeld: Bool = false
    ) throws(LedgerError) -> Ledger {
        do throws(any Error) {
            try storage.createFolder(folder)
            let lock = try storage.open(folder.appending("lock"), [.read, .write, .create, .noFollow])
            try lock.lock()
            if try LedgerSegment.all(in: folder, storage: storage).isEmpty {
                _ = try ActiveSegment.create(first: 1, in: folder, storage: storage)
            }
            let ledger = try Ledger(
                folder, storage, lock: lock, clock: clock, boot: bootID, limits: limits, isHeld: isHeld)
            if ledger.torn != nil { _ = try? ledger.append([]) }
            if let signer { try ledger.adopt(signer) }
            return ledger
        } catch let error as StorageError {
            if case .locked = error { throw .inUse(folder) }
            throw .storage(error)
        } catch let error as LedgerError {
            throw error
        } catch {
            throw .damaged(folder)
        }
    }

    private init(
        _ folder: FilePath, _ storage: Storage, lock: OpenFile, clock: any LedgerClock, boot: String,
        limits: LedgerLimits, isHeld: Bool
    ) throws {
        self.folder = folder
        self.storage = storage
        self.lock = lock
        self.clock = clock
        self.boot = boot
        self.limits = limits
        self.isHeld = isHeld
        let opened = try OpenedSegments(in: folder, storage: storage)
        active = opened.active
        total = opened.total
        sealing = opened.sealing
        droppedThrough = opened.droppedThrough
        checkpoints = opened.checkpoints
        keys = opened.keys
        torn = opened.tail.torn
        unmarked = opened.tail.torn.map { ($0, opened.tail.isEnded) }
        lastTime = opened.tail.newest.map { ($0.time, $0.boot) }
        isNearlyFullTold = opened.total >= limits.warning || opened.hasDropped
        checkpointedAt = clock.now().uptime
    }

    // A child process that is just being started has the lock too and would keep it.
    deinit { lock.unlock() }

    /// The sequence of the newest line; 0 while there is none.
    package var newest: UInt64 { active.next - 1 }

    /// The leaf hash of the newest line, which the next entry will hold.
    package var head: Digest { active.previous }

    /// Adds a group of entries and gives their sequences; they are on the medium when it returns.
    ///
    /// When it throws, none of them counts and the next append works as if this one had never been.
    @discardableResult
    package func append(_ events: [LedgerEvent]) throws(LedgerError) -> [UInt64] {
        let added = try add(events)
        if added.isCheckpointDue { _ = try? checkpoint() }
        return added.sequences
    }

    /// The same, with the checkpoint that may be due left to the caller.
    func add(_ events: [LedgerEvent]) throws(LedgerError) -> (sequences: [UInt64], isCheckpointDue: Bool) {
        let now = clock.now().recordable
        if unmarked == nil, sealing.isEmpty, active.size >= limits.segment, !events.isEmpty { try seal() }
        let front = front(at: now, hasEvents: !events.isEmpty)
        var group = try encoded(front + events, at: now)
        if !isNearlyFullTold, !events.isEmpty, total + UInt64(group.bytes.count) >= limits.warning {
            group = try encoded(front + [nearlyFull] + events, at: now)
            try write(group)
            isNearlyFullTold = true
        } else {
            guard group.count > 0 else { return ([], false) }
            try write(group)
        }
        lastTime = (now, boot)
        let wasSealed = !sealing.isEmpty
        unmarked = nil
        sealing = []
        // What follows is not what was asked for: it is tried again with a later entry.
        if droppedThrough >= active.oldest { try? drop() }
        let isDue = wasSealed || now.uptime &- checkpointedAt >= limits.checkpointInterval
        return ((active.next - UInt64(events.count)..<active.next).map { $0 }, isDue)
    }

    @discardableResult
    package func append(_ type: LedgerEventType, _ body: JSON = [:]) throws(LedgerError) -> UInt64 {
        try append([LedgerEvent(type, body)]).last ?? newest
    }

    /// At most `limit` entries, oldest first, from the first whose sequence is at least `sequence`.
    package func entries(from sequence: UInt64, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        try reader.entries(from: sequence, limit: limit)
    }

    /// The same ledger to read from.
    package var reader: LedgerFolder { LedgerFolder(folder, storage: storage) }

    /// What the ledger itself has to say before what it was given.
    private func front(at now: LedgerTime, hasEvents: Bool) -> [LedgerEvent] {
        var events = unmarked.map { [LedgerEvent(.ledgerTorn, $0.region.body)] } ?? []
        guard hasEvents || !events.isEmpty else { return [] }
        events += sealing
        if hasEvents, let last = lastTime, let step = ClockStep(from: last.time, last.boot, to: now, boot) {
            events.append(LedgerEvent(.clockStepped, step.body))
        }
        return events
    }

    private var nearlyFull: LedgerEvent {
        LedgerEvent(.ledgerNearlyFull, ["bytes": .number(total), "limit": .number(limits.total)])
    }

    private struct EncodedGroup {
        var bytes: [UInt8] = []
        var leaves: [Digest] = []
        var count: Int { leaves.count }
    }

    private func encoded(_ events: [LedgerEvent], at now: LedgerTime) throws(LedgerError) -> EncodedGroup {
        var group = EncodedGroup()
        var previous = active.previous
        if let unmarked, !unmarked.isEnded { group.bytes.append(UInt8(ascii: "\n")) }
        for event in events {
            let entry = LedgerEntry(
                sequence: active.next + UInt64(group.count), group: active.next, boot: boot, time: now,
                type: event.type.rawValue, auditCode: event.type.auditCode, body: event.body, previous: previous)
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
            previous = SHA256.leafHash(of: line)
            group.leaves.append(previous)
        }
        guard group.bytes.count <= Self.groupLimit else {
            throw .groupTooLarge(bytes: group.bytes.count, limit: Self.groupLimit)
        }
        return group
    }

    private func write(_ group: EncodedGroup) throws(LedgerError) {
        do throws(StorageError) {
            if needsTruncation { try truncate() }
            needsTruncation = true
            try active.file.write(group.bytes, at: active.size)
            try active.file.flush()
            needsTruncation = false
        } catch {
            try? truncate()
            throw .storage(error)
        }
        active.take(group.leaves, bytes: group.bytes.count)
        total += UInt64(group.bytes.count)
    }

    /// Takes back what a failed append wrote, so that no later power cut can find it.
    private func truncate() throws(StorageError) {
        try active.file.truncate(to: active.size)
        try active.file.flush()
        needsTruncation = false
    }

    /// Ends the active segment and begins the next, in which the group under way says so.
    private func seal() throws(LedgerError) {
        do throws(StorageError) {
            if needsTruncation { try truncate() }
            let bytes = active.size
            let first = active.first
            active = try active.sealed(in: folder, storage: storage)
            sealing = [LedgerEvent.sealed(first: first, last: active.first - 1, bytes: bytes)]
        } catch {
            throw .storage(error)
        }
        sealing += try chooseWhatToDrop()
    }
}

extension LedgerEvent {
    static func sealed(first: UInt64, last: UInt64, bytes: UInt64) -> LedgerEvent {
        LedgerEvent(.ledgerSealed, ["bytes": .number(bytes), "first": .number(first), "last": .number(last)])
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
