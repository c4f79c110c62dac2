import Platform

/// Which proxy a request goes through, chosen as libcurl chooses it (curl(1), "Environment").
enum ProxyChoice {
    case direct
    case through(DiagnosisEndpoint.Server)
    /// An address that is none.
    case unreadable(String)

    init(for endpoint: DiagnosisEndpoint, environment: (String) -> String?) {
        switch endpoint.request.proxy {
        case .none: self = .direct
        case .address(let address): self.init(address)
        case .environment:
            let server = endpoint.server
            // Not HTTP_PROXY: a CGI program's caller could set that one.
            let names = (server.scheme == "https" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"])
            let address = (names + ["all_proxy", "ALL_PROXY"]).lazy.compactMap(environment).first { !$0.isEmpty }
            let exceptions = environment("no_proxy") ?? environment("NO_PROXY") ?? ""
            guard let address, !Self.isExcepted(server.host, exceptions) else {
                self = .direct
                return
            }
            self.init(address)
        }
    }

    private init(_ address: String) {
        let whole = address.contains("://") ? address : "http://" + address
        // libcurl's own standard ports for proxies.
        let server = DiagnosisEndpoint.Server(whole, port: whole.lowercased().hasPrefix("https:") ? 443 : 1080)
        self = server.map { .through($0) } ?? .unreadable(address)
    }

    /// A name in the list covers what ends with it.
    private static func isExcepted(_ host: String, _ list: String) -> Bool {
        list.split { $0 == "," || $0 == " " }.contains { entry in
            let name = String(entry.lowercased().drop { $0 == "." })
            return name == "*" || host == name || !name.isEmpty && host.hasSuffix("." + name)
        }
    }
}
