/// For what a person or a system may approve: `software`, `regulatory`, `quality`.
package struct Role: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let software = Role(unchecked: "software")
    package static let regulatory = Role(unchecked: "regulatory")
    package static let quality = Role(unchecked: "quality")

    package let name: String

    /// Nil unless the name is 1 to 32 of `a-z 0-9 -`.
    package init?(_ name: String) {
        guard (1...32).contains(name.utf8.count),
            name.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || $0 == 45 })
        else { return nil }
        self.name = name
    }

    private init(unchecked name: String) { self.name = name }

    package var description: String { name }

    package static func < (left: Role, right: Role) -> Bool { left.name < right.name }
}
