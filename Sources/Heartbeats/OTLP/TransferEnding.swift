import Documents
package import Platform
package import Vocabulary

/// What came of one transfer, judged from the answer alone.
package struct TransferEnding: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
        case accepted
        /// These items are not to the receiver's liking; others may be.
        case itemsRefused
        /// Nothing was taken; the same may be taken later.
        case failed
    }

    package let verdict: Verdict
    package let status: Int?
    package let fault: HeartbeatError?
    /// How long the server asked to be left alone; more than a day counts as a day.
    package let retryAfter: Duration?

    /// For the record: `accepted`, or the code of the fault.
    package var outcome: String { fault.map { $0.code.description } ?? "accepted" }

    private static let answerLimit = 64 * 1024

    package init(_ verdict: Verdict, status: Int? = nil, fault: HeartbeatError? = nil, retryAfter: Duration? = nil) {
        self.verdict = verdict
        self.status = status
        self.fault = fault
        self.retryAfter = retryAfter
    }

    /// No answer came.
    package init(_ error: HTTPError) { self.init(.failed, fault: .transfer(error)) }

    /// Judges an answer of the server that was asked at `url` (OTLP specification, "OTLP/HTTP Response").
    package init(_ answer: HTTPResponse, from url: String) {
        let status = answer.status
        switch status {
        case 200...299: self = Self.success(answer, from: url)
        case 300...399: self.init(.failed, status: status, fault: .redirected(url, status))
        case 408, 425, 429, 500...599:
            self.init(
                .failed, status: status, fault: .busy(url, status), retryAfter: Self.retryAfter(answer.fields))
        case 400, 413, 422:
            self.init(.itemsRefused, status: status, fault: .refused(url, status, reason: Self.excerpt(answer.body)))
        default:
            // A wrong address or an expired token is no fault of the items: they wait.
            self.init(.failed, status: status, fault: .refused(url, status, reason: Self.excerpt(answer.body)))
        }
    }

    /// A receiver answers with a JSON object; everything else that says 200 is something that stands in between.
    private static func success(_ answer: HTTPResponse, from url: String) -> TransferEnding {
        let type = answer.fields.contentType ?? "no type"
        let isJSON = type.lowercased().hasPrefix("application/json")
        if isJSON, answer.body.isEmpty { return TransferEnding(.accepted, status: answer.status) }
        guard let value = try? JSONReader.read(answer.body, limit: answerLimit), case .object = value else {
            return TransferEnding(
                .failed, status: answer.status, fault: .captivePortal(url, type: excerpt(Array(type.utf8))))
        }
        let partial = value["partialSuccess"]
        let counts = ["rejectedDataPoints", "rejectedLogRecords"].compactMap { partial?[$0] }
        let rejected = counts.compactMap { $0.integer ?? $0.string.flatMap { Int64($0) } }.first ?? 0
        guard rejected > 0 else { return TransferEnding(.accepted, status: answer.status) }
        // It must not be sent again, says the specification: the receiver would refuse the same part again.
        let reason = excerpt(Array((partial?["errorMessage"]?.string ?? "").utf8))
        return TransferEnding(
            .accepted, status: answer.status, fault: .partlyRefused(url, count: rejected, reason: reason))
    }

    /// Seconds, or a date that is read as far from the server's own (RFC 9110 §10.2.3).
    private static func retryAfter(_ fields: HTTPResponse.Fields) -> Duration? {
        guard let text = fields.retryAfter else { return nil }
        if let seconds = UInt32(text) { return pause(Int64(seconds)) }
        guard let until = Timestamp(httpDate: text), let now = fields.date.flatMap({ Timestamp(httpDate: $0) }) else {
            return nil
        }
        return pause(until.seconds - now.seconds)
    }

    private static func pause(_ seconds: Int64) -> Duration { .seconds(min(max(0, seconds), 86400)) }

    /// The beginning of what a server said, harmless in a log.
    private static func excerpt(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(160).map { (0x20...0x7E).contains($0) ? $0 : 0x2E }, as: UTF8.self)
    }
}

/// What a server's clock showed: a hint of the time for whoever has no better one, and never more.
package struct TimeHint: Sendable, Equatable {
    package let time: Timestamp
    /// Half of the exchange, and the second that the date is rounded to.
    package let uncertaintySeconds: Int64
    package let endpoint: String
    /// Whether a trusted certificate vouches for the server.
    package let isAuthenticated: Bool
}
