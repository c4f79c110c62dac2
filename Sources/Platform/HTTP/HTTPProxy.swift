/// Through what a request goes to its server.
package enum HTTPProxy: Sendable, Hashable {
    /// As `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` say (curl(1), "Environment").
    case environment
    case none
    /// `http://`, `https://` or `socks5h://` with host and port.
    case address(String)
}

/// Who a request says it is to a proxy that asks.
package struct HTTPProxyLogin: Sendable, Hashable, CustomStringConvertible {
    /// The ways of proving it that libcurl knows (CURLOPT_PROXYAUTH).
    package enum Method: String, Sendable, Hashable, CaseIterable {
        case basic, digest, ntlm, negotiate
    }

    /// Empty for Negotiate with the machine's own Kerberos ticket.
    package let user: String
    package let password: String
    /// The ways that may be used; the safest that the proxy offers is.
    package let methods: Set<Method>

    package init(user: String, password: String, methods: Set<Method> = Set(Method.allCases)) {
        self.user = user
        self.password = password
        self.methods = methods
    }

    package var description: String { "[hidden]" }
}
