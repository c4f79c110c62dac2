import Platform
import Vocabulary

/// What goes to an endpoint next, and what became of it.
extension QueueTables {
    private static let batchLimit = 256

    private struct Row {
        let item: QueueItem
        let refusals: Int64
    }

    func isWaiting(for endpoint: String) throws(DatabaseError) -> Bool {
        try database.query("SELECT 1 FROM waiting WHERE endpoint = ? LIMIT 1", [.text(endpoint)]) {
            (_) throws(DatabaseError) in true
        }.first ?? false
    }

    func next(for endpoint: String, bytes: Int) throws(DatabaseError) -> QueueBatch? {
        let first = try rows(for: endpoint, signal: nil, limit: 1).first
        guard let first else { return nil }
        if first.refusals > 0 { return QueueBatch(signal: first.item.signal, items: [first.item]) }
        var (items, size): ([QueueItem], Int) = ([], 0)
        for row in try rows(for: endpoint, signal: first.item.signal, limit: Self.batchLimit) {
            size += row.item.body.count + 1
            guard items.isEmpty || row.refusals == 0 && size <= bytes else { break }
            items.append(row.item)
        }
        return QueueBatch(signal: first.item.signal, items: items)
    }

    private func rows(
        for endpoint: String, signal: TelemetrySignal?, limit: Int
    ) throws(DatabaseError) -> [Row] {
        // The body is read for what is near the front only: SQLite takes it from its own pages when asked for.
        let numbers = try database.query(
            """
            SELECT items.number, items.id, items.signal, items.priority, items.time, waiting.refusals
            FROM waiting JOIN items ON items.number = waiting.number
            WHERE waiting.endpoint = ?1 AND (?2 IS NULL OR items.signal = ?2)
            ORDER BY waiting.refusals > 0, items.priority DESC,
                CASE items.priority WHEN 0 THEN items.number ELSE -items.number END
            LIMIT ?3
            """, [.text(endpoint), signal.map { .text($0.rawValue) } ?? .null, .integer(Int64(limit))]
        ) { (row) throws(DatabaseError) in
            (
                number: try row.integer(0), id: try row.text(1), signal: TelemetrySignal(rawValue: try row.text(2)),
                priority: try priority(row.integer(3)), time: try row.integer(4), refusals: try row.integer(5)
            )
        }
        var rows: [Row] = []
        for found in numbers {
            // A signal that a newer agent wrote waits for it to come back.
            guard let signal = found.signal else { continue }
            let body = try database.query("SELECT body FROM items WHERE number = ?", [.integer(found.number)]) {
                (row) throws(DatabaseError) in try row.blob(0)
            }
            rows.append(
                Row(
                    item: QueueItem(
                        id: found.id, signal: signal, priority: found.priority, time: Timestamp(seconds: found.time),
                        body: body.first ?? []), refusals: found.refusals))
        }
        return rows
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
