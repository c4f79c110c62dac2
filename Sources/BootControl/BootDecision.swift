package import Vocabulary

/// The loader's variables by name: only those that the scheme in use knows.
package typealias BootVariables = [String: String]

/// What a boot loader does next.
package struct BootDecision: Equatable, Sendable {
    package enum Choice: Equatable, Sendable {
        case slotSet(SlotSet)
        /// Nothing is left to boot: a menu or a prompt where a technician decides.
        case technician
    }

    package let choice: Choice
    /// The variables to save before the choice is loaded; empty where nothing is counted.
    package let saving: BootVariables

    package init(_ choice: Choice, saving: BootVariables = [:]) {
        self.choice = choice
        self.saving = saving
    }
}

/// What one boot loader's variables mean: the pure half of boot control.
///
/// `decide` is the specification of the boot scripts in `scripts/boot`; the tests compare the two over all states.
package protocol BootScheme: Sendable {
    var slotSets: [SlotSet] { get }
    /// How often a trial is started.
    var attempts: Int { get }
    /// The names of all variables that this scheme reads or writes.
    var names: [String] { get }

    func status(_ variables: BootVariables) -> BootStatus

    /// What the loader does with these variables, after the sets in `failed` could not be loaded in this same boot.
    func decide(_ variables: BootVariables, failed: Set<SlotSet>) -> BootDecision

    /// The variables of a new device whose set `confirmed` holds the only system.
    func initial(confirmed: SlotSet) -> BootVariables

    /// What the variables become when `set` is activated; `confirmed` is another set.
    func activating(_ set: SlotSet, confirmed: SlotSet, in variables: BootVariables) -> BootVariables

    /// What the variables become when `set` is committed; `confirmed` is what was confirmed before.
    func committing(_ set: SlotSet, confirmed: SlotSet?, in variables: BootVariables) -> BootVariables

    /// What the variables become when `set` is abandoned; `confirmed` is another set.
    func abandoning(_ set: SlotSet, confirmed: SlotSet, in variables: BootVariables) -> BootVariables
}

/// Where a boot loader's variables are kept: the half of boot control that touches the medium.
package protocol BootEnvironment: Sendable {
    /// The values of those of `names` that are set.
    func read(_ names: [String]) throws(BootControlError) -> BootVariables

    /// Gives the variables `names` the values that `change` makes of them, and leaves all others as they are.
    ///
    /// One durable write, read back, or none where nothing changes. No other program of ours comes in between.
    func change(
        _ names: [String], _ change: (BootVariables) throws(BootControlError) -> BootVariables
    ) throws(BootControlError)

    /// Makes an environment with these variables in place of whatever is there: for factories and for virtual devices.
    func create(_ variables: BootVariables) throws(BootControlError)
}
