package import Documents

/// An object in a change record.
///
/// Its initializer takes every member from a reader, unconditionally and each once: the same initializer reads a record and describes
/// the object.
package protocol RecordPart: Sendable {
    /// How documents call the object.
    static var name: String { get }
    static var summary: String { get }

    init(_ reader: inout RecordReader) throws(DocumentError)
}

/// Hands an object's members to a part's initializer; where there is no object it hands out samples and notes what was asked for.
package struct RecordReader {
    private var object: Fields?
    private var declared: [RecordField] = []

    static func read<Part: RecordPart>(
        _ type: Part.Type, _ value: JSON, at path: String = ""
    ) throws(DocumentError) -> Part {
        var reader = RecordReader(object: try Fields(value, at: path))
        let part = try Part(&reader)
        try reader.object?.done()
        return part
    }

    static func describe<Part: RecordPart>(
        _ type: Part.Type
    ) throws(DocumentError) -> (sample: Part, description: RecordDescription) {
        var reader = RecordReader(object: nil)
        let sample = try Part(&reader)
        return (sample, RecordDescription(name: type.name, summary: type.summary, fields: reader.declared))
    }

    /// A member that every record states.
    package mutating func required<Value>(
        _ name: String, _ kind: RecordKind<Value>, _ summary: String, clause: String = ""
    ) throws(DocumentError) -> Value {
        guard object != nil else {
            try declare(name, kind, summary, clause, isRequired: true)
            return try kind.sample()
        }
        return try take(name, kind)
    }

    /// A member that is left out where it does not apply.
    package mutating func optional<Value>(
        _ name: String, _ kind: RecordKind<Value>, _ summary: String, clause: String = ""
    ) throws(DocumentError) -> Value? {
        guard object != nil else {
            try declare(name, kind, summary, clause, isRequired: false)
            return nil
        }
        return object?.optional(name) == nil ? nil : try take(name, kind)
    }

    private mutating func take<Value>(_ name: String, _ kind: RecordKind<Value>) throws(DocumentError) -> Value {
        guard let value = object?.optional(name), let path = object?.name(name) else {
            throw .missing(object?.name(name) ?? name)
        }
        return try kind.read(value, path)
    }

    private mutating func declare<Value>(
        _ name: String, _ kind: RecordKind<Value>, _ summary: String, _ clause: String, isRequired: Bool
    ) throws(DocumentError) {
        declared.append(
            RecordField(
                name: name, isRequired: isRequired, words: kind.words, form: kind.form, summary: summary,
                clause: clause,
                schema: try kind.schema(), parts: try kind.parts(),
                check: { (value, path) throws(DocumentError) in _ = try kind.read(value, path) }))
    }
}

/// What an object in a record holds, as its part's initializer asks for it.
package struct RecordDescription: Sendable {
    package let name: String
    package let summary: String
    package let fields: [RecordField]

    /// The object as a JSON Schema; members whose names start with `x-` are others', and are let be.
    var schema: JSON {
        var properties: [String: JSON] = [:]
        for field in fields {
            guard case .object(var schema) = field.schema else { continue }
            schema["description"] = .string(
                field.clause.isEmpty ? field.summary : "\(field.summary) (\(field.clause))")
            properties[field.name] = .object(schema)
        }
        return [
            "type": "object", "properties": .object(properties), "patternProperties": ["^x-": true],
            "additionalProperties": false, "required": .strings(fields.filter(\.isRequired).map(\.name)),
        ]
    }
}

/// A member of an object in a record.
package struct RecordField: Sendable {
    package let name: String
    package let isRequired: Bool
    /// The kind of its value, as a person reads it.
    package let words: String
    package let form: RecordForm
    package let summary: String
    /// What it supports evidence for; empty where it only makes the record whole.
    package let clause: String
    /// The kind of its value as a JSON Schema (draft 2020-12).
    package let schema: JSON
    package let parts: [RecordDescription]
    /// Takes a value or refuses it; the second parameter is the path for messages.
    package let check: @Sendable (JSON, String) throws(DocumentError) -> Void
}
