import Documents
import Vocabulary

extension RecordKind where Value == ChangeRecord.Assessment {
    /// An object with an outcome; what else it holds is for the market's rule pack, within bounds.
    static var assessment: RecordKind {
        RecordKind(
            words:
                "object: `outcome` and `route` (a rule pack's words), and what the rule pack asks for: at most 64 members in "
                + "4 levels, texts of at most 2000 characters, lists of at most 64",
            form: .table
        ) {
            ChangeRecord.Assessment(json: ["outcome": "none"], outcome: "none", route: nil)
        } schema: { () throws(DocumentError) in
            let word = try RecordKind<String>.shape(.word).schema()
            return [
                "type": "object", "required": ["outcome"], "properties": ["outcome": word, "route": word],
                "additionalProperties": OpenValue.schema(levels: 3), "maxProperties": .number(OpenValue.most),
                "propertyNames": ["pattern": .string(TextShape.member.pattern)],
            ]
        } read: { (value, path) throws(DocumentError) in
            guard case .object(let members) = value else { throw .unacceptable(path, reason: "is not an object") }
            try OpenValue.check(value, path, levels: 4)
            guard let outcome = members["outcome"] else { throw .missing("\(path).outcome") }
            let word = RecordKind<String>.shape(.word)
            return ChangeRecord.Assessment(
                json: value, outcome: try word.read(outcome, "\(path).outcome"),
                route: try members["route"].map { (route) throws(DocumentError) in try word.read(route, "\(path).route")
                })
        }
    }
}

/// Values whose meaning others know: bounded in depth, number and length.
enum OpenValue {
    static let most = 64
    static let longestText = 2000

    static func schema(levels: Int) -> JSON {
        let scalars: [JSON] = [
            ["type": "boolean"],
            ["type": "number", "minimum": .integer(-JSON.largestInteger), "maximum": .integer(JSON.largestInteger)],
            RecordText.schema(longestText),
        ]
        guard levels > 0 else { return ["anyOf": .array(scalars)] }
        let inner = schema(levels: levels - 1)
        return [
            "anyOf": .array(
                scalars + [
                    ["type": "array", "maxItems": .number(most), "items": inner],
                    [
                        "type": "object", "maxProperties": .number(most), "additionalProperties": inner,
                        "propertyNames": ["pattern": .string(TextShape.member.pattern)],
                    ],
                ])
        ]
    }

    static func check(_ value: JSON, _ path: String, levels: Int) throws(DocumentError) {
        switch value {
        case .bool, .integer: return
        case .null: throw .unacceptable(path, reason: "is null: leave it out")
        case .decimal(let number):
            guard number.magnitude <= Double(JSON.largestInteger) else {
                throw .unacceptable(path, reason: "is not a number within 2^53")
            }
        case .string(let text): try RecordText.check(text, longestText, path)
        case .array(let elements):
            guard levels > 0 else { throw .unacceptable(path, reason: "is nested too deep") }
            guard elements.count <= most else { throw .unacceptable(path, reason: "has more than \(most) elements") }
            for (index, element) in elements.enumerated() {
                try check(element, "\(path)[\(index)]", levels: levels - 1)
            }
        case .object(let members):
            guard levels > 0 else { throw .unacceptable(path, reason: "is nested too deep") }
            guard members.count <= most else { throw .unacceptable(path, reason: "has more than \(most) members") }
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                guard TextShape.member.matches(name) else {
                    throw .unacceptable(
                        path, reason: "has the key '\(name.printable(limit: 64))', not 1 to 64 of A-Za-z0-9_")
                }
                try check(member, "\(path).\(name)", levels: levels - 1)
            }
        }
    }
}
