package import Documents

/// Reads conditions, and refuses what is not known or too large then, so that nothing is left to go wrong when they are asked.
package struct ConditionReading {
    package static let mostDepth = 8
    /// The most conditions in one, itself and those within it.
    package static let mostConditions = 64
    package static let mostValues = 64
    /// How many of `some` and `every` may stand within each other.
    package static let mostQuantifiers = 2

    private var count = 0

    /// Reads the condition at `key`; a list means that all of its conditions must hold.
    package static func read(_ key: String, from fields: inout Fields) throws(DocumentError) -> Condition {
        var reading = ConditionReading()
        return try reading.condition(try fields.value(key), at: fields.name(key), depth: 1, quantifiers: 0)
    }

    private mutating func condition(
        _ value: JSON, at path: String, depth: Int, quantifiers: Int
    ) throws(DocumentError) -> Condition {
        count += 1
        guard depth <= Self.mostDepth else {
            throw .unacceptable(path, reason: "is nested deeper than \(Self.mostDepth) conditions")
        }
        guard count <= Self.mostConditions else {
            throw .unacceptable(path, reason: "is one of more than \(Self.mostConditions) conditions")
        }
        if let elements = value.array {
            return .all(try conditions(elements, at: path, depth: depth, quantifiers: quantifiers))
        }
        var fields = try Fields(value, at: path)
        let compound = try compound(&fields, depth, quantifiers)
        let condition = if let compound { compound } else { try test(&fields, quantifiers) }
        try fields.done()
        // A reader who overlooks a word would answer another question.
        if let key = fields.extensions.keys.sorted().first { throw .unknownKey(fields.name(key)) }
        return condition
    }

    private mutating func conditions(
        _ elements: [JSON], at path: String, depth: Int, quantifiers: Int
    ) throws(DocumentError) -> [Condition] {
        guard !elements.isEmpty else { throw .unacceptable(path, reason: "is empty") }
        var conditions: [Condition] = []
        for (index, element) in elements.enumerated() {
            conditions.append(
                try condition(element, at: "\(path)[\(index)]", depth: depth + 1, quantifiers: quantifiers))
        }
        return conditions
    }

    private mutating func compound(
        _ fields: inout Fields, _ depth: Int, _ quantifiers: Int
    ) throws(DocumentError) -> Condition? {
        for key in ["all", "any"] {
            guard let value = fields.optional(key) else { continue }
            guard let elements = value.array else { throw fields.refuse(key, "is not a list") }
            let parts = try conditions(elements, at: fields.name(key), depth: depth, quantifiers: quantifiers)
            return key == "all" ? .all(parts) : .any(parts)
        }
        if let value = fields.optional("not") {
            return .not(
                try condition(value, at: fields.name("not"), depth: depth + 1, quantifiers: quantifiers))
        }
        for key in ["some", "every"] {
            guard let value = fields.optional(key), value.string != nil else { continue }
            guard quantifiers < Self.mostQuantifiers else {
                throw fields.refuse(key, "stands within \(Self.mostQuantifiers) others of its kind")
            }
            let path = try path(key, &fields, quantifiers)
            let inner = try condition(
                try fields.value("where"), at: fields.name("where"), depth: depth + 1, quantifiers: quantifiers + 1)
            return key == "some" ? .some(path, inner) : .every(path, inner)
        }
        return nil
    }

    private func test(_ fields: inout Fields, _ quantifiers: Int) throws(DocumentError) -> Condition {
        let path = try path("path", &fields, quantifiers)
        let isEvery = try fields.bool("every", default: false)
        var tests: [Condition.Test] = []
        for key in ["exists", "filled"] where fields.optional(key) != nil {
            let wanted = try fields.bool(key, default: true)
            tests.append(key == "exists" ? .exists(wanted) : .filled(wanted))
        }
        if let value = fields.optional("equals") { tests.append(.oneOf([try scalar(value, "equals", fields)])) }
        if fields.optional("in") != nil {
            var values: [JSON] = []
            for (value, _) in try fields.list("in", limit: Self.mostValues) {
                values.append(try scalar(value, "in", fields))
            }
            guard !values.isEmpty else { throw fields.refuse("in", "is empty") }
            tests.append(.oneOf(values))
        }
        if fields.optional("matches") != nil { tests.append(.matches(try patterns(&fields))) }
        if let limit = try fields.optionalFinite("atLeast") { tests.append(.atLeast(limit)) }
        if let limit = try fields.optionalFinite("atMost") { tests.append(.atMost(limit)) }
        if fields.optional("same") != nil { tests.append(.same(try self.path("same", &fields, quantifiers))) }
        if fields.optional("noLaterThan") != nil {
            tests.append(.noLaterThan(try self.path("noLaterThan", &fields, quantifiers)))
        }
        if fields.optional("hasCome") != nil {
            let hasCome = try fields.bool("hasCome", default: true)
            guard hasCome else { throw fields.refuse("hasCome", "is false: say 'not' instead") }
            tests.append(.hasCome)
        }
        guard tests.count == 1, let test = tests.first else {
            throw .unacceptable(fields.path, reason: "has \(tests.count) tests for its path, not one")
        }
        return .value(path, test, isEvery: isEvery)
    }

    private func path(_ key: String, _ fields: inout Fields, _ quantifiers: Int) throws(DocumentError) -> RulePath {
        guard let path = RulePath(try fields.string(key)) else {
            throw fields.refuse(key, "is no path like changes[].kind")
        }
        guard !path.isOfItem || quantifiers > 0 else {
            throw fields.refuse(key, "speaks of an item, but stands in no 'some' or 'every'")
        }
        return path
    }

    private func scalar(_ value: JSON, _ key: String, _ fields: Fields) throws(DocumentError) -> JSON {
        switch value {
        case .bool, .integer, .decimal, .string: return value
        case .null, .array, .object: throw fields.refuse(key, "is not a text, a number, true or false")
        }
    }

    private func patterns(_ fields: inout Fields) throws(DocumentError) -> [TextPattern] {
        let texts: [String]
        if case .string = fields.optional("matches") {
            texts = [try fields.string("matches")]
        } else {
            texts = try fields.strings("matches", limit: Self.mostValues)
        }
        guard !texts.isEmpty else { throw fields.refuse("matches", "is empty") }
        var patterns: [TextPattern] = []
        for text in texts {
            do throws(TextPattern.Malformed) {
                patterns.append(try TextPattern(text))
            } catch { throw fields.refuse("matches", error.reason) }
        }
        return patterns
    }
}
