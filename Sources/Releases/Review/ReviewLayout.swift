import ChangeControl
import Documents
import Vocabulary

/// Puts a manifest in reading order: what people know first, what is only for programs last, and nothing left out.
struct ReviewLayout {
    private(set) var sections: [ReviewPage.Section] = []

    private static let release = [
        "product", "version", "from", "hardware", "securityVersion", "fallbacks", "selfTestDeadline", "created",
    ]
    private static let payload = ["images", "payloadLength", "payloadDigest", "indexLength"]
    private static let record: [(title: String, members: [String])] = [
        ("The change", ["id", "sequence", "maintenanceClass", "urgency", "product", "version"]),
        ("What changes", ["changes"]),
        ("Intended purpose", ["intendedPurpose"]),
        ("Risk", ["risk"]),
        ("Security", ["security"]),
        ("Patients", ["clinical"]),
        ("Users", ["userVisible"]),
        ("Markets", ["markets"]),
        ("Unique device identification", ["udi"]),
        ("Field safety", ["safetyAction"]),
        ("Verification", ["verification"]),
        ("Self-tests of the device", ["selfTests"]),
        ("How it was built", ["build"]),
        ("Software bill of materials", ["sbom"]),
        ("Going back", ["rollback"]),
        ("Rollout", ["rollout"]),
        ("How long the record is kept", ["retention"]),
    ]

    /// What comes first of members that have no description of their own.
    private static let leading = [
        "id", "product", "device", "devices", "groups", "market", "from", "to", "route", "outcome", "nbDecision",
        "version", "answer", "kind", "rationale", "text", "reason", "issued", "expires",
    ]

    init(_ manifest: JSON) {
        guard case .object(var members) = manifest else { return }
        func take(_ names: [String]) -> [ReviewPage.Item] {
            names.flatMap { name in members.removeValue(forKey: name).map { Self.items(name, $0, nil) } ?? [] }
        }
        add("The release", take(Self.release))
        let change = members.removeValue(forKey: "change") ?? .null
        // A record that cannot be described is still shown, under the names of its members.
        let description = try? ChangeRecord.description()
        add(change: change, description)
        add("Images and payload", take(Self.payload))
        let history = members.removeValue(forKey: "history")?.array ?? []
        for (index, record) in history.enumerated() {
            let name = "Earlier change record \(index + 1) of \(history.count)"
            add(name, Self.items(of: record, description))
        }
        add("What programs check", members.keys.sorted().flatMap { take([$0]) })
    }

    private mutating func add(change: JSON, _ description: RecordDescription?) {
        guard case .object(var members) = change else {
            return add("The change record", Self.items("change", change, nil))
        }
        for (title, names) in Self.record {
            var items: [ReviewPage.Item] = []
            for name in names {
                guard let value = members.removeValue(forKey: name) else { continue }
                let field = description?.fields.first { $0.name == name }
                // The title names what stands in it already.
                if names.count == 1, case .object = value {
                    items += Self.items(of: value, field?.parts.first)
                } else {
                    items += Self.items(name, value, field)
                }
            }
            add(title, items)
        }
        add("Other members of the change record", Self.items(of: .object(members), nil))
    }

    private mutating func add(_ title: String, _ items: [ReviewPage.Item]) {
        guard !items.isEmpty else { return }
        sections.append(ReviewPage.Section(title: title, items: items))
    }

    /// The members of an object, in the order in which its description has them, then those that it does not know.
    static func items(of value: JSON, _ description: RecordDescription?) -> [ReviewPage.Item] {
        guard case .object(let members) = value else { return items("value", value, nil) }
        let known = description?.fields.map(\.name) ?? []
        let others = members.keys.filter { !known.contains($0) }.sorted()
        let first = leading.filter(others.contains)
        return (known + first + others.filter { !first.contains($0) }).flatMap { name -> [ReviewPage.Item] in
            guard let member = members[name] else { return [] }
            return items(name, member, description?.fields.first { $0.name == name })
        }
    }

    private static func items(_ name: String, _ value: JSON, _ field: RecordField?) -> [ReviewPage.Item] {
        let about = [field?.summary ?? "", field?.clause ?? ""].filter { !$0.isEmpty }.joined(separator: " — ")
        let label = ReviewPage.Label(ReviewWords.label(name), about: about)
        switch value {
        case .object(let members) where !members.isEmpty:
            return [.group(label, items(of: value, part(of: field, for: members)))]
        case .array(let elements) where elements.contains(where: \.isStructured):
            return elements.enumerated().map { index, element in
                let number = elements.count == 1 ? "" : " \(index + 1) of \(elements.count)"
                let text = ReviewWords.singular(name) + number
                guard case .object(let members) = element else {
                    return .group(ReviewPage.Label(text, about: about), items("value", element, nil))
                }
                return .group(
                    ReviewPage.Label(text, about: about), items(of: element, part(of: field, for: members)))
            }
        default: return [.value(label, ReviewWords.lines(value))]
        }
    }

    /// The description of the object that a member holds; where it may be one of several, the one with these members.
    private static func part(of field: RecordField?, for members: [String: JSON]) -> RecordDescription? {
        guard let field else { return nil }
        let fitting = field.parts.first { part in
            let required = part.fields.filter(\.isRequired).map(\.name)
            return !part.fields.isEmpty && required.allSatisfy { members[$0] != nil }
        }
        return fitting ?? field.parts.first
    }
}

extension JSON {
    fileprivate var isStructured: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }
}
