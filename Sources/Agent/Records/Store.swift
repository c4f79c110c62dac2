package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The agent's database: where it stands, what each slot set holds, what was done before.
///
/// The ledger is the truth about what happened; this is what the agent works with, and it can be lost without harm:
/// what matters of
/// it is read back from the ledger.
package final class Store {
    private static let migrations = [
        Migration(
            1,
            "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
            """
            CREATE TABLE updates (
                id TEXT PRIMARY KEY, source TEXT NOT NULL, requested_by TEXT NOT NULL, started TEXT NOT NULL,
                ended TEXT, version TEXT, from_version TEXT, target TEXT, outcome TEXT, detail TEXT) STRICT
            """,
            "CREATE INDEX updates_started ON updates (started)",
            """
            CREATE TABLE self_tests (
                update_id TEXT NOT NULL, boot TEXT NOT NULL, report TEXT NOT NULL, started TEXT NOT NULL) STRICT
            """)
    ]

    private let database: Database

    private init(_ database: Database) { self.database = database }

    package static func open(_ path: FilePath, storage: Storage) throws(DatabaseError) -> Store {
        Store(try storage.openDatabase(path, migrations: migrations))
    }

    package func fact(_ name: String) throws(DatabaseError) -> JSON? {
        let texts = try database.query("SELECT value FROM facts WHERE name = ?", [.text(name)]) {
            (row) throws(DatabaseError) in try row.text(0)
        }
        return texts.first.flatMap { try? JSONReader.read(Array($0.utf8), limit: 1 << 20) }
    }

    package func setFact(_ name: String, _ value: JSON) throws(DatabaseError) {
        try database.execute(
            "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [.text(name), .text(value.canonicalText)])
    }

    func holds() throws(DatabaseError) -> [Hold] { try fact("holds")?.array?.compactMap(Hold.init) ?? [] }

    /// Keeps where the lifecycle stands and other facts, together with the newest ledger entry that says so.
    package func save(
        _ state: LifecycleState, _ facts: [String: JSON] = [:], ledger sequence: UInt64, at time: Timestamp
    ) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            for (name, value) in facts { try setFact(name, value) }
            try setFact("lifecycle", state.json)
            try setFact("ledger-sequence", .number(sequence))
            try remember(state, at: time)
        }
    }

    private func remember(_ state: LifecycleState, at time: Timestamp) throws(DatabaseError) {
        let now = DatabaseValue.text(time.description)
        if let offer = state.offer {
            try database.execute(
                """
                INSERT INTO updates (id, source, requested_by, started) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """, [.text(offer.id), .text(offer.source.text), .text(offer.requestedBy), now])
        }
        if let update = state.update {
            try database.execute(
                "UPDATE updates SET version = ?, from_version = ?, target = ? WHERE id = ?",
                [
                    .text(update.version.description), .text(update.from.description), .text(update.target.name),
                    .text(update.offer.id),
                ])
        }
        if case .idle(let last?) = state {
            try database.execute(
                "UPDATE updates SET ended = ?, outcome = ?, detail = ? WHERE id = ? AND ended IS NULL",
                [now, .text(last.name), .text(last.json.canonicalText), .text(last.offer.id)])
        }
    }

    /// Where the lifecycle stands and the ledger entry that was the newest then; nil in a new database.
    package func lifecycle() throws(DatabaseError) -> (state: LifecycleState, sequence: UInt64)? {
        guard let state = try fact("lifecycle").flatMap(LifecycleState.init) else { return nil }
        return (state, UInt64(clamping: try fact("ledger-sequence")?.integer ?? 0))
    }

    package func keepSelfTests(
        _ report: JSON, update: String, boot: String, at time: Timestamp
    ) throws(DatabaseError) {
        try database.execute(
            "INSERT INTO self_tests (update_id, boot, report, started) VALUES (?, ?, ?, ?)",
            [.text(update), .text(boot), .text(report.canonicalText), .text(time.description)])
    }

    /// The newest updates first, each with the reports of its self-tests.
    package func history(limit: Int64) throws(DatabaseError) -> [JSON] {
        let updates = try database.query(
            """
            SELECT id, source, requested_by, started, ended, version, from_version, target, outcome, detail
            FROM updates ORDER BY rowid DESC LIMIT ?
            """, [.integer(limit)]
        ) { (row) throws(DatabaseError) in
            let names = [
                "id", "source", "requestedBy", "started", "ended", "version", "from", "target", "outcome",
            ]
            var members: [String: JSON] = [:]
            for (column, name) in names.enumerated() where !row.isNull(Int32(column)) {
                members[name] = .string(try row.text(Int32(column)))
            }
            if !row.isNull(9) { members["detail"] = try? JSONReader.read(Array(try row.text(9).utf8), limit: 1 << 20) }
            return members
        }
        var history: [JSON] = []
        for var members in updates {
            guard let id = members["id"]?.string else { continue }
            members["selfTests"] = .array(try selfTests(of: id))
            history.append(.object(members))
        }
        return history
    }

    private func selfTests(of update: String) throws(DatabaseError) -> [JSON] {
        try database.query("SELECT report FROM self_tests WHERE update_id = ? ORDER BY rowid", [.text(update)]) {
            (row) throws(DatabaseError) in try row.text(0)
        }.compactMap { try? JSONReader.read(Array($0.utf8), limit: 4 << 20) }
    }
}
