import CCurl

/// What the head of an answer says of the file behind it.
struct HTTPHead {
    /// What a server says that may be well again in a moment.
    static let passingStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

    let status: Int
    /// The size of the whole file, also when only its rest is sent; nil where the server does not know.
    let total: UInt64?
    let fields: HTTPResponse.Fields
    /// Where the sent part begins.
    private let start: UInt64?
    private let entityTag: String?
    private let lastModified: String?

    init(_ handle: HTTPHandle) {
        status = handle.status
        fields = HTTPResponse.Fields(
            contentType: handle.header("Content-Type"), retryAfter: handle.header("Retry-After"),
            date: handle.header("Date"), location: handle.header("Location"))
        entityTag = handle.header("ETag")
        lastModified = handle.header("Last-Modified")
        let range = handle.header("Content-Range").flatMap(Self.range)
        start = range?.start
        let isChunked = handle.header("Transfer-Encoding") != nil
        // Said more than once it is not known: libcurl goes by the last one (RFC 9110 §8.6).
        let length = isChunked ? nil : handle.onlyHeader("Content-Length").flatMap { UInt64($0) }
        total = status == 206 ? range?.total : length
    }

    /// What identifies the content byte for byte, which a weak tag does not (RFC 9110 §8.8.1).
    var validator: String? {
        if let entityTag, !entityTag.hasPrefix("W/") { return entityTag }
        return lastModified
    }

    /// Whether a later answer can be recognised as the same file.
    var isIdentified: Bool { validator != nil || total != nil }

    private func isSameFile(_ answer: HTTPHead) -> Bool {
        answer.entityTag == entityTag && answer.lastModified == lastModified && answer.total == total
    }

    /// Whether `answer` is the whole of the same file again, though a part of it was asked for.
    func isAll(_ answer: HTTPHead) -> Bool { answer.status == 200 && isSameFile(answer) }

    /// Why `answer` cannot be what follows byte `offset` of the file that this head belongs to.
    func refusal(of answer: HTTPHead, at offset: UInt64, _ request: HTTPRequest) -> HTTPError? {
        switch answer.status {
        case 206 where answer.start == offset && isSameFile(answer): return nil
        case 200, 206, 412, 416: return .changed(request.shownURL, at: offset)
        default: return .status(request.shownURL, answer.status)
        }
    }

    /// Reads `bytes START-END/TOTAL` (RFC 9110 §14.4); a total of `*` is not known.
    private static func range(_ text: String) -> (start: UInt64, total: UInt64?)? {
        guard text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/")
        guard parts.count == 2, let start = parts[0].split(separator: "-").first.flatMap({ UInt64($0) }) else {
            return nil
        }
        return (start, UInt64(parts[1]))
    }
}
