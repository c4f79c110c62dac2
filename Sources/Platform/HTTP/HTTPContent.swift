/// What a request carries to the server, whole in memory.
package struct HTTPContent: Sendable, Hashable {
    package let bytes: [UInt8]
    /// A media type (RFC 9110 §8.3).
    package let type: String
    /// How the bytes are encoded, such as `gzip`; nil for plain ones.
    package let encoding: String?

    package init(_ bytes: [UInt8], type: String, encoding: String? = nil) {
        self.bytes = bytes
        self.type = type
        self.encoding = encoding
    }

    var fields: [HTTPField] {
        // libcurl would wait for a server's consent before it sends more than 1 MiB, and few servers give it.
        let fields = [HTTPField(unchecked: "Content-Type", type), HTTPField(unchecked: "Expect", "")]
        return fields + (encoding.map { [HTTPField(unchecked: "Content-Encoding", $0)] } ?? [])
    }
}

/// A field of a request's head; its value may be a secret, so it does not describe itself.
package struct HTTPField: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let value: String

    /// Nil unless the name is a token and the value printable ASCII (RFC 9110 §5.1, §5.5).
    package init?(_ name: String, _ value: String) {
        let isToken = { (byte: UInt8) in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
        guard !name.isEmpty, name.utf8.allSatisfy(isToken), value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        self.init(unchecked: name, value)
    }

    init(unchecked name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package var description: String { "\(name): [hidden]" }

    /// As libcurl takes it, for which nothing after the colon means to leave the field out.
    var line: String { value.isEmpty ? "\(name):" : "\(name): \(value)" }
}
