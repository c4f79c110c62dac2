package import Documents
package import SystemPackage

/// Where, how often and how heartbeats leave: the table `[heartbeat]` of the device's configuration.
package struct HeartbeatConfiguration: Sendable, Equatable {
    package let interval: Duration
    package let jitter: Duration
    package let endpoints: [EndpointConfiguration]
    /// The key that makes the device's id into a pseudonym; nil to send the id as it is configured.
    package let pseudonymKey: FilePath?
    package let queue: QueueBounds
    package let egress: EgressBounds
    package let pace: SendingPace
    /// How much JSON goes into one request while there is more than one item to send.
    package let batchBytes: Int
    /// How often an item is offered to an endpoint that refuses it.
    package let refusalLimit: Int

    /// A table that is not there means that no heartbeat leaves.
    package init(_ fields: Fields?) throws(DocumentError) {
        let empty = try Fields(.object([:]), at: "heartbeat")
        var fields = fields ?? empty
        let interval = try fields.integer("interval-seconds", default: 900, in: 10...86400)
        let jitter = try fields.integer("jitter-seconds", default: min(60, interval / 2), in: 0...interval)
        self.interval = .seconds(interval)
        self.jitter = .seconds(jitter)
        pseudonymKey = try fields.optionalString("pseudonym-key-file", limit: 4096).map { FilePath($0) }
        var queue = QueueBounds()
        queue.items = Int(try fields.integer("queue-items", default: Int64(queue.items), in: 10...1_000_000))
        queue.bytes = Int(try fields.integer("queue-bytes", default: Int64(queue.bytes), in: 65536...(1 << 30)))
        queue.wholeSeconds = try fields.integer("whole-seconds", default: queue.wholeSeconds, in: 3600...(366 * 86400))
        self.queue = queue
        var egress = EgressBounds()
        egress.records = Int(try fields.integer("egress-records", default: Int64(egress.records), in: 1...100_000))
        egress.bodies = Int(try fields.integer("egress-bodies", default: Int64(egress.bodies), in: 0...10_000))
        self.egress = egress
        var pace = SendingPace()
        pace.catchUpPause = .seconds(try fields.integer("catch-up-pause-seconds", default: 5, in: 0...3600))
        pace.longestRetry = .seconds(try fields.integer("longest-retry-seconds", default: 900, in: 10...86400))
        self.pace = pace
        batchBytes = Int(try fields.integer("batch-bytes", default: 262_144, in: 4096...(16 << 20)))
        refusalLimit = Int(try fields.integer("refusal-limit", default: 3, in: 1...100))
        var endpoints: [EndpointConfiguration] = []
        for (value, path) in try fields.optionalList("endpoints", limit: 8) {
            endpoints.append(try EndpointConfiguration(try Fields(value, at: path)))
        }
        guard Set(endpoints.map(\.name)).count == endpoints.count else {
            throw fields.refuse("endpoints", "have two of one name")
        }
        self.endpoints = endpoints
        try fields.done()
    }
}
