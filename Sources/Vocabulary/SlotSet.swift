/// The name of a slot set, as the boot loader's variables spell it: `A`, `B`.
package struct SlotSet: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let a = SlotSet(unchecked: "A")
    package static let b = SlotSet(unchecked: "B")

    package let name: String

    /// Nil unless the name is 1 to 16 of `A-Z a-z 0-9`, which every boot loader takes as part of a variable name.
    package init?(_ name: String) {
        let letters = name.utf8
        guard (1...16).contains(letters.count),
            letters.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) })
        else { return nil }
        self.name = name
    }

    private init(unchecked name: String) { self.name = name }

    package var description: String { name }

    package static func < (left: SlotSet, right: SlotSet) -> Bool { left.name < right.name }
}
