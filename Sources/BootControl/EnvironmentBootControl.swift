package import Vocabulary

/// Boot control by variables that the boot loader reads and writes too.
package struct EnvironmentBootControl<Scheme: BootScheme, Environment: BootEnvironment>: BootControl {
    package let scheme: Scheme
    package let environment: Environment

    package init(scheme: Scheme, environment: Environment) {
        self.scheme = scheme
        self.environment = environment
    }

    package var slotSets: [SlotSet] { scheme.slotSets }

    package func status() throws(BootControlError) -> BootStatus {
        scheme.status(try environment.read(scheme.names))
    }

    package func activate(_ set: SlotSet) throws(BootControlError) {
        try environment.change(scheme.names) { (variables) throws(BootControlError) in
            scheme.activating(set, confirmed: try confirmed(besides: set, in: variables), in: variables)
        }
    }

    package func commit(_ set: SlotSet) throws(BootControlError) {
        guard slotSets.contains(set) else { throw .unknownSlotSet(set, known: slotSets) }
        try environment.change(scheme.names) { (variables) throws(BootControlError) in
            scheme.committing(set, confirmed: scheme.status(variables).confirmed, in: variables)
        }
    }

    package func abandon(_ set: SlotSet) throws(BootControlError) {
        try environment.change(scheme.names) { (variables) throws(BootControlError) in
            scheme.abandoning(set, confirmed: try confirmed(besides: set, in: variables), in: variables)
        }
    }

    /// Makes the environment of a new device whose set `confirmed` holds the only system.
    package func create(confirmed: SlotSet) throws(BootControlError) {
        guard slotSets.contains(confirmed) else { throw .unknownSlotSet(confirmed, known: slotSets) }
        try environment.create(scheme.initial(confirmed: confirmed))
    }

    private func confirmed(besides set: SlotSet, in variables: BootVariables) throws(BootControlError) -> SlotSet {
        guard slotSets.contains(set) else { throw .unknownSlotSet(set, known: slotSets) }
        guard let confirmed = scheme.status(variables).confirmed else { throw .nothingConfirmed }
        guard confirmed != set else { throw .isConfirmed(set) }
        return confirmed
    }
}
