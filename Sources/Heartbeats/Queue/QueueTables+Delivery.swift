import Platform
import Vocabulary

/// What goes to an endpoint next, and what became of it.
extension QueueTables {
    private static let batchLimit = 256

    private struct Row {
        let number: Int64
        let id: String
        let signal: TelemetrySignal
        let priority: HeartbeatPriority
        let time: Timestamp
        /// Of the body as it is sent.
        let bytes: Int
        let refusals: Int64
    }

    func isWaiting(for endpoint: String) throws(DatabaseError) -> Bool {
        try database.query("SELECT 1 FROM waiting WHERE endpoint = ? LIMIT 1", [.text(endpoint)]) {
            (_) throws(DatabaseError) in true
        }.first ?? false
    }

    /// What goes next, and items on the way to it that can no longer be read.
    func next(for endpoint: String, bytes: Int) throws(DatabaseError) -> (batch: QueueBatch?, damaged: [Int64]) {
        guard let first = try rows(for: endpoint, signal: nil, limit: 1).first else { return (nil, []) }
        let rows = first.refusals > 0 ? [first] : try rows(for: endpoint, signal: first.signal, limit: Self.batchLimit)
        var (items, damaged, size): ([QueueItem], [Int64], Int) = ([], [], 0)
        for row in rows {
            size += row.bytes + 1
            guard items.isEmpty || row.refusals == 0 && size <= bytes else { break }
            if let body = try body(of: row) {
                items.append(
                    QueueItem(id: row.id, signal: row.signal, priority: row.priority, time: row.time, body: body))
            } else {
                damaged.append(row.number)
            }
        }
        return (QueueBatch(signal: first.signal, items: items), damaged)
    }

    private func rows(
        for endpoint: String, signal: TelemetrySignal?, limit: Int
    ) throws(DatabaseError) -> [Row] {
        let rows = try database.query(
            """
            SELECT items.number, items.id, items.signal, items.priority, items.time, items.bytes, waiting.refusals
            FROM waiting JOIN items ON items.number = waiting.number
            WHERE waiting.endpoint = ?1 AND (?2 IS NULL OR items.signal = ?2) AND items.signal IN ('metrics', 'logs')
            ORDER BY waiting.refusals > 0, items.priority DESC,
                CASE items.priority WHEN 0 THEN items.number ELSE -items.number END
            LIMIT ?3
            """, [.text(endpoint), signal.map { .text($0.rawValue) } ?? .null, .integer(Int64(limit))]
        ) { (row) throws(DatabaseError) -> Row? in
            guard let signal = TelemetrySignal(rawValue: try row.text(2)) else { return nil }
            return Row(
                number: try row.integer(0), id: try row.text(1), signal: signal,
                priority: try priority(row.integer(3)), time: Timestamp(seconds: try row.integer(4)),
                bytes: Int(try row.integer(5)), refusals: try row.integer(6))
        }
        return rows.compactMap(\.self)
    }

    private func body(of row: Row) throws(DatabaseError) -> [UInt8]? {
        let packed = try database.query("SELECT body FROM items WHERE number = ?", [.integer(row.number)]) {
            (row) throws(DatabaseError) in try row.blob(0)
        }
        guard let packed = packed.first else { return nil }
        return try? Gzip.decompress(packed, limit: row.bytes)
    }

    /// `endpoint` has these; an item that no endpoint waits for any more goes.
    func deliver(_ ids: [String], to endpoint: String) throws(DatabaseError) {
        for id in ids {
            for number in try numbers(of: id) {
                try database.execute(
                    "DELETE FROM waiting WHERE endpoint = ? AND number = ?", [.text(endpoint), .integer(number)])
                try database.execute(
                    "DELETE FROM items WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM waiting WHERE number = ?1)",
                    [.integer(number)])
            }
        }
    }

    /// Counts a refusal of each of these; gives those that were refused `limit` times by now and are given up.
    func refuse(_ ids: [String], by endpoint: String, limit: Int) throws(DatabaseError) -> [String] {
        var givenUp: [String] = []
        for id in ids {
            for number in try numbers(of: id) {
                try database.execute(
                    "UPDATE waiting SET refusals = refusals + 1 WHERE endpoint = ? AND number = ?",
                    [.text(endpoint), .integer(number)])
                let refusals = try database.query(
                    """
                    SELECT waiting.refusals, items.priority FROM waiting JOIN items USING (number)
                    WHERE waiting.endpoint = ? AND waiting.number = ?
                    """, [.text(endpoint), .integer(number)]
                ) { (row) throws(DatabaseError) in (try row.integer(0), try priority(row.integer(1))) }
                guard let (count, priority) = refusals.first, count >= Int64(limit) else { continue }
                try deliver([id], to: endpoint)
                try self.count(QueueState.Drop(priority, .refused), 1)
                givenUp.append(id)
            }
        }
        return givenUp
    }

    private func numbers(of id: String) throws(DatabaseError) -> [Int64] {
        try database.query("SELECT number FROM items WHERE id = ?", [.text(id)]) {
            (row) throws(DatabaseError) in try row.integer(0)
        }
    }
}
