package import Documents

/// Where in a record or a draft something stands: `changes[0].kind`.
package struct RecordPlace: Hashable, Sendable, CustomStringConvertible {
    private enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    private var steps: [Step] = []

    package init() {}

    package func member(_ name: String) -> RecordPlace { adding(.member(name)) }
    package func element(_ index: Int) -> RecordPlace { adding(.element(index)) }

    private func adding(_ step: Step) -> RecordPlace {
        var place = self
        place.steps.append(step)
        return place
    }

    /// As `DocumentError` names it.
    package var description: String {
        steps.reduce(into: "") { path, step in
            switch step {
            case .member(let name): path += path.isEmpty ? name : ".\(name)"
            case .element(let index): path += "[\(index)]"
            }
        }
    }

    package func value(in document: JSON) -> JSON? {
        var value: JSON? = document
        for step in steps {
            switch step {
            case .member(let name): value = value?[name]
            case .element(let index):
                guard let elements = value?.array, elements.indices.contains(index) else { return nil }
                value = elements[index]
            }
        }
        return value
    }

    /// The document with `value` here; objects on the way are made, an element may be put at the end of its list.
    package func setting(_ value: JSON, in document: JSON) -> JSON { Self.set(value, steps[...], document) }

    private static func set(_ value: JSON, _ steps: ArraySlice<Step>, _ document: JSON?) -> JSON {
        guard let step = steps.first else { return value }
        switch step {
        case .member(let name):
            var members: [String: JSON] = [:]
            if case .object(let known) = document { members = known }
            members[name] = set(value, steps.dropFirst(), members[name])
            return .object(members)
        case .element(let index):
            var elements = document?.array ?? []
            let inner = set(value, steps.dropFirst(), elements.indices.contains(index) ? elements[index] : nil)
            if elements.indices.contains(index) { elements[index] = inner } else { elements.append(inner) }
            return .array(elements)
        }
    }
}

extension JSON {
    /// The document with what `other` says in place of what stands here; objects are merged, everything else is replaced.
    package func overlaid(by other: JSON) -> JSON {
        guard case .object(let own) = self, case .object(let others) = other else { return other }
        return .object(own.merging(others) { $0.overlaid(by: $1) })
    }
}
