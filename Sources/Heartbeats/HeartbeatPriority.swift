/// What leaves first, and what is dropped last.
package enum HeartbeatPriority: Int, Sendable, CaseIterable, Comparable {
    /// Heartbeats as they come.
    case routine = 0
    /// Findings that warn, or that closed.
    case finding = 1
    /// Alarms and how updates ended.
    case urgent = 2

    package var name: String {
        switch self {
        case .routine: "routine"
        case .finding: "finding"
        case .urgent: "urgent"
        }
    }

    package static func < (left: HeartbeatPriority, right: HeartbeatPriority) -> Bool { left.rawValue < right.rawValue }
}

/// Why an item left the queue without having arrived everywhere.
package enum DropReason: String, Sendable, CaseIterable {
    /// The queue was full, and this was the oldest of the lowest priority.
    case bound
    /// Heartbeats from long ago are thinned out.
    case thinned
    /// An endpoint refused it again and again.
    case refused
    /// Its stored form can no longer be read.
    case damaged
    /// The endpoint it waited for is configured no more.
    case unaddressed
    /// It could not be written into the queue at all.
    case unstored
}
