import Platform
import Vocabulary

/// A transfer that is about to begin.
struct OutgoingTransfer: Sendable {
    let endpoint: String
    let url: String
    let items: [String]
    /// The JSON text, and as it goes over the wire.
    let body: [UInt8]
    let sent: [UInt8]
}

extension HeartbeatQueue {
    /// Remembers a transfer before its first byte leaves, so that none is without a record, and gives its number.
    func record(_ transfer: OutgoingTransfer, at time: Timestamp, bounds: EgressBounds) throws(HeartbeatError) -> Int64
    {
        try write { (tables) throws(DatabaseError) in
            try tables.database.execute(
                """
                INSERT INTO egress (time, endpoint, url, items, bytes, sent, digest, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(time.seconds), .text(transfer.endpoint), .text(transfer.url),
                    .text(transfer.items.joined(separator: " ")), .integer(Int64(transfer.body.count)),
                    .integer(Int64(transfer.sent.count)), .text(SHA256.digest(of: transfer.body).hex),
                    .blob(transfer.sent),
                ])
            let number = tables.database.lastRow
            try tables.database.execute(
                "DELETE FROM egress WHERE number <= ?", [.integer(number - Int64(bounds.records))])
            try tables.database.execute(
                "UPDATE egress SET body = NULL WHERE number <= ? AND body IS NOT NULL",
                [.integer(number - Int64(bounds.bodies))])
            return number
        }
    }

    /// Ends a transfer: what arrived is waited for no more, what was refused once too often is given up.
    ///
    /// Gives the ids that were given up.
    func end(
        _ number: Int64, _ ending: TransferEnding, of ids: [String], to endpoint: String, refusalLimit: Int
    ) throws(HeartbeatError) -> [String] {
        try write { (tables) throws(DatabaseError) in
            try tables.database.execute(
                "UPDATE egress SET status = ?, outcome = ? WHERE number = ?",
                [ending.status.map { .integer(Int64($0)) } ?? .null, .text(ending.outcome), .integer(number)])
            switch ending.verdict {
            case .accepted:
                try tables.deliver(ids, to: endpoint)
                return []
            case .itemsRefused: return try tables.refuse(ids, by: endpoint, limit: refusalLimit)
            case .failed: return []
            }
        }
    }

    /// The newest transfers first.
    package func egress(limit: Int) throws(HeartbeatError) -> [EgressRecord] {
        try read { (tables) throws(DatabaseError) in
            try tables.database.query(
                """
                SELECT number, time, endpoint, url, items, bytes, sent, digest, status, outcome, body IS NOT NULL
                FROM egress ORDER BY number DESC LIMIT ?
                """, [.integer(Int64(limit))]
            ) { (row) throws(DatabaseError) in
                EgressRecord(
                    number: try row.integer(0), time: Timestamp(seconds: try row.integer(1)),
                    endpoint: try row.text(2), url: try row.text(3),
                    items: try row.text(4).split(separator: " ").map(String.init), bytes: Int(try row.integer(5)),
                    sentBytes: Int(try row.integer(6)), digest: try row.text(7),
                    status: row.isNull(8) ? nil : Int(try row.integer(8)),
                    outcome: row.isNull(9) ? nil : try row.text(9), isBodyKept: try row.integer(10) == 1)
            }
        }
    }

    /// The JSON text that transfer `number` carried.
    package func egressBody(_ number: Int64) throws(HeartbeatError) -> [UInt8] {
        let found = try read { (tables) throws(DatabaseError) in
            try tables.database.query(
                "SELECT body, bytes FROM egress WHERE number = ? AND body IS NOT NULL", [.integer(number)]
            ) { (row) throws(DatabaseError) in (body: try row.blob(0), bytes: Int(try row.integer(1))) }
        }
        guard let sent = found.first else { throw .noEgress(String(number)) }
        do throws(CompressionError) {
            return try Gzip.decompress(sent.body, limit: sent.bytes)
        } catch {
            throw .compression(error)
        }
    }
}
