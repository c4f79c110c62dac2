import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// A request that cannot leave this machine and loses patience soon.
private func request(_ url: String) -> HTTPRequest {
    var request = HTTPRequest(url)
    request.proxy = .none
    request.patience = .seconds(10)
    request.resumePause = .milliseconds(1)
    return request
}

private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) } }

private func readAll(_ body: HTTPBody, by step: Int = 65536) async throws(HTTPError) -> [UInt8] {
    try await BlockingThread.run("reader") { () throws(HTTPError) in
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: step)
        while true {
            let count = try buffer.withMutableBytes { (bytes) throws(HTTPError) in try body.read(into: bytes) }
            if count == 0 { return all }
            all += buffer[0..<count]
        }
    }
}

@Suite("HTTP bodies", .serialized)
struct HTTPBodyTests {
    @Test(
        "A file arrives byte for byte, whatever the reader's buffer",
        arguments: [(0, 100), (1, 100), (5000, 1), (100_000, 777), (1_000_000, 65536), (1_000_000, 1_000_000)])
    func wholeFile(size: Int, step: Int) async throws {
        let server = try await WebServer.start(content: content(size))
        let body = try HTTPBody(request(server.address + "/file"))
        #expect(try await readAll(body, by: step) == content(size))
        #expect(body.totalSize == UInt64(size))
        #expect(body.resumeCount == 0)
    }

    @Test("A file of unknown length arrives too", arguments: ["/lengthless", "/chunked"])
    func unknownLength(path: String) async throws {
        let server = try await WebServer.start(content: content(100_000))
        let body = try HTTPBody(request(server.address + path))
        #expect(try await readAll(body) == content(100_000))
        #expect(body.totalSize == nil)
    }

    @Test("A length that is said twice is not known, so nobody waits for what will not come")
    func lengthSaidTwice() async throws {
        let server = try ScriptedServer()
        server.say([Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 3\r\n\r\nabc".utf8)])
        let body = try HTTPBody(request(server.address))
        let bytes = try await readAll(body)
        #expect(body.totalSize.map { $0 == UInt64(bytes.count) } ?? true)
    }

    private static let begin = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"a\"\r\n\r\nabcde"
    private static let rest = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/10\r\nETag: \"a\"\r\n"

    @Test("A rest that ends within its head, or before its end, is asked for again", arguments: ["", "\r\nfg"])
    func shortRest(end: String) async throws {
        let server = try ScriptedServer()
        let answers = [Self.begin, Self.rest + end, Self.rest.replacing("5-9", with: end.isEmpty ? "5-9" : "7-9")]
        let last = end.isEmpty ? "\r\nfghij" : "\r\nhij"
        server.say(zip(answers, ["", "", last]).map { Array(($0 + $1).utf8) })
        let body = try HTTPBody(request(server.address))
        #expect(try await readAll(body) == Array("abcdefghij".utf8))
        #expect(body.resumeCount == 2)
    }

    @Test(
        "A rest whose head begins with a folded line goes on no line of the answer before it",
        arguments: [8, 1000, 60_000])
    func foldedRest(length: Int) async throws {
        let server = try ScriptedServer()
        let folded = "HTTP/1.1 206 Partial\r\n folded: " + String(repeating: "x", count: length) + "\r\n"
        server.say([
            Array(Self.begin.utf8),
            Array((Self.rest.replacing("HTTP/1.1 206 Partial\r\n", with: folded) + "\r\nfghij").utf8),
            // Where that counts as no answer.
            Array((Self.rest + "\r\nfghij").utf8),
        ])
        let body = try HTTPBody(request(server.address))
        #expect(try await readAll(body) == Array("abcdefghij".utf8))
    }

    @Test("A rest that is longer than the file is not the file's")
    func longRest() async throws {
        let server = try ScriptedServer()
        server.say([Array(Self.begin.utf8), Array("\(Self.rest)\r\nfghijk".utf8)])
        let body = try HTTPBody(request(server.address))
        await #expect(throws: HTTPError.changed(server.address, at: 5)) { try await readAll(body) }
    }

    @Test("A body that breaks off goes on where it broke", arguments: [0, 1, 16384, 400_000, 999_999])
    func resumes(cut: Int) async throws {
        let server = try await WebServer.start(content: content(1_000_000))
        let body = try HTTPBody(request(server.address + "/cut?\(cut)"))
        #expect(try await readAll(body) == content(1_000_000))
        #expect(body.resumeCount >= 1)
    }

    @Test("A server that is busy when asked for the rest is asked again")
    func busy() async throws {
        let server = try await WebServer.start(content: content(5000))
        let body = try HTTPBody(request(server.address + "/busy"))
        #expect(try await readAll(body) == content(5000))
        #expect(body.resumeCount == 2)
    }

    @Test("A weak tag does not stop a resume of the same size and tag")
    func weakTag() async throws {
        let server = try await WebServer.start(content: content(5000))
        #expect(try await readAll(try HTTPBody(request(server.address + "/weak"))) == content(5000))
    }

    @Test("A redirect is followed")
    func redirect() async throws {
        let server = try await WebServer.start(content: content(5000))
        #expect(try await readAll(try HTTPBody(request(server.address + "/moved"))) == content(5000))
    }

    @Test(
        "What a server does wrong has its own code",
        arguments: [
            ("/missing", 1044), ("/503", 1044), ("/loop", 1081), ("/away?file:///etc/passwd", 1040), ("/huge", 1046),
            ("/endless", 1046), ("/silent", 1045), ("/trickle", 1045), ("/mute", 1045), ("/hasty", 1047),
            ("/garbage", 1040), ("/stuck", 1047), ("/rangeless", 1047), ("/changing", 1048), ("/shifted", 1048),
            ("/gone", 1044),
        ])
    func misbehaviour(path: String, code: Int) async throws {
        let server = try await WebServer.start(content: content(5000))
        var request = request(server.address + path)
        request.sizeLimit = 1 << 20
        request.patience = code == 1045 ? .milliseconds(400) : .seconds(60)
        request.minimumRate = 1000
        request.resumeLimit = 2
        let body = try HTTPBody(request)
        let error = await #expect(throws: HTTPError.self) { try await readAll(body) }
        #expect(error?.code == FaultCode(code))
        // And it stays so: nobody takes half a file for a whole one by reading on.
        let again = await #expect(throws: HTTPError.self) { try await readAll(body) }
        #expect(again == error)
    }

    @Test("An overall limit of time holds while bytes keep coming")
    func overallTimeout() async throws {
        let server = try await WebServer.start(content: [])
        var request = request(server.address + "/trickle")
        request.timeout = .milliseconds(300)
        request.minimumRate = 0
        let body = try HTTPBody(request)
        let error = await #expect(throws: HTTPError.self) { try await readAll(body) }
        #expect(error?.code == FaultCode(1045))
    }

    @Test(
        "Where no server can be, the reason says which",
        arguments: [
            ("http://127.0.0.1:1/x", 1042), ("http://nowhere.invalid/x", 1041), ("ftp://127.0.0.1/x", 1040),
            ("file:///etc/passwd", 1040), ("http://[half/x", 1040), ("", 1040),
        ])
    func noServer(url: String, code: Int) async throws {
        let body = try HTTPBody(request(url))
        let error = await #expect(throws: HTTPError.self) { try await readAll(body) }
        #expect(error?.code == FaultCode(code))
    }

    @Test("Cancelling ends a read that waits")
    func cancelling() async throws {
        let server = try await WebServer.start(content: [])
        let body = try HTTPBody(request(server.address + "/silent"))
        let first = try await BlockingThread.run("reader") { () throws(HTTPError) in
            var buffer = [UInt8](repeating: 0, count: 10)
            var count = 0
            while count < 10 {
                count += try buffer.withMutableBytes { (bytes) throws(HTTPError) in try body.read(into: bytes) }
            }
            return count
        }
        #expect(first == 10)
        let waiting = Task { try await readAll(body) }
        body.cancel()
        await #expect(throws: HTTPError.cancelled(server.address + "/silent")) { try await waiting.value }
    }

    @Test("A proxy is asked for the whole address")
    func proxy() async throws {
        let server = try await WebServer.start(content: content(5000))
        var request = request("http://nowhere.invalid/file")
        request.proxy = .address(server.address)
        #expect(try await readAll(try HTTPBody(request)) == content(5000))
    }

    @Test(
        "No secret of an address is shown",
        arguments: [
            ("https://user:secret@host:8443/a/b?token=1#x", "https://host:8443/a/b"),
            ("http://host", "http://host"), ("http://a@b@host/c@d", "http://host/c@d"), ("", ""), ("words", "words"),
        ])
    func shownAddress(url: String, shown: String) {
        #expect(HTTPRequest(url).shownURL == shown)
    }
}
