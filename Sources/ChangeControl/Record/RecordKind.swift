import Documents
import Vocabulary

/// What a member of a change record may hold: how it is read, and the same as a JSON Schema and in words.
///
/// Reading, schema and documentation of a member come from one value of this type, so they cannot differ.
package struct RecordKind<Value: Sendable>: Sendable {
    /// Takes the value or refuses it; the second parameter is the path for messages.
    let read: @Sendable (JSON, String) throws(DocumentError) -> Value
    /// Some value of the kind: what a description is made with.
    let sample: @Sendable () throws(DocumentError) -> Value
    /// The kind as a JSON Schema (draft 2020-12).
    let schema: @Sendable () throws(DocumentError) -> JSON
    /// The kind as a person reads it.
    let words: String
    /// How people write such a value in TOML.
    let form: RecordForm
    /// The objects that values of this kind hold; a table's own comes first.
    let parts: @Sendable () throws(DocumentError) -> [RecordDescription]

    init(
        words: String, form: RecordForm = .value, sample: @escaping @Sendable () throws(DocumentError) -> Value,
        schema: @escaping @Sendable () throws(DocumentError) -> JSON,
        parts: @escaping @Sendable () throws(DocumentError) -> [RecordDescription] = { [] },
        read: @escaping @Sendable (JSON, String) throws(DocumentError) -> Value
    ) {
        self.words = words
        self.form = form
        self.sample = sample
        self.schema = schema
        self.parts = parts
        self.read = read
    }
}

/// How a member is written in TOML.
package enum RecordForm: Sendable {
    /// `name = …`
    case value
    /// `[name]`
    case table
    /// `[[name]]` for each element
    case tables
}

extension RecordKind where Value == Bool {
    static var flag: RecordKind {
        RecordKind(words: "`true` or `false`") {
            false
        } schema: {
            ["type": "boolean"]
        } read: { (value, path) throws(DocumentError) in
            guard case .bool(let flag) = value else { throw .unacceptable(path, reason: "is not true or false") }
            return flag
        }
    }
}

extension RecordKind where Value == Int64 {
    static func integer(_ range: ClosedRange<Int64>) -> RecordKind {
        RecordKind(words: "whole number, \(range.lowerBound) to \(range.upperBound)") {
            range.lowerBound
        } schema: {
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        } read: { (value, path) throws(DocumentError) in
            guard case .integer(let number) = value else { throw .unacceptable(path, reason: "is not a whole number") }
            guard range.contains(number) else {
                throw .unacceptable(path, reason: "is \(number), outside \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }
}

extension RecordKind where Value == Double {
    static func number(_ range: ClosedRange<Int64>) -> RecordKind {
        RecordKind(words: "number, \(range.lowerBound) to \(range.upperBound)") {
            Double(range.lowerBound)
        } schema: {
            ["type": "number", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        } read: { (value, path) throws(DocumentError) in
            let number: Double
            switch value {
            case .integer(let whole): number = Double(whole)
            case .decimal(let decimal): number = decimal
            default: throw .unacceptable(path, reason: "is not a number")
            }
            guard number >= Double(range.lowerBound), number <= Double(range.upperBound) else {
                throw .unacceptable(path, reason: "is \(number), outside \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }
}

extension RecordKind where Value == CalendarDate {
    static var date: RecordKind {
        RecordKind(words: "date, `YYYY-MM-DD`") { () throws(DocumentError) in
            guard let date = CalendarDate("2026-01-01") else { throw .unacceptable("date", reason: "is no date") }
            return date
        } schema: {
            ["type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"]
        } read: { (value, path) throws(DocumentError) in
            guard let date = CalendarDate(try value.recordText(path)) else {
                throw .unacceptable(path, reason: "is not a date like 2026-01-31")
            }
            return date
        }
    }
}

extension RecordKind where Value == Digest {
    static var digest: RecordKind {
        RecordKind(words: "SHA-256, 64 lower-case hexadecimal digits") { () throws(DocumentError) in
            guard let digest = Digest(bytes: [UInt8](repeating: 0, count: Digest.byteCount)) else {
                throw .unacceptable("digest", reason: "is no digest")
            }
            return digest
        } schema: {
            ["type": "string", "pattern": "^[0-9a-f]{64}$"]
        } read: { (value, path) throws(DocumentError) in
            guard let digest = Digest(hex: try value.recordText(path)) else {
                throw .unacceptable(path, reason: "is not 64 lower-case hexadecimal digits")
            }
            return digest
        }
    }
}

extension RecordKind where Value == Version {
    static var version: RecordKind {
        // Numbers of at most 19 digits fit 64 bits whatever they are, and a pattern can say no more than that.
        let number = "(0|[1-9][0-9]{0,18})"
        let identifiers = "[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*"
        let pattern = "^\(number)(\\.\(number)){0,3}(-\(identifiers))?(\\+\(identifiers))?$"
        return RecordKind(words: "version, like `1.2.3`") { () throws(DocumentError) in
            guard let version = Version("1.0.0") else { throw .unacceptable("version", reason: "is no version") }
            return version
        } schema: {
            ["type": "string", "maxLength": .number(Version.maximumLength), "pattern": .string(pattern)]
        } read: { (value, path) throws(DocumentError) in
            let text = try value.recordText(path)
            let numbers = text.prefix { $0 != "-" && $0 != "+" }.split(separator: ".")
            guard let version = Version(text), numbers.allSatisfy({ $0.count <= 19 }) else {
                throw .unacceptable(path, reason: "is not a version like 1.2.3")
            }
            return version
        }
    }
}

extension JSON {
    /// The text of a member, whatever it may be for.
    func recordText(_ path: String) throws(DocumentError) -> String {
        guard case .string(let text) = self else { throw .unacceptable(path, reason: "is not a string") }
        return text
    }
}
