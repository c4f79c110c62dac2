import CCurl

/// One request by libcurl with what is needed to go on where it broke; used by one thread at a time.
final class HTTPTransfer {
    private enum Phase {
        case prepared
        case running
        case ended
        case failed(HTTPError)
    }

    private let request: HTTPRequest
    private let loop: HTTPLoop
    /// Of the present request only: libcurl before 8.1 still points to what a handle's last answer said when the next one begins
    /// with a folded line (curl issue 11101), and whoever answers could write where that was.
    private var handle: HTTPHandle
    private let acceptsAnyStatus: Bool
    private var phase = Phase.prepared
    /// The head of the first answer that was taken: what every later one must agree with.
    private var head: HTTPHead?
    private var isAnswered = false
    /// Why the present answer is not taken.
    private var refusal: HTTPError?
    private var received: UInt64 = 0
    private var delivery = HTTPDelivery()
    private var pace: HTTPPace
    private var deadline: ContinuousClock.Instant?
    /// Where the body broke off last, and how often in a row it did without getting much further.
    private var lastBreak: UInt64 = 0
    private var breaks = 0
    private var lastError: HTTPError?
    private(set) var resumeCount = 0

    /// So much more must have come for a broken connection to count as the first in a row again.
    private static let progress: UInt64 = 1 << 20

    init(_ request: HTTPRequest, _ loop: HTTPLoop, acceptsAnyStatus: Bool) throws(HTTPError) {
        self.request = request
        self.loop = loop
        self.acceptsAnyStatus = acceptsAnyStatus
        pace = HTTPPace(request)
        handle = try HTTPHandle(request)
        deliver()
    }

    deinit { stop() }

    var total: UInt64? { head?.total }
    var certificates: [Certificate] { handle.certificates }
    var fields: HTTPResponse.Fields { head?.fields ?? HTTPResponse.Fields() }

    func open() throws(HTTPError) -> Int {
        if case .prepared = phase {
            deadline = request.timeout.map { ContinuousClock.now + $0 }
            start()
        }
        while try isRunning(), head == nil { try step() }
        return head?.status ?? 0
    }

    func read(into buffer: HTTPReaderBuffer) throws(HTTPError) -> Int {
        _ = try open()
        delivery.begin(buffer.bytes)
        defer { delivery.end() }
        while delivery.count == 0, try isRunning() {
            if delivery.isPaused {
                delivery.isPaused = false
                // Hands over at once what was held back; a refusal comes out of the next step.
                curl_easy_pause(handle.easy, CURLPAUSE_CONT)
            } else {
                try step()
            }
        }
        return delivery.count
    }

    private func isRunning() throws(HTTPError) -> Bool {
        switch phase {
        case .prepared, .running: return true
        case .ended: return false
        case .failed(let error): throw error
        }
    }

    /// Has libcurl call this transfer, which outlives the handle.
    private func deliver() {
        handle.deliver(to: Unmanaged.passUnretained(self).toOpaque()) { bytes, size, count, context in
            guard let context else { return 0 }
            let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue().take(chunk)
        } head: { bytes, size, count, context in
            guard let context else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue().take(line: line)
        }
    }

    private func start() {
        isAnswered = false
        refusal = nil
        pace = HTTPPace(request)
        curl_multi_add_handle(loop.multi, handle.easy)
        phase = .running
    }

    private func stop() {
        if case .running = phase { curl_multi_remove_handle(loop.multi, handle.easy) }
        phase = .ended
    }

    private func failed(_ error: HTTPError) -> HTTPError {
        stop()
        phase = .failed(error)
        return error
    }
}

extension HTTPTransfer {
    /// Lets libcurl do what it can, then waits for more where nothing came.
    private func step() throws(HTTPError) {
        guard !loop.isCancelled else { throw failed(.cancelled(request.shownURL)) }
        if let deadline, ContinuousClock.now >= deadline { throw failed(pace.tooSlow(request)) }
        var running: Int32 = 0
        curl_multi_perform(loop.multi, &running)
        var rest: Int32 = 0
        while let message = curl_multi_info_read(loop.multi, &rest) {
            if message.pointee.msg == CURLMSG_DONE { return try end(message.pointee.data.result) }
        }
        guard delivery.count == 0, !delivery.isPaused else { return }
        let start = ContinuousClock.now
        let patience = start + pace.rest
        loop.wait(until: min(deadline ?? patience, patience))
        if pace.waited(ContinuousClock.now - start) { try interrupted(pace.tooSlow(request)) }
    }

    /// The connection is through with this answer, for better or worse.
    private func end(_ result: CURLcode) throws(HTTPError) {
        if result == CURLE_OK { judgeHead() }
        let refusal = refusal
        // libcurl takes a connection that closes within a head, or behind one that says no length, for a whole answer.
        let isShort = head.map { $0.status == 200 && received < $0.total ?? 0 } ?? false
        let error = HTTPError(
            result == CURLE_OK && isShort ? CURLE_PARTIAL_FILE : result, request, at: received,
            reason: handle.reason(for: result), proxyStatus: handle.proxyStatus)
        stop()
        if let refusal {
            guard case .status = refusal, refusal.mayPass, head != nil else { throw failed(refusal) }
            return try interrupted(refusal)
        }
        guard let error else { return }
        try interrupted(error)
    }

    /// Asks for the rest after a pause, or gives up with `error`.
    private func interrupted(_ error: HTTPError) throws(HTTPError) {
        stop()
        let isNew = received - lastBreak >= Self.progress
        breaks = isNew ? 1 : breaks + 1
        lastBreak = received
        lastError = error
        guard let head, error.mayPass, breaks <= request.resumeLimit, received == 0 || head.isIdentified else {
            throw failed(error)
        }
        let doubled = request.resumePause * (1 << min(breaks - 1, 10))
        let end = ContinuousClock.now + min(doubled, max(request.resumePause, .seconds(30)))
        while ContinuousClock.now < end, !loop.isCancelled {
            if let deadline, ContinuousClock.now >= deadline { throw failed(error) }
            loop.wait(until: min(end, deadline ?? end))
        }
        resumeCount += 1
        do throws(HTTPError) { handle = try HTTPHandle(request) } catch { throw failed(error) }
        deliver()
        handle.connectAnew()
        if received > 0 { handle.ask(from: received, of: head) }
        start()
    }

    /// Called by libcurl with bytes of the body; says how many were taken, or that it should hold them back.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        judgeHead()
        guard refusal == nil else { return 0 }
        guard delivery.hasRoom else {
            delivery.isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        guard received + UInt64(bytes.count) <= request.sizeLimit else {
            refusal = .tooLarge(request.shownURL, limit: request.sizeLimit)
            return 0
        }
        guard received + UInt64(bytes.count) <= head?.total ?? .max else {
            refusal = .changed(request.shownURL, at: received)
            return 0
        }
        received += UInt64(bytes.count)
        pace.received(bytes.count)
        delivery.take(bytes)
        return bytes.count
    }

    /// Called by libcurl with a line of a head; an empty one ends it.
    private func take(line: UnsafeRawBufferPointer) -> Int {
        // A redirect or a question for a password may follow any status but these.
        let isLast = line.count <= 2 && (handle.status == 200 || handle.status == 206)
        if isLast { judgeHead() }
        return refusal == nil ? line.count : 0
    }

    /// Judges the head of the answer, once: when it is known to be the last, its body begins, or it has none.
    private func judgeHead() {
        guard !isAnswered else { return }
        isAnswered = true
        let answer = HTTPHead(handle)
        if let first = self.head, received > 0 {
            // A server that cannot send the rest alone leaves the break as it was.
            refusal = first.isAll(answer) ? lastError : first.refusal(of: answer, at: received, request)
        } else if answer.status == 407 {
            refusal = .proxyRefused(request.shownURL, answer.status)
        } else if !acceptsAnyStatus, answer.status != 200 {
            refusal = .status(request.shownURL, answer.status)
        } else if let total = answer.total, total > request.sizeLimit {
            refusal = .tooLarge(request.shownURL, limit: request.sizeLimit)
        } else {
            self.head = answer
        }
    }
}
