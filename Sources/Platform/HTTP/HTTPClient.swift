/// A short answer, whole.
package struct HTTPResponse: Sendable, Equatable {
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Fetches what is small enough to be held in memory.
package enum HTTPClient {
    /// The answer to `request`, whatever its status, redirects followed; its body may have at most `limit` bytes.
    ///
    /// Nothing is resumed. Cancelling the task ends the fetch.
    package static func get(
        _ request: HTTPRequest, limit: Int, timeout: Duration
    ) async throws(HTTPError) -> HTTPResponse {
        var bounded = request
        bounded.sizeLimit = UInt64(limit)
        bounded.timeout = timeout
        bounded.resumeLimit = 0
        let body = try HTTPBody(bounded, acceptsAnyStatus: true)
        let result = await withTaskCancellationHandler {
            await BlockingThread.run("http") { () -> Result<HTTPResponse, HTTPError> in
                Result { () throws(HTTPError) in try HTTPResponse(status: body.open(), body: body.readAll()) }
            }
        } onCancel: {
            body.cancel()
        }
        return try result.get()
    }
}
