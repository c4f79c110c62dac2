import Documents
import Vocabulary

extension RecordKind {
    static func list<Element: Sendable>(
        of element: RecordKind<Element>, _ count: ClosedRange<Int> = 0...64, distinct: Bool = false
    ) -> RecordKind where Value == [Element] {
        let least = count.lowerBound == 0 ? "at most" : "\(count.lowerBound) to"
        return RecordKind(
            words: "list of \(least) \(count.upperBound)\(distinct ? " different" : ""): \(element.words)",
            form: element.form == .table ? .tables : .value
        ) {
            []
        } schema: { () throws(DocumentError) in
            .members([
                "type": "array", "items": try element.schema(), "maxItems": .number(count.upperBound),
                "minItems": count.lowerBound == 0 ? nil : .number(count.lowerBound),
                "uniqueItems": distinct ? true : nil,
            ])
        } parts: { () throws(DocumentError) in
            try element.parts()
        } read: { (value, path) throws(DocumentError) in
            guard case .array(let elements) = value else { throw .unacceptable(path, reason: "is not a list") }
            guard count.contains(elements.count) else {
                throw .unacceptable(
                    path, reason: "has \(elements.count) elements, expected \(least) \(count.upperBound)")
            }
            guard !distinct || Set(elements).count == elements.count else {
                throw .unacceptable(path, reason: "holds the same value twice")
            }
            var values: [Element] = []
            for (index, one) in elements.enumerated() { values.append(try element.read(one, "\(path)[\(index)]")) }
            return values
        }
    }

    /// One of the words of an enumeration.
    static func word(_ type: Value.Type) -> RecordKind
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        let known = Value.allCases.map(\.rawValue)
        return RecordKind(words: known.map { "`\($0)`" }.joined(separator: ", ")) { () throws(DocumentError) in
            guard let first = Value.allCases.first else { throw .unacceptable("\(type)", reason: "has no words") }
            return first
        } schema: {
            ["enum": .strings(known)]
        } read: { (value, path) throws(DocumentError) in
            let text = try value.recordText(path)
            guard let word = Value(rawValue: text) else {
                throw .unacceptable(
                    path, reason: "is '\(text.printable(limit: 64))', expected \(known.joined(separator: ", "))")
            }
            return word
        }
    }

    static func object(_ type: Value.Type) -> RecordKind where Value: RecordPart {
        RecordKind(words: "object, see \(type.name)", form: .table) { () throws(DocumentError) in
            try RecordReader.describe(type).sample
        } schema: { () throws(DocumentError) in
            try RecordReader.describe(type).description.schema
        } parts: { () throws(DocumentError) in
            let description = try RecordReader.describe(type).description
            return [description] + description.fields.flatMap(\.parts)
        } read: { (value, path) throws(DocumentError) in
            try RecordReader.read(type, value, at: path)
        }
    }

    /// A word, or an object whose one member is the word with what belongs to it: `"not_needed"`, `{"done": "CER-3"}`.
    static func choice(_ alternatives: [RecordAlternative<Value>]) -> RecordKind {
        RecordKind(words: alternatives.map(\.words).joined(separator: ", ")) { () throws(DocumentError) in
            guard let first = alternatives.first else { throw .unacceptable("choice", reason: "has no alternatives") }
            return try first.sample()
        } schema: { () throws(DocumentError) in
            var schemas: [JSON] = []
            for alternative in alternatives { schemas.append(try alternative.schema()) }
            return ["anyOf": .array(schemas)]
        } parts: { () throws(DocumentError) in
            var parts: [RecordDescription] = []
            for alternative in alternatives { parts += try alternative.parts() }
            return parts
        } read: { (value, path) throws(DocumentError) in
            for alternative in alternatives {
                if let chosen = try alternative.read(value, path) { return chosen }
            }
            throw .unacceptable(
                path, reason: "is none of \(alternatives.map(\.words.unquoted).joined(separator: ", "))")
        }
    }

    /// Texts by language (BCP 47), English among them.
    static func texts(_ limit: Int) -> RecordKind where Value == [String: String] {
        RecordKind(
            words: "object of texts by language tag (BCP 47), at most 64, `en` among them; each \(limit) characters",
            form: .table
        ) {
            ["en": "text"]
        } schema: {
            [
                "type": "object", "required": ["en"], "maxProperties": 64,
                "propertyNames": ["pattern": .string(LanguageTag.pattern), "maxLength": .number(LanguageTag.limit)],
                "additionalProperties": RecordText.schema(limit),
            ]
        } read: { (value, path) throws(DocumentError) in
            guard case .object(let members) = value else { throw .unacceptable(path, reason: "is not an object") }
            guard members.count <= 64 else { throw .unacceptable(path, reason: "has more than 64 languages") }
            var texts: [String: String] = [:]
            for (tag, text) in members.sorted(by: { $0.key < $1.key }) {
                guard LanguageTag.isValid(tag) else {
                    throw .unacceptable(
                        path, reason: "has the key '\(tag.printable(limit: 64))', no language tag (BCP 47)")
                }
                texts[tag] = try RecordKind<String>.text(limit).read(text, "\(path).\(tag)")
            }
            guard texts["en"] != nil else { throw .missing("\(path).en") }
            return texts
        }
    }
}

/// One of the things that a choice may be.
struct RecordAlternative<Value: Sendable>: Sendable {
    let words: String
    let sample: @Sendable () throws(DocumentError) -> Value
    let schema: @Sendable () throws(DocumentError) -> JSON
    let parts: @Sendable () throws(DocumentError) -> [RecordDescription]
    /// Nil where the value is another alternative.
    let read: @Sendable (JSON, String) throws(DocumentError) -> Value?

    static func word(_ word: String, _ value: Value) -> RecordAlternative {
        RecordAlternative(words: "`\(word)`") {
            value
        } schema: {
            ["const": .string(word)]
        } parts: {
            []
        } read: { found, _ in
            found == .string(word) ? value : nil
        }
    }

    static func with<Content: Sendable>(
        _ word: String, _ kind: RecordKind<Content>, _ make: @escaping @Sendable (Content) -> Value
    ) -> RecordAlternative {
        RecordAlternative(words: "`{ \(word) = … }` (\(kind.words))") { () throws(DocumentError) in
            make(try kind.sample())
        } schema: { () throws(DocumentError) in
            [
                "type": "object", "properties": [word: try kind.schema()], "required": [.string(word)],
                "additionalProperties": false,
            ]
        } parts: { () throws(DocumentError) in
            try kind.parts()
        } read: { (found, path) throws(DocumentError) in
            guard case .object(let members) = found, let content = members[word] else { return nil }
            if let other = members.keys.filter({ $0 != word }).min() { throw .unknownKey("\(path).\(other)") }
            return make(try kind.read(content, "\(path).\(word)"))
        }
    }
}
