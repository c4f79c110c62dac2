package import Platform
package import SystemPackage
package import Vocabulary

/// What waits to be sent, in a database of its own that can be lost without harm to the agent.
///
/// How it works: an item is written with one row for each endpoint it is for. A row goes when its endpoint took the item;
/// the item goes with its last row. So everything is sent at least once, whenever the power fails, and a receiver tells
/// repetitions by the id. When the bounds are reached, the oldest of the lowest priority goes, and the counter of what went
/// is kept in the same commit. Bodies lie there compressed: OTLP's JSON shrinks to a twentieth, and so does the wear of the
/// flash.
package actor HeartbeatQueue {
    let database: Database
    let endpoints: [String]
    private let bounds: QueueBounds
    private let executor = BlockingExecutor(label: "heartbeat queue")
    /// What could not be written, to be counted as soon as something can be.
    private var unstored: [QueueState.Drop: Int] = [:]
    private var thinnedAt = Int64.min

    /// Where a damaged queue that was in the way was put.
    package nonisolated let setAside: FilePath?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the queue for these endpoints; one that is damaged is set aside and a new one begun.
    package init(
        _ path: FilePath, endpoints: [String], bounds: QueueBounds = QueueBounds(), storage: Storage, now: Timestamp
    ) throws(HeartbeatError) {
        var setAside: FilePath?
        do throws(DatabaseError) {
            let database: Database
            do throws(DatabaseError) {
                database = try storage.openDatabase(path, migrations: Self.migrations)
            } catch .corrupt {
                do throws(StorageError) { setAside = try storage.setDatabaseAside(path) } catch {
                    throw .storage(error)
                }
                database = try storage.openDatabase(path, migrations: Self.migrations)
            }
            try QueueTables(database).begin(endpoints: endpoints, at: now)
            self.database = database
        } catch {
            throw .queue(error)
        }
        self.setAside = setAside
        self.endpoints = endpoints
        self.bounds = bounds
    }

    /// Writes one item for every endpoint, durably, and drops what no longer fits.
    package func add(_ item: QueueItem) throws(HeartbeatError) {
        let packed: [UInt8]
        do throws(CompressionError) { packed = try Gzip.compress(item.body) } catch { throw .compression(error) }
        guard packed.count <= bounds.bytes else {
            unstored[QueueState.Drop(item.priority, .bound), default: 0] += 1
            throw .tooLarge(bytes: packed.count, limit: bounds.bytes)
        }
        // Nobody waits for it.
        guard !endpoints.isEmpty else { throw .noEndpoint }
        do throws(HeartbeatError) {
            try write { (tables) throws(DatabaseError) in
                try tables.insert(item, packed: packed, for: endpoints)
                if item.time.seconds / 3600 != thinnedAt {
                    try tables.thin(now: item.time, whole: bounds.wholeSeconds)
                }
                try tables.shrink(to: bounds)
            }
        } catch {
            unstored[QueueState.Drop(item.priority, .unstored), default: 0] += 1
            throw error
        }
        thinnedAt = item.time.seconds / 3600
    }

    /// What `endpoint` should get next, of at most `bytes` in all but for a single item; nil if nothing waits for it.
    ///
    /// The highest priority first; of alarms and findings the newest, of heartbeats the oldest, because time series take no
    /// steps back. An item that was refused before goes alone, after all others.
    package func next(for endpoint: String, bytes: Int) throws(HeartbeatError) -> QueueBatch? {
        while true {
            let found = try read { (tables) throws(DatabaseError) in try tables.next(for: endpoint, bytes: bytes) }
            guard !found.damaged.isEmpty else { return found.batch }
            try write { (tables) throws(DatabaseError) in
                for number in found.damaged {
                    try tables.dropItems("number = ?", [.integer(number)], because: .damaged)
                }
            }
        }
    }

    package func isWaiting(for endpoint: String) throws(HeartbeatError) -> Bool {
        try read { (tables) throws(DatabaseError) in try tables.isWaiting(for: endpoint) }
    }

    /// Counts values that the allow-list withheld.
    package func withheld(_ count: Int) throws(HeartbeatError) {
        guard count > 0 else { return }
        try write { (tables) throws(DatabaseError) in try tables.count(withheld: count) }
    }

    package func state() throws(HeartbeatError) -> QueueState {
        var state = try read { (tables) throws(DatabaseError) in try tables.state() }
        state.dropped.merge(unstored, uniquingKeysWith: +)
        return state
    }

    /// Does all of `body` in one commit, with what is still to be counted.
    func write<Value>(_ body: (QueueTables) throws(DatabaseError) -> Value) throws(HeartbeatError) -> Value {
        do throws(DatabaseError) {
            let tables = QueueTables(database)
            let value = try database.transaction { () throws(DatabaseError) in
                for (drop, count) in unstored { try tables.count(drop, count) }
                return try body(tables)
            }
            unstored = [:]
            return value
        } catch {
            throw .queue(error)
        }
    }

    func read<Value>(_ body: (QueueTables) throws(DatabaseError) -> Value) throws(HeartbeatError) -> Value {
        do throws(DatabaseError) { return try body(QueueTables(database)) } catch { throw .queue(error) }
    }

    private static let migrations = [
        Migration(
            1,
            """
            CREATE TABLE items (
                number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, signal TEXT NOT NULL,
                priority INTEGER NOT NULL, time INTEGER NOT NULL, body BLOB NOT NULL, bytes INTEGER NOT NULL,
                packed INTEGER NOT NULL) STRICT
            """,
            "CREATE INDEX items_order ON items (priority, number)",
            """
            CREATE TABLE waiting (
                endpoint TEXT NOT NULL, number INTEGER NOT NULL, refusals INTEGER NOT NULL DEFAULT 0,
                PRIMARY KEY (endpoint, number)) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX waiting_number ON waiting (number)",
            """
            CREATE TABLE dropped (
                priority INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
                PRIMARY KEY (priority, reason)) STRICT, WITHOUT ROWID
            """,
            "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
            """
            CREATE TABLE egress (
                number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, endpoint TEXT NOT NULL,
                url TEXT NOT NULL, items TEXT NOT NULL, bytes INTEGER NOT NULL, sent INTEGER NOT NULL,
                digest TEXT NOT NULL, status INTEGER, outcome TEXT, body BLOB) STRICT
            """)
    ]
}
