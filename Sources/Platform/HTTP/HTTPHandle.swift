import CCurl
import SystemPackage

/// A libcurl easy handle set to one request, with what must live as long as it.
final class HTTPHandle {
    let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private let fields: [HTTPField]
    private var headers: UnsafeMutablePointer<curl_slist>?

    init(_ request: HTTPRequest) throws(HTTPError) {
        guard let easy = curl_easy_init() else {
            throw .unsuitable(request.shownURL, reason: "libcurl could not be set up")
        }
        self.easy = easy
        fields = request.fields + (request.content?.fields ?? [])
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard set(request), set(request.content), setProxy(request) else {
            throw .unsuitable(request.shownURL, reason: "libcurl does not take the request")
        }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    private func set(_ request: HTTPRequest) -> Bool {
        let isSecure = request.url.lowercased().hasPrefix("https:")
        var results = [
            ac_curl_set_string(easy, CURLOPT_URL, request.url),
            ac_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            // What began trusted does not go on untrusted.
            ac_curl_set_string(easy, CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https"),
            ac_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, request.redirectLimit > 0 ? 1 : 0),
            // libcurl counts a proxy's question for a login as a redirect, so none allowed would mean no login either.
            ac_curl_set_long(easy, CURLOPT_MAXREDIRS, request.redirectLimit > 0 ? request.redirectLimit : -1),
            ac_curl_set_string(easy, CURLOPT_USERAGENT, "aftercare"),
            ac_curl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            ac_curl_set_long(easy, CURLOPT_QUICK_EXIT, 1),
            ac_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1),
            ac_curl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            ac_curl_set_long(easy, CURLOPT_BUFFERSIZE, 131_072),
            ac_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, request.connectTimeout / .milliseconds(1)))),
            ac_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            ac_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, request.isOnlyLook ? 0 : 1),
            ac_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, request.isOnlyLook ? 0 : 2),
            ac_curl_set_long(easy, CURLOPT_CONNECT_ONLY, request.isOnlyLook ? 1 : 0),
            ac_curl_set_long(easy, CURLOPT_CERTINFO, request.isOnlyLook ? 1 : 0),
            ac_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
        ]
        if let authorities = request.authorities {
            results.append(ac_curl_set_string(easy, CURLOPT_CAINFO, authorities.string))
            results.append(ac_curl_set_string(easy, CURLOPT_CAPATH, nil))
        }
        if let identity = request.identity {
            results.append(ac_curl_set_string(easy, CURLOPT_SSLCERT, identity.certificate.string))
            results.append(ac_curl_set_string(easy, CURLOPT_SSLKEY, identity.key.string))
        }
        if let keys = request.pinnedKeys { results.append(ac_curl_set_string(easy, CURLOPT_PINNEDPUBLICKEY, keys)) }
        results.append(sendFields())
        return results.allSatisfy { $0 == CURLE_OK }
    }

    private func set(_ content: HTTPContent?) -> Bool {
        guard let content else { return true }
        // Copied, because it must still be there if a proxy asks who we are and all is sent again.
        let results = [
            ac_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int(content.bytes.count)),
            content.bytes.withUnsafeBytes {
                ac_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
            },
        ]
        return results.allSatisfy { $0 == CURLE_OK }
    }

    private func setProxy(_ request: HTTPRequest) -> Bool {
        var results: [CURLcode] = []
        switch request.proxy {
        case .environment: break
        case .none: results.append(ac_curl_set_string(easy, CURLOPT_PROXY, ""))
        case .address(let address): results.append(ac_curl_set_string(easy, CURLOPT_PROXY, address))
        }
        guard let login = request.proxyLogin else {
            results.append(ac_curl_set_long(easy, CURLOPT_PROXYAUTH, ac_curl_any_authentication))
            return results.allSatisfy { $0 == CURLE_OK }
        }
        let ways: [HTTPProxyLogin.Method: Int] = [
            .basic: ac_curl_basic, .digest: ac_curl_digest, .ntlm: ac_curl_ntlm, .negotiate: ac_curl_negotiate,
        ]
        results += [
            ac_curl_set_string(easy, CURLOPT_PROXYUSERNAME, login.user),
            ac_curl_set_string(easy, CURLOPT_PROXYPASSWORD, login.password),
            ac_curl_set_long(easy, CURLOPT_PROXYAUTH, login.methods.reduce(0) { $0 | (ways[$1] ?? 0) }),
        ]
        return results.allSatisfy { $0 == CURLE_OK }
    }

    /// Gives libcurl the fields of the next request's head, and `more`.
    @discardableResult
    private func sendFields(_ more: [String] = []) -> CURLcode {
        ac_curl_set_list(easy, CURLOPT_HTTPHEADER, nil)
        curl_slist_free_all(headers)
        headers = nil
        for line in fields.map(\.line) + more {
            guard let longer = curl_slist_append(headers, line) else { return CURLE_OUT_OF_MEMORY }
            headers = longer
        }
        return ac_curl_set_list(easy, CURLOPT_HTTPHEADER, headers)
    }

    func deliver(
        to context: UnsafeMutableRawPointer, body: @escaping ac_curl_write_function,
        head: @escaping ac_curl_write_function
    ) {
        ac_curl_set_write(easy, CURLOPT_WRITEFUNCTION, body)
        ac_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        ac_curl_set_write(easy, CURLOPT_HEADERFUNCTION, head)
        ac_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    }

    /// Has the request go over a connection of its own: what broke once is not tried again.
    func connectAnew() { ac_curl_set_long(easy, CURLOPT_FRESH_CONNECT, 1) }

    /// Makes the next request one for the rest of the file only, as long as it is still the same.
    func ask(from offset: UInt64, of head: HTTPHead) {
        ac_curl_set_string(easy, CURLOPT_RANGE, "\(offset)-")
        sendFields(head.validator.map { ["If-Range: \($0)"] } ?? [])
    }

    /// The status by which a proxy answered instead of the server; 0 if none did.
    var proxyStatus: Int {
        var status = 0
        ac_curl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &status)
        return status
    }

    var status: Int {
        var status = 0
        ac_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// A field of the last answer's head, after all redirects; the first of those that have this name.
    func header(_ name: String) -> String? { field(name).map { String(cString: $0.value) } }

    /// The same, nil where the head has it more than once.
    func onlyHeader(_ name: String) -> String? {
        field(name).flatMap { $0.amount == 1 ? String(cString: $0.value) : nil }
    }

    private func field(_ name: String) -> curl_header? {
        var found: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &found) == CURLHE_OK else { return nil }
        return found?.pointee
    }

    /// The certificates that a look at a server found, its own first.
    var certificates: [Certificate] {
        var found: UnsafeMutablePointer<curl_certinfo>?
        guard ac_curl_get_certificates(easy, &found) == CURLE_OK, let found, let lists = found.pointee.certinfo else {
            return []
        }
        var certificates: [Certificate] = []
        for index in 0..<min(16, Int(found.pointee.num_of_certs)) {
            var entry = lists[index]
            while let line = entry {
                let text = String(cString: line.pointee.data)
                if text.hasPrefix("Cert:") {
                    certificates += (try? Certificate.read(pem: Array(text.utf8.dropFirst(5)), limit: 1)) ?? []
                }
                entry = line.pointee.next
            }
        }
        return certificates
    }

    /// libcurl's own words for a failure.
    func reason(for result: CURLcode) -> String {
        let text = String(cString: errorText)
        return text.isEmpty ? String(cString: curl_easy_strerror(result)) : text
    }
}
