import Documents
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Posts an OTLP request without anything in it, which the receiver takes.
private func post(
    _ receiver: TelemetryReceiver, _ mode: String = "ok", limit: Int = 65536, timeout: Duration = .seconds(20),
    _ change: (inout HTTPRequest) -> Void = { _ in }
) async throws(HTTPError) -> HTTPResponse {
    var request = HTTPRequest("\(receiver.address)/\(mode)/v1/metrics")
    request.proxy = .none
    request.authorities = receiver.certificate?.certificate
    change(&request)
    let content: HTTPContent
    do { content = HTTPContent(try Gzip.compress(Array("{}".utf8)), type: "application/json", encoding: "gzip") } catch
    {
        throw .cancelled("gzip")
    }
    return try await HTTPClient.post(content, to: request, limit: limit, timeout: timeout)
}

@Suite("Posting over HTTP", .serialized)
struct HTTPPostTests {
    @Test("Content arrives with its type, its encoding and the fields that were asked for")
    func content() async throws {
        let receiver = try await TelemetryReceiver.start()
        let field = try #require(HTTPField("Authorization", "Bearer abc"))
        let answer = try await post(receiver) { $0.fields = [field] }
        #expect(answer.status == 200)
        #expect(answer.body == Array("{}".utf8))
        #expect(answer.fields.contentType == "application/json")
        let date = try #require(answer.fields.date.flatMap { Timestamp(httpDate: $0) })
        #expect(abs(date.seconds - SystemClock().now().seconds) < 60)
        let head = try #require(try receiver.received().first?["head"])
        #expect(head["authorization"] == "Bearer abc")
        #expect(head["content-encoding"] == "gzip")
        #expect(head["expect"] == nil)
        #expect(try receiver.received().first?["error"] == nil)
    }

    @Test("A redirect is an answer, and nobody follows it")
    func redirect() async throws {
        let receiver = try await TelemetryReceiver.start()
        #expect(try await post(receiver, "loop").status == 302)
        #expect(try receiver.received().count == 1)
    }

    @Test("What a busy server asks for comes with its answer")
    func retryAfter() async throws {
        let receiver = try await TelemetryReceiver.start()
        let answer = try await post(receiver, "busy")
        #expect(answer.status == 429)
        #expect(answer.fields.retryAfter == "120")
    }

    @Test(
        "An answer that never ends, never comes or breaks off has its own code",
        arguments: [("endless", 1046), ("slow", 1045), ("mute", 1045), ("half", 1047), ("hasty", 1047)])
    func misbehaviour(mode: String, code: Int) async throws {
        let receiver = try await TelemetryReceiver.start()
        let timeout = Duration.seconds(code == 1045 ? 1 : 60)
        let error = await #expect(throws: HTTPError.self) { try await post(receiver, mode, timeout: timeout) }
        #expect(error?.code == FaultCode(code))
    }

    @Test("It works over IPv6")
    func version6() async throws {
        var options = TelemetryReceiver.Options()
        options.host = "::1"
        let receiver = try await TelemetryReceiver.start(options)
        #expect(receiver.address.hasPrefix("http://[::1]:"))
        #expect(try await post(receiver).status == 200)
    }

    @Test("No field that could smuggle in another is made", arguments: ["a\r\nb", "a\nb", "ä", "\u{7F}"])
    func fields(value: String) {
        #expect(HTTPField("X", value) == nil)
        #expect(HTTPField("X\(value)", "b") == nil)
        #expect(HTTPField("", "b") == nil)
    }

    @Test("A secret does not describe itself")
    func secrets() throws {
        let field = try #require(HTTPField("Authorization", "hunter2"))
        var request = HTTPRequest("http://localhost")
        request.fields = [field]
        request.proxyLogin = HTTPProxyLogin(user: "somebody", password: "hunter2")
        #expect(!"\(request)".contains("hunter2"))
    }
}

@Suite("Trust in receivers and proxies on the way", .serialized)
struct HTTPWayTests {
    private func start(tls: String? = nil, asks: Bool = false, proxy: String? = nil) async throws -> TelemetryReceiver {
        var options = TelemetryReceiver.Options()
        options.tls = tls
        options.asksForIdentity = asks
        options.proxyLogin = proxy
        return try await TelemetryReceiver.start(options)
    }

    /// The pin of a certificate's public key, made by OpenSSL.
    private func pin(_ certificate: WebServer.Certificate) throws -> String {
        let key = try Tool.run(["openssl", "x509", "-in", certificate.certificate.string, "-noout", "-pubkey"]).output
        let der = try Tool.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input: key).output
        let digest = try Tool.run(["openssl", "dgst", "-sha256", "-binary"], input: der).output
        return "sha256//" + (try Tool.run(["openssl", "base64", "-A"], input: digest).text)
    }

    @Test("A server of a trusted authority is believed; one of another or with another's name is not")
    func authorities() async throws {
        let receiver = try await start(tls: "localhost")
        let (other, renamed) = (try await start(tls: "localhost"), try await start(tls: "elsewhere.example"))
        #expect(try await post(receiver).status == 200)
        let wrong = await #expect(throws: HTTPError.self) {
            try await post(receiver) { $0.authorities = other.certificate?.certificate }
        }
        #expect(wrong?.code == FaultCode(1043))
        let name = await #expect(throws: HTTPError.self) { try await post(renamed) }
        #expect(name?.code == FaultCode(1043))
        #expect(try receiver.received().count == 1)
        #expect(try renamed.received().isEmpty)
    }

    @Test("A pinned key lets its owner through and nobody else")
    func pinnedKey() async throws {
        let receiver = try await start(tls: "localhost")
        let pin = try pin(try #require(receiver.certificate))
        #expect(try await post(receiver) { $0.pinnedKeys = pin }.status == 200)
        let error = await #expect(throws: HTTPError.self) {
            try await post(receiver) { $0.pinnedKeys = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }
        }
        #expect(error?.code == FaultCode(1043))
        #expect(try receiver.received().count == 1)
    }

    @Test("A receiver that asks for an identity gets it, and without one nothing")
    func identity() async throws {
        let receiver = try await start(tls: "localhost", asks: true)
        let pair = try #require(receiver.certificate)
        await #expect(throws: HTTPError.self) { try await post(receiver) }
        let answer = try await post(receiver) {
            $0.identity = HTTPRequest.Identity(certificate: pair.certificate, key: pair.key)
        }
        #expect(answer.status == 200)
    }

    @Test("A proxy that asks for a login gets it", arguments: [nil, "localhost"])
    func proxyLogin(tls: String?) async throws {
        let proxy = try await start(proxy: "pump:se:cret")
        let receiver = try await start(tls: tls)
        let login = HTTPProxyLogin(user: "pump", password: "se:cret")
        let answer = try await post(receiver) {
            $0.proxy = .address(proxy.address)
            $0.proxyLogin = login
        }
        #expect(answer.status == 200)
        // Through a tunnel the proxy sees nothing; what is not encrypted it takes for itself here.
        #expect(try receiver.received().count == (tls == nil ? 0 : 1))
        #expect(try proxy.received().count == (tls == nil ? 1 : 0))
    }

    @Test("A proxy that refuses the login, or is given none, has its own code", arguments: [nil, "localhost"])
    func proxyRefuses(tls: String?) async throws {
        let proxy = try await start(proxy: "pump:secret")
        let receiver = try await start(tls: tls)
        for login in [nil, HTTPProxyLogin(user: "pump", password: "wrong")] {
            let error = await #expect(throws: HTTPError.self) {
                try await post(receiver) {
                    $0.proxy = .address(proxy.address)
                    $0.proxyLogin = login
                }
            }
            #expect(error?.code == FaultCode(1080))
        }
        #expect(try receiver.received().isEmpty && proxy.received().isEmpty)
    }
}

@Suite("Dates in HTTP")
struct HTTPDateTests {
    @Test("A date is read to the second")
    func date() {
        #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp("1994-11-06T08:49:37Z"))
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        ])
    func refused(text: String) { #expect(Timestamp(httpDate: text) == nil) }
}
