package import Platform
import SystemPackage

extension EndpointConfiguration {
    /// A request to this endpoint, without its secrets.
    func request(_ url: String) -> HTTPRequest {
        var request = HTTPRequest(url)
        request.authorities = authorities
        request.pinnedKeys = pinnedKeys
        request.identity = identity
        request.proxy = proxy
        request.connectTimeout = min(.seconds(30), timeout)
        return request
    }

    /// A request to where metrics go.
    package var probeWithoutSecrets: HTTPRequest { request(url + "/v1/metrics") }

    /// A request to where metrics go, as a heartbeat would make it, for whoever wants to know whether one would arrive.
    package func probe(storage: Storage) throws(HeartbeatError) -> HTTPRequest {
        var request = probeWithoutSecrets
        try Secrets(storage: storage).complete(&request, for: self)
        return request
    }
}

/// What stands in files so that it is in no configuration, argument or log; read anew for each request, so that it can change.
struct Secrets: Sendable {
    private static let limit = 16 * 1024

    let storage: Storage

    /// Completes a request to `endpoint` with what its files hold.
    func complete(_ request: inout HTTPRequest, for endpoint: EndpointConfiguration) throws(HeartbeatError) {
        if let path = endpoint.headers {
            for line in try lines(of: path) { request.fields.append(try Self.field(line, in: path)) }
        }
        guard let path = endpoint.proxyCredentials else { return }
        let parts = try lines(of: path).first?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let parts, parts.count == 2 else { throw .secret(path, reason: "is not USER:PASSWORD") }
        request.proxyLogin = HTTPProxyLogin(
            user: String(parts[0]), password: String(parts[1]), methods: endpoint.proxyMethods)
    }

    /// The bytes of a key; white space at its end is an editor's.
    func key(_ path: FilePath) throws(HeartbeatError) -> [UInt8] {
        var bytes = try content(of: path)
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
        guard bytes.count >= 16 else { throw .secret(path, reason: "has fewer than 16 bytes") }
        return bytes
    }

    private func content(of path: FilePath) throws(HeartbeatError) -> [UInt8] {
        do { return try storage.read(path, limit: Self.limit) } catch {
            throw .secret(path, reason: "cannot be used: \(error.description)")
        }
    }

    private func lines(of path: FilePath) throws(HeartbeatError) -> [String] {
        String(decoding: try content(of: path), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    private static func field(_ line: String, in path: FilePath) throws(HeartbeatError) -> HTTPField {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        guard !value.isEmpty, let field = HTTPField(String(parts[0]), value) else {
            throw .secret(path, reason: "has a line that is not 'Name: value'")
        }
        return field
    }
}
