import Documents
import Vocabulary

/// A set of ASCII characters and how many of them there may be: a check and a pattern that are the same.
package struct TextShape: Sendable {
    /// As in a pattern's brackets: `A-Za-z0-9_`.
    let characters: String
    let length: ClosedRange<Int>
    let words: String
    let sample: String
    private let ranges: [ClosedRange<UInt8>]

    /// `ranges` are the first and last character of each range; only ASCII letters, digits and marks.
    init(_ ranges: [(Character, Character)], _ length: ClosedRange<Int>, words: String, sample: String) {
        self.ranges = ranges.compactMap { range in
            guard let low = range.0.asciiValue, let high = range.1.asciiValue, low <= high else { return nil }
            return low...high
        }
        characters = ranges.map { low, high in low == high ? "\\\(low)" : "\(low)-\(high)" }.joined()
        self.length = length
        self.words = words
        self.sample = sample
    }

    var pattern: String { "^[\(characters)]{\(length.lowerBound),\(length.upperBound)}$" }

    func matches(_ text: String) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy { byte in ranges.contains { $0.contains(byte) } }
    }

    /// What something is registered under: a change request, a report, a document, a file.
    static let reference = TextShape(
        [("!", "~")], 1...128, words: "reference, 1 to 128 visible ASCII characters", sample: "REF-1")
    /// A word that a rule pack defines.
    static let word = TextShape(
        [("a", "z"), ("0", "9"), ("_", "_")], 1...64, words: "a rule pack's word, 1 to 64 of `a-z0-9_`", sample: "none")
    /// A market, as rule packs name it.
    static let market = TextShape([("A", "Z")], 2...8, words: "a rule pack's market, 2 to 8 of `A-Z`", sample: "EU")
    /// An identifier's name inside an assessment.
    static let member = TextShape(
        [("A", "Z"), ("a", "z"), ("0", "9"), ("_", "_")], 1...64, words: "1 to 64 of `A-Za-z0-9_`", sample: "outcome")
}

extension RecordKind where Value == String {
    /// Free text for people: something to see in it, no control characters but line ends, none that turn its direction.
    static func text(_ limit: Int) -> RecordKind {
        RecordKind(words: "text, at most \(limit) characters") {
            "text"
        } schema: {
            RecordText.schema(limit)
        } read: { (value, path) throws(DocumentError) in
            let text = try value.recordText(path)
            try RecordText.check(text, limit, path)
            return text
        }
    }

    static func shape(_ shape: TextShape) -> RecordKind {
        RecordKind(words: shape.words) {
            shape.sample
        } schema: {
            ["type": "string", "pattern": .string(shape.pattern)]
        } read: { (value, path) throws(DocumentError) in
            let text = try value.recordText(path)
            guard shape.matches(text) else { throw .unacceptable(path, reason: "is not \(shape.words.unquoted)") }
            return text
        }
    }

    static var reference: RecordKind { shape(.reference) }

    static func constant(_ text: String) -> RecordKind {
        RecordKind(words: "`\(text)`") {
            text
        } schema: {
            ["const": .string(text)]
        } read: { (value, path) throws(DocumentError) in
            guard value == .string(text) else { throw .unacceptable(path, reason: "is not '\(text)'") }
            return text
        }
    }
}

/// What free text in a record may be made of.
enum RecordText {
    /// Control characters but the line end, separators of lines and paragraphs, and marks that turn a line around.
    private static let refused: [ClosedRange<UInt32>] = [
        0x00...0x09, 0x0B...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069,
    ]

    static func schema(_ limit: Int) -> JSON {
        let ranges = refused.map { "\\u\(hex($0.lowerBound))-\\u\(hex($0.upperBound))" }.joined()
        return [
            "type": "string", "maxLength": .number(limit), "pattern": .string("^[^\(ranges)]*$"),
            "not": ["pattern": "^[ \\n]*$"],
        ]
    }

    static func check(_ text: String, _ limit: Int, _ path: String) throws(DocumentError) {
        let scalars = text.unicodeScalars
        guard scalars.count <= limit else {
            throw .unacceptable(path, reason: "has \(scalars.count) characters, more than \(limit)")
        }
        guard !scalars.contains(where: { scalar in refused.contains { $0.contains(scalar.value) } }) else {
            throw .unacceptable(path, reason: "holds characters that control a terminal or turn a line around")
        }
        guard scalars.contains(where: { $0 != " " && $0 != "\n" }) else {
            throw .unacceptable(path, reason: "is empty")
        }
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension String {
    /// The same text without the marks that Markdown shows code with.
    var unquoted: String { filter { $0 != "`" } }
}
