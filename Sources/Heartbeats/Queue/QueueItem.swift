package import Vocabulary

/// One thing to be sent: a `ResourceMetrics` or `ResourceLogs` as JSON text, whole in itself.
package struct QueueItem: Sendable, Equatable {
    /// 32 random hexadecimal digits by which a receiver knows a repetition; the same stand in the body.
    package let id: String
    package let signal: TelemetrySignal
    package let priority: HeartbeatPriority
    package let time: Timestamp
    package let body: [UInt8]

    package init(
        id: String, signal: TelemetrySignal, priority: HeartbeatPriority, time: Timestamp, body: [UInt8]
    ) {
        self.id = id
        self.signal = signal
        self.priority = priority
        self.time = time
        self.body = body
    }
}

/// Items of one signal that go into one request.
package struct QueueBatch: Sendable, Equatable {
    package let signal: TelemetrySignal
    package let items: [QueueItem]

    package var body: [UInt8] { signal.request(of: items.map(\.body)) }
    package var ids: [String] { items.map(\.id) }
}

/// How much may wait, and for how long whole.
package struct QueueBounds: Sendable, Equatable {
    package var items = 5000
    /// As they lie in the queue, compressed.
    package var bytes = 8 << 20
    /// Routine heartbeats older than this are thinned to one an hour, and older than a week to one a day.
    package var wholeSeconds: Int64 = 86400

    package init() {}

    /// Older than this, one a day is enough to see how a device fared.
    static let hourlySeconds: Int64 = 7 * 86400
}

/// What waits and what was dropped.
package struct QueueState: Sendable, Equatable {
    package struct Drop: Sendable, Hashable {
        package let priority: HeartbeatPriority
        package let reason: DropReason

        package init(_ priority: HeartbeatPriority, _ reason: DropReason) {
            self.priority = priority
            self.reason = reason
        }
    }

    package var items: [HeartbeatPriority: Int] = [:]
    package var bytes = 0
    /// Since `since`, when this queue was made.
    package var dropped: [Drop: Int] = [:]
    package var withheld = 0
    package var since = Timestamp(seconds: 0)

    package var count: Int { items.values.reduce(0, +) }
}
