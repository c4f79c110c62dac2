package import Vocabulary

/// What the boot loader will do, read from its variables.
package struct BootStatus: Equatable, Sendable {
    /// The set that boots when there is no trial; nil on a device that was never committed by us.
    package let confirmed: SlotSet?
    /// The set that stands before the confirmed one: armed, running, or out of attempts; not committed and not abandoned.
    package let trial: SlotSet?
    /// The sets in the order in which the loader considers them.
    package let order: [SlotSet]
    private let attempts: [SlotSet: Int]
    private let bootable: Set<SlotSet>

    package init(
        confirmed: SlotSet?, trial: SlotSet?, order: [SlotSet], attempts: [SlotSet: Int], bootable: Set<SlotSet>
    ) {
        self.confirmed = confirmed
        self.trial = trial
        self.order = order
        self.attempts = attempts
        self.bootable = bootable
    }

    /// How often the loader will still start `set` before it is committed; says nothing of the confirmed one.
    package func attemptsLeft(_ set: SlotSet) -> Int { attempts[set] ?? 0 }

    /// Whether the loader would start `set` at all, if those before it cannot be loaded.
    package func isBootable(_ set: SlotSet) -> Bool { bootable.contains(set) }
}
