import Documents

extension RulePath {
    /// Whether a change record can have something there; whatever begins elsewhere, or goes on in an assessment, is for the pack to know.
    func isKnown(in record: RecordDescription) -> Bool {
        guard isOfRecord else { return true }
        var description = record
        for name in names {
            guard let field = description.fields.first(where: { $0.name == name }) else { return false }
            // A word or an object, texts by language, an assessment: what they hold has no one description.
            guard let next = field.parts.first, field.schema["anyOf"] == nil else { return true }
            description = next
        }
        return true
    }
}

extension Condition {
    /// Every path that it asks for, but those of an item, which depend on where the item is from.
    var paths: [RulePath] {
        switch self {
        case .all(let conditions), .any(let conditions): conditions.flatMap(\.paths)
        case .not(let condition): condition.paths
        case .some(let path, let condition), .every(let path, let condition): [path] + condition.paths
        case .value(let path, .same(let other), _), .value(let path, .noLaterThan(let other), _): [path, other]
        case .value(let path, _, _): [path]
        }
    }
}

extension RuleDocument {
    /// A path that leads nowhere in a change record; nil where there is none.
    func strayPath() throws(DocumentError) -> (rule: String, path: RulePath)? {
        let record = try ChangeRecord.description()
        for rule in rules {
            for path in (rule.when?.paths ?? []) + rule.require.paths where !path.isKnown(in: record) {
                return (rule.id, path)
            }
        }
        for rule in acknowledgements {
            for path in (rule.when?.paths ?? []) + rule.show where !path.isKnown(in: record) { return (rule.id, path) }
        }
        for route in routes {
            for outcome in route.outcomes {
                for path in outcome.needs.flatMap(\.require.paths) where !path.isKnown(in: record) {
                    return ("\(route.id).\(outcome.id)", path)
                }
            }
        }
        return nil
    }
}
