import Documents
import Vocabulary

// What the documents of this folder have in common.
extension Fields {
    /// What a document is known by: it names a file on the device, so it is 1 to 64 of `A-Z a-z 0-9 . _ -`, no dot first.
    mutating func documentID(_ key: String = "id") throws(DocumentError) -> String {
        let text = try string(key)
        let isPlain = text.utf8.allSatisfy { letter in
            (48...57).contains(letter) || (65...90).contains(letter) || (97...122).contains(letter)
                || letter == UInt8(ascii: ".") || letter == UInt8(ascii: "_") || letter == UInt8(ascii: "-")
        }
        guard (1...64).contains(text.utf8.count), isPlain, text.utf8.first != UInt8(ascii: ".") else {
            throw refuse(key, "is not 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', with no dot at its beginning")
        }
        return text
    }

    /// Text that says something: not empty, not only spaces.
    mutating func telling(_ key: String, limit: Int = 256) throws(DocumentError) -> String {
        let text = try string(key, limit: limit)
        guard text.contains(where: { !$0.isWhitespace }) else { throw refuse(key, "is empty") }
        return text
    }

    mutating func optionalTelling(_ key: String, limit: Int = 256) throws(DocumentError) -> String? {
        optional(key) == nil ? nil : try telling(key, limit: limit)
    }

    /// A list of different names, each of at most 256 bytes; absent is empty, and a list that is there is not.
    mutating func names(_ key: String, limit: Int = 256) throws(DocumentError) -> [String] {
        let names = try optionalStrings(key, limit: limit)
        guard optional(key) == nil || !names.isEmpty else { throw refuse(key, "is empty: leave it out") }
        guard Set(names).count == names.count else { throw refuse(key, "holds a name twice") }
        guard names.allSatisfy({ name in name.contains { !$0.isWhitespace } && name == name.printable() }) else {
            throw refuse(key, "holds a name that is empty or has control characters")
        }
        return names
    }

    /// The different digests of a list.
    mutating func digests(_ key: String, limit: Int) throws(DocumentError) -> [Digest] {
        var digests: [Digest] = []
        for (value, path) in try optionalList(key, limit: limit) {
            guard let digest = value.string.flatMap(Digest.init(hex:)) else {
                throw .unacceptable(path, reason: "is not 64 hexadecimal digits")
            }
            guard !digests.contains(digest) else { throw .unacceptable(path, reason: "stands in the list twice") }
            digests.append(digest)
        }
        return digests
    }

    mutating func day(_ key: String) throws(DocumentError) -> CalendarDate {
        guard let date = CalendarDate(try string(key)) else { throw refuse(key, "is not a day like 2026-01-31") }
        return date
    }
}
