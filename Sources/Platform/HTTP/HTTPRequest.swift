package import SystemPackage

/// What to ask of a server, and how long and how much of its answer is bearable.
package struct HTTPRequest: Sendable, Hashable {
    /// A certificate and its key in PEM files, shown to servers that ask for one; `pkcs11:` URIs name them on a token.
    package struct Identity: Sendable, Hashable {
        package let certificate: FilePath
        package let key: FilePath

        package init(certificate: FilePath, key: FilePath) {
            self.certificate = certificate
            self.key = key
        }
    }

    package let url: String
    /// What is sent with it, by POST; nil for a GET.
    var content: HTTPContent?
    /// Whether only a connection is made, to see the certificates there, which are not judged; nothing is sent.
    var isOnlyLook = false
    /// More fields for its head.
    package var fields: [HTTPField] = []
    /// The most bytes of body that are taken.
    package var sizeLimit: UInt64 = 1 << 40
    package var connectTimeout: Duration = .seconds(30)
    /// How long the server may be waited for without `minimumRate`; time that the reader takes for itself does not
    /// count.
    package var patience: Duration = .seconds(60)
    /// The fewest bytes a second, over the time of `patience`.
    package var minimumRate = 100
    /// The longest for everything; nil for no limit.
    package var timeout: Duration?
    /// How many redirects are followed; with 0, a redirect is an answer like any other.
    package var redirectLimit = 5
    /// How often in a row a body that broke off is asked for again, from where it broke off.
    package var resumeLimit = 8
    /// The first pause before that; it doubles up to 30 s.
    package var resumePause: Duration = .seconds(1)
    /// The certificates to trust instead of the system's, in one PEM file.
    package var authorities: FilePath?
    /// The only public keys that the server may have, each as `sha256//BASE64`, separated by `;` (CURLOPT_PINNEDPUBLICKEY).
    package var pinnedKeys: String?
    package var identity: Identity?
    package var proxy = HTTPProxy.environment
    package var proxyLogin: HTTPProxyLogin?

    package init(_ url: String) { self.url = url }

    /// The address without user, password, query and fragment, for messages and records.
    package var shownURL: String {
        var parts = url.prefix { $0 != "?" && $0 != "#" }.split(
            separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        if parts.count > 2, let at = parts[2].lastIndex(of: "@") { parts[2] = parts[2][parts[2].index(after: at)...] }
        return parts.joined(separator: "/")
    }
}
