import CCurl
import Synchronization

/// The body of an answer, read as it comes and never held whole.
///
/// How it works: nothing runs in the background. A `read` drives the connection itself and returns with the first
/// bytes; while the reader is busy elsewhere the kernel's socket buffer fills and the server has to wait. When the
/// connection breaks, `read` asks for the rest by `Range`, with `If-Range` on what identified the file at first (RFC
/// 9110 §13.1.5, §14.2), so that a file which was changed meanwhile is refused. All calls but `cancel()` block and
/// belong on a thread of their own.
package final class HTTPBody: Sendable {
    private let transfer: Mutex<HTTPTransfer>
    private let loop: HTTPLoop

    /// Prepares a request; nothing is sent before `open()` or the first `read`.
    package convenience init(_ request: HTTPRequest) throws(HTTPError) {
        try self.init(request, acceptsAnyStatus: false)
    }

    init(_ request: HTTPRequest, acceptsAnyStatus: Bool) throws(HTTPError) {
        let loop = try HTTPLoop(request)
        self.loop = loop
        transfer = Mutex(try HTTPTransfer(request, loop, acceptsAnyStatus: acceptsAnyStatus))
    }

    /// Waits for the head of the answer, after redirects, and gives its status.
    @discardableResult
    package func open() throws(HTTPError) -> Int {
        try transfer.withLock { (transfer) throws(HTTPError) in try transfer.open() }
    }

    /// The size that the server named; nil before `open()`, or where it named none.
    package var totalSize: UInt64? { transfer.withLock { $0.total } }

    /// What its head said besides the status; empty before `open()`.
    var fields: HTTPResponse.Fields { transfer.withLock { $0.fields } }

    /// The certificates that the server showed, its own first; known only of a request that is no more than a look.
    var certificates: [Certificate] { transfer.withLock { $0.certificates } }

    /// How often the body was asked for again after the connection broke.
    package var resumeCount: Int { transfer.withLock { $0.resumeCount } }

    /// Waits for the next bytes and gives their count, 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(HTTPError) -> Int {
        let room = HTTPReaderBuffer(bytes: buffer)
        return try transfer.withLock { (transfer) throws(HTTPError) in try transfer.read(into: room) }
    }

    /// The rest of the body, which the request's size limit bounds.
    func readAll() throws(HTTPError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = try buffer.withMutableBytes { (bytes) throws(HTTPError) in try read(into: bytes) }
            if count == 0 { return content }
            content += buffer[0..<count]
        }
    }

    /// Ends a `read` that waits on another thread, and every later one, with `HTTPError.cancelled`.
    package func cancel() { loop.cancel() }
}

/// The waiting half of a transfer, which another thread may wake.
final class HTTPLoop: Sendable {
    // Only curl_multi_wakeup is called on it from other threads, the one call that curl allows from any (its man page).
    nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    private let cancelled = Atomic<Bool>(false)

    // libcurl has counted its own set-ups and been safe to set up from any thread since 7.84.
    private static let setUp = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(_ request: HTTPRequest) throws(HTTPError) {
        guard Self.setUp == CURLE_OK, let multi = curl_multi_init() else {
            throw .unsuitable(request.shownURL, reason: "libcurl could not be set up")
        }
        self.multi = multi
    }

    deinit { curl_multi_cleanup(multi) }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() {
        cancelled.store(true, ordering: .releasing)
        curl_multi_wakeup(multi)
    }

    /// Waits for the network, a wake-up, or `deadline`.
    func wait(until deadline: ContinuousClock.Instant) {
        _ = curl_multi_poll(multi, nil, 0, max(0, milliseconds(until: deadline)), nil)
    }
}
