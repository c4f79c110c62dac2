import Documents
import Platform
import SystemPackage
import Vocabulary

/// The checkpoints that a ledger's folder holds, oldest first.
struct KeptCheckpoints {
    static let name = "checkpoints.jsonl"
    private static let limit = 128
    private static let fileLimit = 4 << 20

    struct Kept {
        /// DER SubjectPublicKeyInfo.
        let key: [UInt8]
        var checkpoint: Checkpoint
    }

    private(set) var all: [Kept]

    var newest: Checkpoint? { all.last?.checkpoint }

    /// The sizes that a witness signed, besides the device.
    var cosigned: [UInt64] { all.filter { $0.checkpoint.signatures.count > 1 }.map(\.checkpoint.size) }

    init() { all = [] }

    init(in folder: FilePath, storage: Storage) throws(LedgerError) {
        let path = folder.appending(Self.name)
        all = []
        guard storage.exists(path) else { return }
        let bytes: [UInt8]
        do throws(StorageError) { bytes = try storage.read(path, limit: Self.fileLimit) } catch {
            throw .storage(error)
        }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONReader.read(Array(line), limit: Frame.limit),
                let key = value["key"]?.string.flatMap(Base64.strict),
                let checkpoint = value["note"]?.string.flatMap({ try? Checkpoint(note: $0) })
            else { throw .damaged(path) }
            all.append(Kept(key: key, checkpoint: checkpoint))
        }
    }

    /// Adds a checkpoint, or its new signatures; of too many the oldest go that no witness signed.
    mutating func put(_ checkpoint: Checkpoint, key: [UInt8]) {
        all.removeAll { $0.checkpoint.size == checkpoint.size && $0.checkpoint.root == checkpoint.root }
        all.append(Kept(key: key, checkpoint: checkpoint))
        all.sort { $0.checkpoint.size < $1.checkpoint.size }
        while all.count > Self.limit {
            let plain = all.firstIndex { $0.checkpoint.signatures.count == 1 } ?? 0
            // The newest one that a witness signed stays even if all are.
            all.remove(at: plain < all.count - 1 ? plain : 0)
        }
    }

    func write(in folder: FilePath, storage: Storage) throws(StorageError) {
        let bytes = all.flatMap { kept -> [UInt8] in
            let line: JSON = [
                "key": .string(Base64.encode(kept.key)), "note": .string(kept.checkpoint.note),
            ]
            return line.canonicalBytes + [UInt8(ascii: "\n")]
        }
        try storage.replace(folder.appending(Self.name), with: bytes)
    }
}

/// Whose ledger it is: its origin, and the keys that have signed for it.
struct LedgerKeys {
    static let name = "keys.json"

    struct Key {
        let der: [UInt8]
        /// The sequence of the entry that names it; 0 for the first.
        let since: UInt64
    }

    let origin: String
    private(set) var keys: [Key]

    var newest: Key? { keys.last }

    /// The key that signs checkpoints of this size.
    func inForce(at size: UInt64) -> [UInt8]? { keys.last { $0.since <= size }?.der }

    init(origin: String, first: [UInt8]) {
        self.origin = origin
        keys = [Key(der: first, since: 0)]
    }

    /// Nil where the ledger has none.
    init?(in folder: FilePath, storage: Storage) throws(LedgerError) {
        let path = folder.appending(Self.name)
        guard storage.exists(path) else { return nil }
        let members: JSON
        do throws(StorageError) { members = Frame(try storage.read(path, limit: Frame.limit)).members } catch {
            throw .storage(error)
        }
        guard let origin = members["origin"]?.string, let entries = members["keys"]?.array, !entries.isEmpty else {
            throw .damaged(path)
        }
        self.origin = origin
        keys = []
        for entry in entries {
            guard let der = entry["key"]?.string.flatMap(Base64.strict), let since = entry["since"]?.integer else {
                throw .damaged(path)
            }
            keys.append(Key(der: der, since: UInt64(clamping: since)))
        }
    }

    mutating func add(_ der: [UInt8], since sequence: UInt64) { keys.append(Key(der: der, since: sequence)) }

    func write(in folder: FilePath, storage: Storage) throws(StorageError) {
        let entries = keys.map { ["key": .string(Base64.encode($0.der)), "since": .number($0.since)] as JSON }
        let frame = Frame(["keys": .array(entries), "origin": .string(origin)])
        try storage.replace(folder.appending(Self.name), with: frame.bytes)
    }
}
