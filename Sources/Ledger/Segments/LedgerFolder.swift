package import Platform
package import SystemPackage
import Vocabulary

/// A ledger's folder to read from, by its owner or by anyone who was given a copy.
package struct LedgerFolder: Sendable {
    package let path: FilePath
    let storage: Storage

    package init(_ path: FilePath, storage: Storage) {
        self.path = path
        self.storage = storage
    }

    package func segments() throws(LedgerError) -> [LedgerSegment] {
        do throws(StorageError) { return try LedgerSegment.all(in: path, storage: storage) } catch {
            throw .storage(error)
        }
    }

    /// At most `limit` entries, oldest first, from the first whose sequence is at least `sequence`; torn lines are
    /// left out.
    package func entries(from sequence: UInt64, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        try forEach(from: sequence) { entry in
            guard entries.count < limit else { return false }
            entries.append(entry)
            return entries.count < limit
        }
        return entries
    }

    /// Shows the entries from `sequence` on, oldest first and one by one, for as long as `body` says to go on.
    package func forEach(
        from sequence: UInt64, _ body: (LedgerEntry) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        let segments = try segments()
        let start = segments.lastIndex { $0.first <= sequence } ?? 0
        for segment in segments[min(start, segments.count)...] {
            let file = try open(segment)
            var reader: EntryReader
            do throws(StorageError) {
                let offset = try LedgerFile(file).groupStart(before: sequence, size: try file.size())
                reader = try EntryReader(file, from: offset)
            } catch {
                throw .storage(error)
            }
            while let entry = try reading({ () throws(StorageError) in try reader.next() }) {
                if entry.sequence >= sequence, try !body(entry) { return }
            }
        }
    }

    /// The checkpoints that are kept here, oldest first.
    package func checkpoints() throws(LedgerError) -> [Checkpoint] {
        try KeptCheckpoints(in: path, storage: storage).all.map(\.checkpoint)
    }

    /// The origin and the newest public key (DER SubjectPublicKeyInfo), where the ledger has a key.
    package func identity() throws(LedgerError) -> (origin: String, key: [UInt8])? {
        guard let keys = try LedgerKeys(in: path, storage: storage), let newest = keys.newest else { return nil }
        return (keys.origin, newest.der)
    }

    func open(_ segment: LedgerSegment) throws(LedgerError) -> OpenFile {
        try reading { () throws(StorageError) in try storage.open(segment.path, .read) }
    }

    func reading<Value>(_ body: () throws(StorageError) -> Value) throws(LedgerError) -> Value {
        do throws(StorageError) { return try body() } catch { throw .storage(error) }
    }
}
