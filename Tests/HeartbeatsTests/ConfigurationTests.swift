import Documents
import Heartbeats
import Platform
import Testing

@Suite("The configuration of heartbeats")
struct ConfigurationTests {
    private func endpoint(_ lines: String) throws -> HeartbeatConfiguration {
        try configuration("[[heartbeat.endpoints]]\nname = \"one\"\n\(lines)")
    }

    @Test("Without a table nothing leaves")
    func nothing() throws {
        #expect(try configuration("").endpoints.isEmpty)
        #expect(try configuration("").interval == .seconds(900))
    }

    @Test(
        "Everything it may say is read",
        arguments: [
            "https://a.example", "https://a.example:4318/otlp/", "http://127.0.0.1:4318", "http://[::1]:4318",
            "http://localhost",
        ])
    func whole(url: String) throws {
        let read = try endpoint(
            """
            url = "\(url)"
            ca-file = "/etc/ca.pem"
            pinned-keys = ["sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
            certificate = "/etc/c.pem"
            key = "/etc/k.pem"
            proxy = "http://proxy.example:3128"
            proxy-credentials-file = "/etc/p"
            proxy-authentication = ["negotiate", "ntlm"]
            headers-file = "/etc/h"
            timeout-seconds = 30
            """)
        let one = try #require(read.endpoints.first)
        #expect(one.url == (url.hasSuffix("/") ? String(url.dropLast()) : url))
        #expect(one.proxy == .address("http://proxy.example:3128"))
        #expect(one.proxyMethods == [.negotiate, .ntlm])
        #expect(one.timeout == .seconds(30))
    }

    @Test(
        "What could leak or cannot work is refused, with its place",
        arguments: [
            ("url = \"http://collector.example\"", "url"), ("url = \"http://127.0.0.1.example\"", "url"),
            ("url = \"https://user:secret@a.example\"", "url"), ("url = \"https://a.example?key=secret\"", "url"),
            ("url = \"https://\"", "url"), ("url = \"https://a\"\nproxy = \"http://u:p@proxy\"", "proxy"),
            ("url = \"https://a\"\nproxy = \"ftp://proxy\"", "proxy"), ("url = \"https://a\"\nkey = \"/k\"", "key"),
            ("url = \"https://a\"\npinned-keys = [\"sha1//AA\"]", "pinned-keys"),
            ("url = \"https://a\"\nproxy-authentication = [\"magic\"]", "proxy-authentication"),
            ("url = \"https://a\"\npassword = \"x\"", "password"), ("", "url"),
        ])
    func refused(lines: String, key: String) throws {
        let error = #expect(throws: DocumentError.self) { try endpoint(lines) }
        #expect(error?.description.contains("'heartbeat.endpoints[0].\(key)'") == true, "\(error?.description ?? "")")
    }

    @Test("Two endpoints of one name are refused")
    func twice() {
        #expect(throws: DocumentError.self) {
            try endpoint("url = \"https://a\"\n[[heartbeat.endpoints]]\nname = \"one\"\nurl = \"https://b\"")
        }
    }
}
