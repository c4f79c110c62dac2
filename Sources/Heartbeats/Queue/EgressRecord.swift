package import Documents
package import Vocabulary

/// One transfer as it was: what went where, when, and what came of it.
package struct EgressRecord: Sendable, Equatable {
    /// Of this record, rising.
    package let number: Int64
    package let time: Timestamp
    package let endpoint: String
    package let url: String
    package let items: [String]
    /// Of the JSON text.
    package let bytes: Int
    /// As it was sent, compressed.
    package let sentBytes: Int
    /// Of the JSON text.
    package let digest: String
    /// Nil if no answer came.
    package let status: Int?
    /// `accepted`, the code of a fault, or nil while it is under way or if the agent ended before it was over.
    package let outcome: String?
    package let isBodyKept: Bool

    package var json: JSON {
        .members([
            "id": .number(number), "time": .string(time.description), "endpoint": .string(endpoint),
            "url": .string(url), "items": .strings(items), "bytes": .number(bytes), "sentBytes": .number(sentBytes),
            "digest": .string(digest), "status": status.map { .number($0) }, "outcome": outcome.map(JSON.string),
            "bodyKept": .bool(isBodyKept),
        ])
    }
}

/// How much of what was sent is remembered.
package struct EgressBounds: Sendable, Equatable {
    package var records = 2000
    /// Of how many the bodies are kept too.
    package var bodies = 50

    package init() {}
}
