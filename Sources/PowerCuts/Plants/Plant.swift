/// A fault in the order of writes and flushes that the product does not have, put into a recording to show that the sweep finds it.
package struct Plant: Sendable {
    package let name: String
    /// What it would be in the product, in one line.
    package let summary: String
    /// The scenario in which it is to be found.
    package let scenario: String
    private let change: @Sendable ([Recording.Step]) -> [Recording.Step]

    init(
        _ name: String, in scenario: String, _ summary: String,
        _ change: @escaping @Sendable ([Recording.Step]) -> [Recording.Step]
    ) {
        (self.name, self.scenario, self.summary, self.change) = (name, scenario, summary, change)
    }

    /// The recording as it would be with this fault; refused where it changes nothing.
    package func planted(in recording: Recording) throws(PowerCutsError) -> Recording {
        var planted = recording
        planted.steps = change(recording.steps)
        guard planted.steps != recording.steps else {
            throw .cannot("plant '\(name)'", reason: "the scenario '\(scenario)' does not do what it changes")
        }
        return planted
    }
}

extension [Recording.Step] {
    /// Without the changes that `isLeftOut` says.
    func without(_ isLeftOut: (Change) -> Bool) -> [Recording.Step] { filter { !isLeftOut($0.change) } }

    /// With one change in place of another, or several.
    func replacing(_ replacement: (Change) -> [Change]?) -> [Recording.Step] {
        flatMap { step in
            (replacement(step.change) ?? [step.change]).map {
                Recording.Step(change: $0, circumstances: step.circumstances)
            }
        }
    }

    /// With each change that `isEarly` says moved behind the next one that `isLate` says.
    ///
    /// What was promised at a place stays promised there.
    func delaying(_ isEarly: (Change) -> Bool, behind isLate: (Change) -> Bool) -> [Recording.Step] {
        var (changes, waiting): ([Change], [Change]) = ([], [])
        for step in self {
            if isEarly(step.change) {
                waiting.append(step.change)
                continue
            }
            changes.append(step.change)
            if isLate(step.change) {
                changes += waiting
                waiting = []
            }
        }
        changes += waiting
        return zip(changes, self).map { Recording.Step(change: $0, circumstances: $1.circumstances) }
    }
}

extension Change {
    func isFlush(of isNamed: (String) -> Bool) -> Bool {
        if case .flush(let name) = self { return isNamed(name) }
        return false
    }

    func isFolderFlush(of folder: String) -> Bool { self == .flushFolder(folder) }

    func isWrite(to isNamed: (String) -> Bool) -> Bool {
        if case .write(let name, _, _) = self { return isNamed(name) }
        return false
    }

    func isRename(to isNamed: (String) -> Bool) -> Bool {
        if case .rename(_, let name) = self { return isNamed(name) }
        return false
    }

    func isRemoval(of isNamed: (String) -> Bool) -> Bool {
        if case .remove(let name) = self { return isNamed(name) }
        return false
    }
}

extension String {
    var isLedgerSegment: Bool { ownName.hasPrefix("entries-") }
    var isTemporary: Bool { ownName.hasPrefix(".") && ownName.hasSuffix(".new") }
    var isSlot: Bool { hasPrefix("disk/") && hasSuffix(".img") }
    var isBootEnvironment: Bool { self == "disk/grubenv" || self == "disk/uboot.env" }
}
