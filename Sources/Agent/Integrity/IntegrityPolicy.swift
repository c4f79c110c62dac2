import Documents
package import Integrity

/// Whether and how often the configuration is measured: the `[integrity]` table; what it leaves out is the release's to say.
package struct IntegrityPolicy: Equatable, Sendable {
    private static let standardInterval: Duration = .seconds(24 * 3600)
    private static let standardRate: UInt64 = 16 << 20

    package let isEnabled: Bool
    private let interval: Duration?
    private let rate: UInt64?

    init(_ fields: Fields?) throws(DocumentError) {
        var fields = try fields.orEmpty()
        isEnabled = try fields.bool("enabled", default: true)
        interval = try IntegrityPlan.interval(&fields)
        rate = try IntegrityPlan.rate(&fields)
        try fields.done()
    }

    package func interval(of plan: IntegrityPlan) -> Duration { interval ?? plan.interval ?? Self.standardInterval }

    /// Bytes a second.
    package func rate(of plan: IntegrityPlan) -> UInt64 { rate ?? plan.rate ?? Self.standardRate }
}
