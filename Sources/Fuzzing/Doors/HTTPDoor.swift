import Heartbeats
import Platform
import TestSupport
import Vocabulary

/// What a server answers: over a real socket through libcurl, and what we read of it ourselves.
///
/// The first byte, modulo four: 0 a file is fetched, each piece of the input (two bytes of length) is one connection's answer; 1 a
/// heartbeat's receiver answers; 2 the same without a socket; 3 a date.
struct HTTPDoor: Entrance {
    private static let sizeLimit: UInt64 = 256 << 10
    private static let mostAnswers = 4

    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        switch feed.byte() % 4 {
        case 0:
            var answers: [[UInt8]] = []
            while !feed.isEmpty, answers.count < Self.mostAnswers { answers.append(feed.longPiece()) }
            try fetch(answers)
        case 1: try post(feed.remainder)
        case 2: try Self.judge(&feed)
        default: try Self.readDate(String(decoding: feed.remainder, as: UTF8.self))
        }
    }

    private var request: HTTPRequest {
        var request = HTTPRequest(server.address)
        request.proxy = .none
        // Whatever is fuzzed must not call others.
        request.redirectLimit = 0
        request.sizeLimit = Self.sizeLimit
        request.timeout = .seconds(2)
        request.resumePause = .zero
        request.resumeLimit = 2
        return request
    }

    private func fetch(_ answers: [[UInt8]]) throws(FuzzingError) {
        server.say(answers)
        var received: UInt64 = 0
        let total: UInt64?
        var status = 200
        do throws(HTTPError) {
            let body = try HTTPBody(request)
            status = try body.open()
            var buffer = [UInt8](repeating: 0, count: 8192)
            while true {
                let count = try buffer.withMutableBytes { (bytes) throws(HTTPError) in try body.read(into: bytes) }
                if count == 0 { break }
                received += UInt64(count)
            }
            total = body.totalSize
        } catch {
            return
        }
        try promise("only the whole file is a file", status == 200)
        try promise("no more is taken than may be", received <= Self.sizeLimit)
        if let total {
            try promise("a file that came has the length that was said: \(received) of \(total)", received == total)
        }
    }

    private func post(_ answer: [UInt8]) throws(FuzzingError) {
        server.say([answer])
        let ended = BoundedQueue<Result<HTTPResponse, HTTPError>>(capacity: 1)
        let request = request
        Task {
            do throws(HTTPError) {
                ended.put(
                    .success(
                        try await HTTPClient.post(
                            HTTPContent([0x7B, 0x7D], type: "application/json"), to: request,
                            limit: Int(Self.sizeLimit), timeout: .seconds(2))))
            } catch { ended.put(.failure(error)) }
        }
        guard case .success(let response)? = ended.take() else { return }
        try promise("no more is taken than may be", response.body.count <= Int(Self.sizeLimit))
        try Self.judge(response)
    }

    private static func judge(_ feed: inout Feed) throws(FuzzingError) {
        let fields = HTTPResponse.Fields(
            contentType: String(decoding: feed.piece(), as: UTF8.self),
            retryAfter: String(decoding: feed.piece(), as: UTF8.self),
            date: String(decoding: feed.piece(), as: UTF8.self))
        try judge(HTTPResponse(status: feed.word() % 700, fields: fields, body: feed.remainder))
    }

    private static func judge(_ response: HTTPResponse) throws(FuzzingError) {
        let ending = TransferEnding(response, from: "http://receiver/v1/metrics")
        if ending.verdict == .accepted {
            try promise("only 2xx is an acceptance", (200...299).contains(response.status))
        }
        if let pause = ending.retryAfter {
            try promise(
                "a server is let alone for a day at most: \(pause)", (.zero ... .seconds(86400)).contains(pause))
        }
        try readDate(response.fields.date ?? "")
    }

    private static func readDate(_ text: String) throws(FuzzingError) {
        guard let time = Timestamp(httpDate: text) else { return }
        try promise("a date that was read can be written", Timestamp(time.description) == time)
    }
}
