package import Vocabulary

/// A boot loader that does what the scripts in `scripts/boot` do: for machines that have none, such as the virtual device.
package struct BootLoader<Scheme: BootScheme, Environment: BootEnvironment>: Sendable {
    private let scheme: Scheme
    private let environment: Environment

    package init(_ control: EnvironmentBootControl<Scheme, Environment>) {
        scheme = control.scheme
        environment = control.environment
    }

    /// Chooses a slot set, saves what counts its attempts and loads it; goes on to the next one while `load` says no.
    ///
    /// A trial whose attempt cannot be saved is not started. An environment that cannot be read is an empty one, as it is to both
    /// loaders. Gives nil where a technician is to decide.
    package func start(_ load: (SlotSet) -> Bool) -> SlotSet? {
        var failed: Set<SlotSet> = []
        while true {
            let decision = scheme.decide(variables(), failed: failed)
            guard case .slotSet(let set) = decision.choice else { return nil }
            if save(decision.saving), load(set) { return set }
            failed.insert(set)
        }
    }

    private func variables() -> BootVariables {
        do throws(BootControlError) {
            return try environment.read(scheme.names)
        } catch {
            return [:]
        }
    }

    private func save(_ variables: BootVariables) -> Bool {
        guard !variables.isEmpty else { return true }
        do throws(BootControlError) {
            try environment.change(scheme.names) { $0.merging(variables) { $1 } }
            return true
        } catch {
            return false
        }
    }
}
