import CSQLite
package import SystemPackage

/// A SQLite database with one owner and one connection, whose every commit is on the medium before it returns.
///
/// It blocks: keep it in an actor with a `BlockingExecutor`. It is opened with `Storage.openDatabase`, holds an exclusive lock on
/// its file, and keeps a write-ahead log beside it (`-wal`), flushed at every commit (`synchronous=FULL`).
package final class Database {
    private let connection: Connection

    package var path: FilePath { connection.path }

    /// The number of the newest migration this database has seen, perhaps by a newer agent than this one.
    package private(set) var schemaVersion: Int32 = 0

    /// How long another process may still hold the file, in milliseconds, before it counts as in use.
    private static let busyTimeout: Int32 = 2000

    init(
        _ path: FilePath, migrations: [Migration], observer: (any StorageObserver)?
    ) throws(DatabaseError) {
        connection = try Connection(path, observer: observer)
        sqlite3_busy_timeout(connection.handle, Self.busyTimeout)
        // Exclusive before WAL: the index of the log then lives in this process and needs no shared file.
        try execute("PRAGMA locking_mode=EXCLUSIVE")
        let mode = try query("PRAGMA journal_mode=WAL") { (row) throws(DatabaseError) in try row.text(0) }
        guard mode == ["wal"] else {
            throw .cannot("open", path, reason: "its file system takes no write-ahead log", result: SQLITE_ERROR)
        }
        try execute("PRAGMA synchronous=FULL")
        try execute("PRAGMA cell_size_check=ON")
        try execute("PRAGMA temp_store=MEMORY")
        try execute("PRAGMA cache_size=-512")
        let findings = try query("PRAGMA quick_check(1)") { (row) throws(DatabaseError) in try row.text(0) }
        guard findings == ["ok"] else { throw .corrupt(path, reason: findings.first ?? "it cannot be checked") }
        try migrate(migrations)
    }

    /// Runs one statement that gives no rows.
    package func execute(_ sql: String, _ values: [DatabaseValue] = []) throws(DatabaseError) {
        let statement = try prepare(sql)
        try statement.bind(values)
        while try statement.step() {}
    }

    /// Runs one statement and gives what `read` makes of each row.
    package func query<Value>(
        _ sql: String, _ values: [DatabaseValue] = [],
        _ read: (borrowing Statement) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> [Value] {
        let statement = try prepare(sql)
        try statement.bind(values)
        var rows: [Value] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    /// Compiles one statement, to be run as often as wanted.
    package func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        try Statement(sql, on: connection)
    }

    /// Does all of `body` or, when it throws or the power fails, nothing of it; durable once it returns.
    package func transaction<Value>(_ body: () throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        try execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // SQLite has rolled back by itself after a full disk or a failed write.
            if sqlite3_get_autocommit(connection.handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// The number of the row that the last INSERT made.
    package var lastRow: Int64 { sqlite3_last_insert_rowid(connection.handle) }

    /// How many rows the last statement changed.
    package var changes: Int { Int(sqlite3_changes64(connection.handle)) }

    /// Brings the schema up to date, each migration whole or not at all.
    ///
    /// A schema newer than all of `migrations` is left alone: a newer agent made it, only added to it, and was rolled back.
    private func migrate(_ migrations: [Migration]) throws(DatabaseError) {
        schemaVersion = try version()
        for migration in migrations where migration.number > schemaVersion {
            try transaction { () throws(DatabaseError) in
                for statement in migration.statements { try execute(statement) }
                try execute("PRAGMA user_version=\(migration.number)")
            }
            schemaVersion = migration.number
        }
    }

    private func version() throws(DatabaseError) -> Int32 {
        let versions = try query("PRAGMA user_version") { (row) throws(DatabaseError) in try row.integer(0) }
        return Int32(clamping: versions.first ?? 0)
    }
}

/// A numbered step of a schema.
///
/// Migrations only add tables, indexes and columns with defaults, so that the agent before them can still read and write.
package struct Migration: Sendable {
    package let number: Int32
    package let statements: [String]

    /// Numbers start at 1, rise, and are never reused.
    package init(_ number: Int32, _ statements: String...) {
        self.number = number
        self.statements = statements
    }
}
