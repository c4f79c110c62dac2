package import ChangeControl
package import Documents

/// Writes change records in TOML, for people: members in the order of the description, each with what it is for.
package struct RecordTOML {
    private let isCommented: Bool
    private var text = ""

    /// The text of a record or a draft of one; what the description does not know comes last in each table.
    package static func text(
        _ record: JSON, description: RecordDescription?, commented: Bool = true
    ) -> String {
        var writer = RecordTOML(isCommented: commented)
        writer.table(record, description, at: [])
        return writer.text
    }

    private init(isCommented: Bool) { self.isCommented = isCommented }

    private mutating func table(_ value: JSON, _ description: RecordDescription?, at path: [String]) {
        guard case .object(let members) = value else { return }
        let fields = description?.fields ?? []
        let known = Set(fields.map(\.name))
        let others = members.keys.filter { !known.contains($0) }.sorted()
        // Tables come last: in TOML what follows a header belongs to it.
        for field in fields where Self.form(of: field, members[field.name]) == .value {
            guard let member = members[field.name] else { continue }
            comment(field)
            line(field.name, member)
        }
        for name in others { line(name, members[name] ?? .null) }
        for field in fields {
            guard let member = members[field.name] else { continue }
            let inner = path + [Self.key(field.name)]
            switch Self.form(of: field, member) {
            case .value: continue
            case .table:
                header("[\(inner.joined(separator: "."))]", field)
                table(member, field.parts.first, at: inner)
            case .tables:
                for (index, element) in (member.array ?? []).enumerated() {
                    header("[[\(inner.joined(separator: "."))]]", index == 0 ? field : nil)
                    table(element, field.parts.first, at: inner)
                }
            }
        }
    }

    /// An empty list has no tables, and what is no object none either.
    private static func form(of field: RecordField, _ value: JSON?) -> RecordForm {
        switch (field.form, value) {
        case (.table, .object): .table
        case (.tables, .array(let elements)) where !elements.isEmpty: .tables
        default: .value
        }
    }

    private mutating func header(_ line: String, _ field: RecordField?) {
        text += "\n"
        if let field { comment(field) }
        text += "\(line)\n"
    }

    private mutating func comment(_ field: RecordField) {
        guard isCommented else { return }
        let clause = field.clause.isEmpty ? "" : " [\(field.clause)]"
        let words = field.form == .value ? " \(field.words.filter { $0 != "`" })." : ""
        text += "# \(field.summary)\(words)\(clause)\n"
    }

    private mutating func line(_ name: String, _ value: JSON) {
        text += "\(Self.key(name)) = \(Self.inline(value))\n"
    }

    /// A value on one line, as TOML writes it.
    static func inline(_ value: JSON) -> String {
        switch value {
        // TOML has no null; a reader refuses it wherever it stands.
        case .null: "\"\""
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .string(let text): quoted(text)
        case .array(let elements): "[\(elements.map(inline).joined(separator: ", "))]"
        case .object(let members):
            "{ "
                + members.sorted { $0.key < $1.key }.map { "\(key($0.key)) = \(inline($0.value))" }
                .joined(separator: ", ") + " }"
        }
    }

    private static func key(_ name: String) -> String {
        let isBare =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 95
            }
        return isBare ? name : quoted(name)
    }

    /// A basic string (TOML 1.0): what it may not hold as it is, is escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
