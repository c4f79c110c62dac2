package import Documents
import Platform
package import Vocabulary

/// Something that happened, to be recorded.
package struct LedgerEvent: Hashable, Sendable {
    package let type: LedgerEventType
    package let body: JSON

    package init(_ type: LedgerEventType, _ body: JSON = [:]) {
        self.type = type
        self.body = body
    }
}

/// One recorded line of a ledger.
package struct LedgerEntry: Hashable, Sendable {
    /// The number of its line, from 1: the RFC 6962 leaf index plus one.
    package let sequence: UInt64
    /// The sequence of the first entry that was written and flushed together with this one.
    package let group: UInt64
    /// The kernel's boot id: entries of different boots have uptimes that cannot be compared.
    package let boot: String
    package let time: LedgerTime
    /// The raw value of a `LedgerEventType`, or one that a newer agent knows.
    package let type: String
    package let auditCode: Int64
    package let body: JSON
    /// The leaf hash of the line before; `noLine` for the first.
    package let previous: Digest

    package var event: LedgerEventType? { LedgerEventType(rawValue: type) }
}

extension LedgerEntry {
    /// The most bytes one line may have, without its end.
    package static let lineLimit = 65536

    /// What the first entry names as the line before it: the leaf hash of no bytes.
    package static let noLine = SHA256.leafHash(of: [])

    /// The line that stands for this entry in the ledger, without its end (RFC 8785).
    package var line: [UInt8] {
        let value: JSON = [
            "body": body, "boot": .string(boot), "clock": .string(time.confidence.rawValue),
            "event": .integer(auditCode), "group": .number(group), "previous": .string(previous.hex),
            "sequence": .number(sequence), "time": .string(time.wall.description), "type": .string(type),
            "uptime": .number(time.uptime),
        ]
        return value.canonicalBytes
    }

    /// Reads a line that must be, byte for byte, the canonical form of an entry.
    init(line: [UInt8]) throws(DocumentError) {
        let value = try JSONReader.read(line, limit: Self.lineLimit)
        guard value.canonicalBytes == line else {
            throw .malformed(offset: 0, reason: "it is not in canonical form")
        }
        // Members that a newer agent added are let be: it may have been rolled back to this one.
        var fields = try Fields(value)
        sequence = UInt64(try fields.integer("sequence", in: 1...JSON.largestInteger))
        group = UInt64(try fields.integer("group", in: 1...Int64(sequence)))
        boot = try fields.string("boot")
        guard let confidence = TimeConfidence(rawValue: try fields.string("clock")) else {
            throw fields.refuse("clock", "is not a known confidence")
        }
        time = LedgerTime(
            wall: try fields.timestamp("time"), confidence: confidence, uptime: UInt64(try fields.integer("uptime")))
        type = try fields.string("type")
        auditCode = try fields.integer("event")
        body = try fields.value("body")
        previous = try fields.digest("previous")
    }
}
