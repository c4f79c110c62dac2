package import ChangeControl
package import Documents

/// What a person types as the value of a member.
package enum RecordAnswer {
    /// The value that the text is for the member; refused if the member cannot have it.
    ///
    /// Texts and words are typed as they are, lists of texts with `;` between them, `y` and `n` for true and false. What begins with
    /// `{`, `[` or `"` is read as a value of TOML. Where texts by language are asked for, a text alone is the English one; an assessment
    /// may be its outcome alone, with what `standard` says besides.
    package static func value(
        of text: String, for field: RecordField, standard: JSON? = nil, at path: String
    ) throws(DocumentError) -> JSON {
        var value = try parsed(text, field.schema)
        if let member = field.schema["required"]?.array?.first?.string, field.schema["type"] == "object" {
            if value.string != nil { value = JSON.object([member: value]) }
            value = standard?.overlaid(by: value) ?? value
        }
        try field.check(value, path)
        return value
    }

    private static func parsed(_ text: String, _ schema: JSON) throws(DocumentError) -> JSON {
        if let first = text.first, "{[\"".contains(first) {
            guard let value = try TOML.read("value = \(text)")["value"] else { return .string(text) }
            return value
        }
        switch schema["type"]?.string {
        case "boolean":
            switch text.lowercased() {
            case "y", "yes", "true": return true
            case "n", "no", "false": return false
            default: return .string(text)
            }
        case "integer", "number":
            if let whole = Int64(text) { return .integer(whole) }
            return Double(text).map(JSON.decimal) ?? .string(text)
        case "array":
            let elements = text.split(separator: ";").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
            return .array(elements.map(JSON.string))
        default: return .string(text)
        }
    }

    /// The value as the person who asked would type it.
    package static func text(of value: JSON) -> String {
        switch value {
        case .bool(let flag): flag ? "yes" : "no"
        case .string(let text): text
        case .array(let elements) where elements.allSatisfy({ $0.string != nil }):
            elements.compactMap(\.string).joined(separator: "; ")
        default: RecordTOML.inline(value)
        }
    }
}

extension StringProtocol {
    /// Without the spaces at both ends.
    package var trimmingSpaces: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
