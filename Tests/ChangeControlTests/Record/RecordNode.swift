import Documents
import Testing

/// A place in a JSON document: enough to change anything in it, and to say where that was.
struct RecordNode: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case member(String)
        case element(Int)
    }

    let steps: [Step]
    let value: JSON

    var testDescription: String { path }

    /// As `DocumentError` names it.
    var path: String {
        steps.reduce(into: "") { path, step in
            switch step {
            case .member(let name): path += path.isEmpty ? name : ".\(name)"
            case .element(let index): path += "[\(index)]"
            }
        }
    }

    /// Every value in the document, the document itself first.
    static func all(in document: JSON) -> [RecordNode] { all(document, []) }

    private static func all(_ value: JSON, _ steps: [Step]) -> [RecordNode] {
        var nodes = [RecordNode(steps: steps, value: value)]
        switch value {
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                nodes += all(member, steps + [.member(name)])
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() { nodes += all(element, steps + [.element(index)]) }
        default: break
        }
        return nodes
    }

    /// The document with another value here, or with none.
    func replaced(in document: JSON, by value: JSON?) -> JSON { Self.replace(document, steps[...], value) ?? .null }

    private static func replace(_ document: JSON, _ steps: ArraySlice<Step>, _ value: JSON?) -> JSON? {
        guard let step = steps.first else { return value }
        switch (step, document) {
        case (.member(let name), .object(var members)):
            members[name] = members[name].flatMap { replace($0, steps.dropFirst(), value) }
            return .object(members)
        case (.element(let index), .array(var elements)):
            if let inner = replace(elements[index], steps.dropFirst(), value) {
                elements[index] = inner
            } else {
                elements.remove(at: index)
            }
            return .array(elements)
        default: return document
        }
    }
}

extension JSON {
    /// The document with `value` at a path like `changes[0].kind`, where something stands or its object does.
    func with(_ path: String, _ value: JSON?) -> JSON {
        if let node = RecordNode.all(in: self).first(where: { $0.path == path }) {
            return node.replaced(in: self, by: value)
        }
        guard let value else { return self }
        let point = path.lastIndex(of: ".")
        let holder = point.map { String(path[..<$0]) } ?? ""
        let name = String(point.map { path[path.index(after: $0)...] } ?? path[...])
        guard let node = RecordNode.all(in: self).first(where: { $0.path == holder }),
            case .object(var members) = node.value
        else { return self }
        members[name] = value
        return node.replaced(in: self, by: .object(members))
    }
}
