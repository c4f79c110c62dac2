package import Platform

/// A server that the device has to reach, and how.
package struct DiagnosisEndpoint: Sendable, Equatable {
    package enum Kind: Sendable {
        /// Takes heartbeats: it answers itself, and never with a page.
        case heartbeats
        /// Serves files, also by leading to another server.
        case files
    }

    package let name: String
    package let kind: Kind
    /// With the proxy, the authorities, the pins and the identity that the device uses for it.
    package let request: HTTPRequest
    /// Where it is, read out of the request's address.
    let server: Server

    /// Nil for an address that is neither `http` nor `https`.
    package init?(name: String, kind: Kind, request: HTTPRequest) {
        guard let server = Server(request.url) else { return nil }
        self.name = name
        self.kind = kind
        self.request = request
        self.server = server
    }

    /// A host and its port; written `host:port`, as a firewall's rules name it.
    struct Server: Sendable, Equatable, CustomStringConvertible {
        let scheme: String
        /// A name, or an address without brackets.
        let host: String
        let port: UInt16

        private static let ports: [String: UInt16] = ["http": 80, "https": 443, "socks5h": 1080]

        /// Reads the authority of an address (RFC 3986 §3.2).
        init?(_ url: String, port standard: UInt16? = nil) {
            guard let mark = url.firstRange(of: "://") else { return nil }
            scheme = url[..<mark.lowerBound].lowercased()
            guard let known = Self.ports[scheme] else { return nil }
            var rest = url[mark.upperBound...].prefix { !"/?#".contains($0) }
            if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
            let name: Substring
            if rest.hasPrefix("[") {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                name = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                name = rest.prefix { $0 != ":" }
                rest = rest[name.endIndex...]
            }
            guard (1...253).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return nil
            }
            host = String(name).lowercased()
            if rest.isEmpty || rest == ":" {
                port = standard ?? known
            } else {
                guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
                port = number
            }
        }

        var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

        var address: NetworkAddress? { NetworkAddress(host) }

        /// Whether no packet to it leaves the device.
        var isThisDevice: Bool { host == "localhost" || address?.isLoopback == true }
    }
}
