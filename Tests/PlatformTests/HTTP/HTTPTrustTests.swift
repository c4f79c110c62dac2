import Platform
import TestSupport
import Testing
import Vocabulary

private func get(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    var request = request
    request.proxy = .none
    return try await HTTPClient.get(request, limit: 10000, timeout: .seconds(120))
}

@Suite("Trust in HTTP servers", .serialized)
struct HTTPTrustTests {
    @Test("A server whose authority is trusted is believed")
    func trusted() async throws {
        let server = try await WebServer.start(content: [1, 2, 3], tls: "localhost")
        var request = HTTPRequest(server.address + "/file")
        request.authorities = server.certificate?.certificate
        let answer = try await get(request)
        #expect(answer.status == 200)
        #expect(answer.body == [1, 2, 3])
    }

    @Test("A server that nobody vouches for is refused")
    func unknownAuthority() async throws {
        let server = try await WebServer.start(content: [], tls: "localhost")
        let error = await #expect(throws: HTTPError.self) { try await get(HTTPRequest(server.address + "/file")) }
        #expect(error?.code == FaultCode(1043))
    }

    @Test("A server with another's name is refused")
    func otherName() async throws {
        let server = try await WebServer.start(content: [], tls: "elsewhere.example")
        var request = HTTPRequest(server.address + "/file")
        request.authorities = server.certificate?.certificate
        let error = await #expect(throws: HTTPError.self) { try await get(request) }
        #expect(error?.code == FaultCode(1043))
    }

    @Test("What began with TLS is not sent on to where there is none")
    func downgrade() async throws {
        let plain = try await WebServer.start(content: [1, 2, 3])
        let server = try await WebServer.start(content: [], tls: "localhost")
        var request = HTTPRequest(server.address + "/away?\(plain.address)/file")
        request.authorities = server.certificate?.certificate
        let error = await #expect(throws: HTTPError.self) { try await get(request) }
        #expect(error?.code == FaultCode(1040))
    }

    @Test("A server that asks for an identity is shown it")
    func identity() async throws {
        let server = try await WebServer.start(content: [1, 2, 3], tls: "localhost", asksForIdentity: true)
        let pair = try #require(server.certificate)
        var request = HTTPRequest(server.address + "/file")
        request.authorities = pair.certificate
        await #expect(throws: HTTPError.self) { try await get(request) }
        request.identity = HTTPRequest.Identity(certificate: pair.certificate, key: pair.key)
        #expect(try await get(request).body == [1, 2, 3])
    }
}

@Suite("Short HTTP answers", .serialized)
struct HTTPClientTests {
    @Test("Any status comes back with its body", arguments: [200, 401, 404, 500])
    func anyStatus(status: Int) async throws {
        let server = try await WebServer.start(content: [])
        let answer = try await get(HTTPRequest(server.address + "/\(status)"))
        #expect(answer.status == status)
        #expect(answer.body == Array("words".utf8))
    }

    @Test("An answer over its limit is refused")
    func limit() async throws {
        let server = try await WebServer.start(content: [UInt8](repeating: 7, count: 10001))
        let url = server.address + "/file"
        await #expect(throws: HTTPError.tooLarge(url, limit: 10000)) { try await get(HTTPRequest(url)) }
    }

    @Test("Cancelling the task ends the wait")
    func cancelling() async throws {
        let server = try await WebServer.start(content: [])
        let url = server.address + "/mute"
        let task = Task { try await get(HTTPRequest(url)) }
        task.cancel()
        await #expect(throws: HTTPError.cancelled(url)) { try await task.value }
    }
}
