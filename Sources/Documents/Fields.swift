package import Vocabulary

/// Reads the members of one object, and refuses what nobody asked for.
///
/// Take every member by name and finish with `done()`: an unknown key is refused then, unless it starts with `x-`.
package struct Fields {
    package let path: String
    private let members: [String: JSON]
    private var taken: Set<String> = []

    package init(_ value: JSON, at path: String = "") throws(DocumentError) {
        guard case .object(let members) = value else {
            throw .unacceptable(path.isEmpty ? "/" : path, reason: "is not an object")
        }
        self.members = members
        self.path = path
    }

    package func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of `key`, nil where it is absent.
    package mutating func optional(_ key: String) -> JSON? {
        taken.insert(key)
        return members[key]
    }

    package mutating func value(_ key: String) throws(DocumentError) -> JSON {
        guard let value = optional(key) else { throw .missing(name(key)) }
        return value
    }

    package func refuse(_ key: String, _ reason: String) -> DocumentError { .unacceptable(name(key), reason: reason) }

    /// The members whose keys begin with `x-`: they are others' and are let be.
    package var extensions: [String: JSON] { members.filter { $0.key.hasPrefix("x-") } }

    /// The object as it stands, every member taken: for what is kept and not understood.
    package mutating func whole() -> JSON {
        taken.formUnion(members.keys)
        return .object(members)
    }

    /// Ends the reading: every key that nobody took is refused outside `x-`.
    package func done() throws(DocumentError) {
        for key in members.keys.sorted() where !taken.contains(key) && !key.hasPrefix("x-") {
            throw .unknownKey(name(key))
        }
    }
}

extension Fields {
    /// Text of at most `limit` bytes without control characters.
    package mutating func string(_ key: String, limit: Int = 256) throws(DocumentError) -> String {
        guard case .string(let text) = try value(key) else { throw refuse(key, "is not a string") }
        guard text.utf8.count <= limit else { throw refuse(key, "is longer than \(limit) bytes") }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }) else {
            throw refuse(key, "holds control characters")
        }
        return text
    }

    package mutating func optionalString(_ key: String, limit: Int = 256) throws(DocumentError) -> String? {
        optional(key) == nil ? nil : try string(key, limit: limit)
    }

    package mutating func integer(
        _ key: String, in range: ClosedRange<Int64> = 0...JSON.largestInteger
    )
        throws(DocumentError) -> Int64
    {
        guard case .integer(let number) = try value(key) else { throw refuse(key, "is not a whole number") }
        guard range.contains(number) else {
            throw refuse(key, "is \(number), outside \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package mutating func integer(
        _ key: String, default standard: Int64, in range: ClosedRange<Int64> = 0...JSON.largestInteger
    ) throws(DocumentError) -> Int64 {
        optional(key) == nil ? standard : try integer(key, in: range)
    }

    package mutating func optionalDecimal(_ key: String) throws(DocumentError) -> Double? {
        switch optional(key) {
        case nil: nil
        case .integer(let number): Double(number)
        case .decimal(let number): number
        default: throw refuse(key, "is not a number")
        }
    }

    package mutating func bool(_ key: String, default standard: Bool) throws(DocumentError) -> Bool {
        switch optional(key) {
        case nil: standard
        case .bool(let flag): flag
        default: throw refuse(key, "is not true or false")
        }
    }

    package mutating func digest(_ key: String) throws(DocumentError) -> Digest {
        guard let digest = Digest(hex: try string(key)) else { throw refuse(key, "is not 64 hexadecimal digits") }
        return digest
    }

    package mutating func version(_ key: String) throws(DocumentError) -> Version {
        guard let version = Version(try string(key)) else { throw refuse(key, "is not a version like 1.2.3") }
        return version
    }

    package mutating func timestamp(_ key: String) throws(DocumentError) -> Timestamp {
        guard let time = Timestamp(try string(key)) else {
            throw refuse(key, "is not a time like 2026-01-31T12:00:00Z")
        }
        return time
    }

    /// The elements of a list of at most `limit`, each with its path for messages.
    package mutating func list(_ key: String, limit: Int = 256) throws(DocumentError) -> [(value: JSON, path: String)] {
        guard case .array(let elements) = try value(key) else { throw refuse(key, "is not a list") }
        guard elements.count <= limit else { throw refuse(key, "has more than \(limit) elements") }
        return elements.enumerated().map { ($1, "\(name(key))[\($0)]") }
    }

    package mutating func optionalList(
        _ key: String, limit: Int = 256
    ) throws(DocumentError) -> [(value: JSON, path: String)] {
        optional(key) == nil ? [] : try list(key, limit: limit)
    }

    package mutating func strings(_ key: String, limit: Int = 256) throws(DocumentError) -> [String] {
        var texts: [String] = []
        for (element, path) in try list(key, limit: limit) {
            guard case .string(let text) = element, text.utf8.count <= 256 else {
                throw .unacceptable(path, reason: "is not a string of at most 256 bytes")
            }
            texts.append(text)
        }
        return texts
    }

    package mutating func optionalStrings(_ key: String, limit: Int = 256) throws(DocumentError) -> [String] {
        optional(key) == nil ? [] : try strings(key, limit: limit)
    }

    package mutating func fields(_ key: String) throws(DocumentError) -> Fields {
        try Fields(try value(key), at: name(key))
    }

    package mutating func optionalFields(_ key: String) throws(DocumentError) -> Fields? {
        optional(key) == nil ? nil : try fields(key)
    }
}
