import Vocabulary

/// A short answer, whole.
package struct HTTPResponse: Sendable, Equatable {
    package let status: Int
    package let fields: Fields
    package let body: [UInt8]

    /// What a caller may need of the answer's head.
    package struct Fields: Sendable, Equatable {
        package var contentType: String?
        /// As it came: seconds, or a date (RFC 9110 §10.2.3).
        package var retryAfter: String?
        /// When the server says it answered; a hint of the time at most.
        package var date: String?
        /// Where a redirect that was not followed leads; a relative one as it came (RFC 9110 §10.2.2).
        package var location: String?

        package init(
            contentType: String? = nil, retryAfter: String? = nil, date: String? = nil, location: String? = nil
        ) {
            self.contentType = contentType
            self.retryAfter = retryAfter
            self.date = date
            self.location = location
        }
    }

    package init(status: Int, fields: Fields = Fields(), body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// Exchanges what is small enough to be held in memory.
package enum HTTPClient {
    /// The answer to `request`, whatever its status, redirects followed; its body may have at most `limit` bytes.
    ///
    /// Nothing is resumed. Cancelling the task ends the fetch.
    package static func get(
        _ request: HTTPRequest, limit: Int, timeout: Duration
    ) async throws(HTTPError) -> HTTPResponse {
        try await answer(to: request, limit: limit, timeout: timeout)
    }

    /// Sends `content` by POST and gives the answer, whatever its status; a redirect is an answer too, not followed.
    package static func post(
        _ content: HTTPContent, to request: HTTPRequest, limit: Int, timeout: Duration
    ) async throws(HTTPError) -> HTTPResponse {
        var request = request
        request.content = content
        request.redirectLimit = 0
        return try await answer(to: request, limit: limit, timeout: timeout)
    }

    /// The certificates that whoever answers for a server shows, its own first, looked at and not believed.
    ///
    /// Connects as the request would, through its proxy too, and sends nothing. Cancelling the task ends it.
    package static func certificates(
        of request: HTTPRequest, timeout: Duration
    ) async throws(HTTPError) -> [Certificate] {
        var look = request
        look.isOnlyLook = true
        look.pinnedKeys = nil
        look.redirectLimit = 0
        look.resumeLimit = 0
        look.timeout = timeout
        let body = try HTTPBody(look, acceptsAnyStatus: true)
        let result = await withTaskCancellationHandler {
            await BlockingThread.run("http look") { () -> Result<[Certificate], HTTPError> in
                Result { () throws(HTTPError) in
                    try body.open()
                    return body.certificates
                }
            }
        } onCancel: {
            body.cancel()
        }
        return try result.get()
    }

    private static func answer(
        to request: HTTPRequest, limit: Int, timeout: Duration
    ) async throws(HTTPError) -> HTTPResponse {
        var bounded = request
        bounded.sizeLimit = UInt64(limit)
        bounded.timeout = timeout
        bounded.resumeLimit = 0
        let body = try HTTPBody(bounded, acceptsAnyStatus: true)
        let result = await withTaskCancellationHandler {
            await BlockingThread.run("http") { () -> Result<HTTPResponse, HTTPError> in
                Result { () throws(HTTPError) in
                    let status = try body.open()
                    return HTTPResponse(status: status, fields: body.fields, body: try body.readAll())
                }
            }
        } onCancel: {
            body.cancel()
        }
        return try result.get()
    }
}
