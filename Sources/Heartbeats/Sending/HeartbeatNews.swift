package import SystemPackage

/// What whoever runs the service may want to log, or to make a finding of.
package enum HeartbeatNews: Sendable, Equatable {
    case delivered(endpoint: String, items: Int)
    /// Told once when it begins and again when the reason changes; items are kept.
    case failing(endpoint: String, HeartbeatError)
    case partlyRefused(endpoint: String, HeartbeatError)
    /// These items will not reach this endpoint.
    case givenUp(endpoint: String, ids: [String], HeartbeatError)
    case time(TimeHint)
    /// What waited was lost with a damaged database, which is kept here.
    case queueLost(FilePath)
    case cannotQueue(HeartbeatError)
    /// Values that the allow-list does not admit were not sent.
    case withheld(Int)
    /// The device's state was not told in time; the heartbeat goes without it.
    case notCollected
}
