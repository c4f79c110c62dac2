import Documents
package import Ledger

/// How the device's record bounds itself: the table `[ledger]`.
package struct LedgerConfiguration: Sendable {
    package let limits: LedgerLimits

    init(_ fields: Fields?) throws(DocumentError) {
        var fields = try fields.orEmpty()
        let segment = try fields.integer("segment-bytes", default: 4 << 20, in: 64 << 10...1 << 30)
        let limit = try fields.integer("limit-bytes", default: 256 << 20, in: 1 << 20...1 << 40)
        guard limit >= 4 * segment else { throw fields.refuse("limit-bytes", "is less than four segments") }
        let interval = try fields.integer("checkpoint-seconds", default: 3600, in: 1...604_800)
        limits = LedgerLimits(
            segment: UInt64(segment), total: UInt64(limit), checkpointInterval: UInt64(interval) * 1_000_000)
        try fields.done()
    }
}
