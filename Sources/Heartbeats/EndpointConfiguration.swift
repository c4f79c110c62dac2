package import Documents
package import Platform
package import SystemPackage

/// A receiver of heartbeats: an element of `[[heartbeat.endpoints]]`.
package struct EndpointConfiguration: Sendable, Equatable {
    /// Names its part of the queue, so renaming it drops what waits.
    package let name: String
    /// Without a slash at its end; `/v1/metrics` and `/v1/logs` are put behind it.
    package let url: String
    package let authorities: FilePath?
    package let pinnedKeys: String?
    package let identity: HTTPRequest.Identity?
    package let proxy: HTTPProxy
    /// `USER:PASSWORD` on one line.
    package let proxyCredentials: FilePath?
    package let proxyMethods: Set<HTTPProxyLogin.Method>
    /// One `Name: value` a line, such as a bearer token.
    package let headers: FilePath?
    package let timeout: Duration

    package init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        name = try fields.string("name", limit: 32)
        url = try Self.address(&fields)
        authorities = try fields.optionalString("ca-file", limit: 4096).map { FilePath($0) }
        pinnedKeys = try Self.pins(&fields)
        let certificate = try fields.optionalString("certificate", limit: 4096)
        let key = try fields.optionalString("key", limit: 4096)
        guard (certificate == nil) == (key == nil) else {
            throw fields.refuse(certificate == nil ? "key" : "certificate", "stands without the other of the pair")
        }
        identity =
            if let certificate, let key {
                HTTPRequest.Identity(certificate: FilePath(certificate), key: FilePath(key))
            } else { nil }
        proxy = try Self.proxy(&fields)
        proxyCredentials = try fields.optionalString("proxy-credentials-file", limit: 4096).map { FilePath($0) }
        proxyMethods = try Self.methods(&fields)
        headers = try fields.optionalString("headers-file", limit: 4096).map { FilePath($0) }
        timeout = .seconds(try fields.integer("timeout-seconds", default: 60, in: 1...600))
        guard !name.isEmpty, name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
        else { throw fields.refuse("name", "is not made of a-z, 0-9 and '-'") }
        try fields.done()
    }

    /// Without TLS only to a collector on this very machine.
    private static func address(_ fields: inout Fields) throws(DocumentError) -> String {
        var url = try fields.string("url", limit: 1024)
        while url.hasSuffix("/") { url.removeLast() }
        let local = ["http://127.0.0.1", "http://[::1]", "http://localhost"]
        let isLocal = local.contains { start in
            url.hasPrefix(start) && [nil, ":", "/"].contains(url.dropFirst(start.count).first)
        }
        guard url.hasPrefix("https://") && url.utf8.count > 8 || isLocal else {
            throw fields.refuse("url", "is neither https nor on this machine")
        }
        guard !url.contains(where: { "@?#".contains($0) || $0.isWhitespace }) else {
            throw fields.refuse("url", "has a user, a query, a fragment or a space: secrets belong into headers-file")
        }
        return url
    }

    private static func pins(_ fields: inout Fields) throws(DocumentError) -> String? {
        let pins = try fields.optionalStrings("pinned-keys", limit: 8)
        for pin in pins where !pin.hasPrefix("sha256//") || pin.utf8.count != 52 || pin.contains(";") {
            throw fields.refuse("pinned-keys", "has one that is not 'sha256//' and 44 base64 digits")
        }
        return pins.isEmpty ? nil : pins.joined(separator: ";")
    }

    private static func proxy(_ fields: inout Fields) throws(DocumentError) -> HTTPProxy {
        switch try fields.optionalString("proxy", limit: 1024) {
        case nil, "environment": return .environment
        case "none": return .none
        case let address?:
            guard !address.contains("@") else {
                throw fields.refuse("proxy", "has a user: it belongs into proxy-credentials-file")
            }
            guard ["http://", "https://", "socks5h://"].contains(where: { address.hasPrefix($0) }) else {
                throw fields.refuse("proxy", "is not 'environment', 'none', or an http, https or socks5h address")
            }
            return .address(address)
        }
    }

    private static func methods(_ fields: inout Fields) throws(DocumentError) -> Set<HTTPProxyLogin.Method> {
        let names = try fields.optionalStrings("proxy-authentication", limit: 4)
        let methods = names.compactMap { HTTPProxyLogin.Method(rawValue: $0) }
        guard methods.count == names.count else {
            throw fields.refuse("proxy-authentication", "has another word than basic, digest, ntlm and negotiate")
        }
        return Set(methods.isEmpty ? HTTPProxyLogin.Method.allCases : methods)
    }
}
