package import Documents
package import Vocabulary

/// Which rule of which pack decided; in every verdict, so that it can be judged years later by what held then.
package struct RuleReference: Sendable, Hashable, CustomStringConvertible {
    package let pack: String
    package let version: Version
    package let rule: String

    package init(pack: String, version: Version, rule: String) {
        self.pack = pack
        self.version = version
        self.rule = rule
    }

    package var description: String { "\(pack) \(version), \(rule)" }

    package var json: JSON {
        ["id": .string(pack), "version": .string(version.description), "rule": .string(rule)]
    }
}
