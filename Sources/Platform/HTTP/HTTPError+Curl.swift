import CCurl

extension HTTPError {
    /// What libcurl's result means here; nil for success.
    init?(_ result: CURLcode, _ request: HTTPRequest, at offset: UInt64, reason: String, proxyStatus: Int) {
        let url = request.shownURL
        switch result {
        case CURLE_OK: return nil
        case _ where proxyStatus >= 400: self = .proxyRefused(url, proxyStatus)
        case CURLE_TOO_MANY_REDIRECTS: self = .redirected(url, times: request.redirectLimit)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .cannotResolve(url, reason: reason)
        // The only time limit that libcurl itself is given is the one for connecting.
        case CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_PROXY: self = .cannotConnect(url, reason: reason)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            self = .notTrusted(url, reason: reason)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            self = .unsuitable(url, reason: reason)
        default: self = .endedEarly(url, at: offset, reason: reason)
        }
    }

    /// Whether the same request may succeed in a while.
    var mayPass: Bool {
        switch self {
        case .cannotResolve, .cannotConnect, .tooSlow, .endedEarly: true
        case .status(_, let status): HTTPHead.passingStatuses.contains(status)
        default: false
        }
    }
}
