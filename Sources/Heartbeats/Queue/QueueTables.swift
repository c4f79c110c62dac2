import Platform
import Vocabulary

/// The queue's tables; every call happens within a commit of the queue's.
struct QueueTables {
    let database: Database

    init(_ database: Database) { self.database = database }

    /// Makes the queue one for these endpoints: what waited only for others is dropped, and counted.
    func begin(endpoints: [String], at now: Timestamp) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            try database.execute(
                "INSERT INTO facts VALUES ('since', ?) ON CONFLICT DO NOTHING", [.integer(now.seconds)])
            let known = try database.query("SELECT DISTINCT endpoint FROM waiting") {
                (row) throws(DatabaseError) in try row.text(0)
            }
            for endpoint in known where !endpoints.contains(endpoint) {
                try database.execute("DELETE FROM waiting WHERE endpoint = ?", [.text(endpoint)])
            }
            try dropItems("number NOT IN (SELECT number FROM waiting)", [], because: .unaddressed)
        }
    }

    func insert(_ item: QueueItem, packed: [UInt8], for endpoints: [String]) throws(DatabaseError) {
        try database.execute(
            "INSERT INTO items (id, signal, priority, time, body, bytes, packed) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                .text(item.id), .text(item.signal.rawValue), .integer(Int64(item.priority.rawValue)),
                .integer(item.time.seconds), .blob(packed), .integer(Int64(item.body.count)),
                .integer(Int64(packed.count)),
            ])
        let number = database.lastRow
        for endpoint in endpoints {
            try database.execute(
                "INSERT INTO waiting (endpoint, number) VALUES (?, ?)", [.text(endpoint), .integer(number)])
        }
    }

    /// Drops the oldest of the lowest priority until the rest is within the bounds.
    func shrink(to bounds: QueueBounds) throws(DatabaseError) {
        while true {
            let (count, bytes) = try size()
            guard count > bounds.items || bytes > bounds.bytes else { return }
            try dropItems(
                "number = (SELECT number FROM items ORDER BY priority, number LIMIT 1)", [], because: .bound)
        }
    }

    /// Keeps of old heartbeats the first of each hour, and after a week the first of each day.
    func thin(now: Timestamp, whole: Int64) throws(DatabaseError) {
        for (age, bucket) in [(whole, Int64(3600)), (max(whole, QueueBounds.hourlySeconds), 86400)] {
            try dropItems(
                """
                priority = 0 AND time < ?1 AND number NOT IN (
                    SELECT MIN(number) FROM items WHERE priority = 0 AND time < ?1 GROUP BY signal, time / ?2)
                """, [.integer(now.seconds - age), .integer(bucket)], because: .thinned)
        }
    }

    /// Removes the items that `condition` names, with what waits for them, and counts them.
    func dropItems(
        _ condition: String, _ values: [DatabaseValue], because reason: DropReason
    ) throws(DatabaseError) {
        let found = try database.query("SELECT number, priority FROM items WHERE \(condition)", values) {
            (row) throws(DatabaseError) in (number: try row.integer(0), priority: try priority(row.integer(1)))
        }
        for item in found {
            try remove(item.number)
            try count(QueueState.Drop(item.priority, reason), 1)
        }
    }

    func remove(_ number: Int64) throws(DatabaseError) {
        try database.execute("DELETE FROM waiting WHERE number = ?", [.integer(number)])
        try database.execute("DELETE FROM items WHERE number = ?", [.integer(number)])
    }

    func count(_ drop: QueueState.Drop, _ count: Int) throws(DatabaseError) {
        try database.execute(
            """
            INSERT INTO dropped VALUES (?1, ?2, ?3)
            ON CONFLICT (priority, reason) DO UPDATE SET count = count + excluded.count
            """,
            [.integer(Int64(drop.priority.rawValue)), .text(drop.reason.rawValue), .integer(Int64(count))])
    }

    func count(withheld count: Int) throws(DatabaseError) {
        try database.execute(
            "INSERT INTO facts VALUES ('withheld', ?1) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            [.integer(Int64(count))])
    }

    func size() throws(DatabaseError) -> (count: Int, bytes: Int) {
        let sizes = try database.query("SELECT COUNT(*), COALESCE(SUM(packed), 0) FROM items") {
            (row) throws(DatabaseError) in (Int(try row.integer(0)), Int(try row.integer(1)))
        }
        return sizes.first ?? (0, 0)
    }

    func state() throws(DatabaseError) -> QueueState {
        var state = QueueState()
        state.bytes = try size().bytes
        let counts = try database.query("SELECT priority, COUNT(*) FROM items GROUP BY priority") {
            (row) throws(DatabaseError) in (try priority(row.integer(0)), Int(try row.integer(1)))
        }
        for (priority, count) in counts { state.items[priority] = count }
        let drops = try database.query("SELECT priority, reason, count FROM dropped") { (row) throws(DatabaseError) in
            let reason = DropReason(rawValue: try row.text(1)) ?? .bound
            return (QueueState.Drop(try priority(row.integer(0)), reason), Int(try row.integer(2)))
        }
        for (drop, count) in drops { state.dropped[drop, default: 0] += count }
        state.withheld = Int(try fact("withheld") ?? 0)
        state.since = Timestamp(seconds: try fact("since") ?? 0)
        return state
    }

    private func fact(_ name: String) throws(DatabaseError) -> Int64? {
        try database.query("SELECT value FROM facts WHERE name = ?", [.text(name)]) {
            (row) throws(DatabaseError) in try row.integer(0)
        }.first
    }

    /// One that a newer agent wrote and this one does not know counts as the highest, so that it is not lost first.
    func priority(_ number: Int64) -> HeartbeatPriority { HeartbeatPriority(rawValue: Int(number)) ?? .urgent }
}
