package import Platform
package import Vocabulary

/// Boot control by U-Boot's environment and the variables of RAUC's U-Boot integration.
package typealias UBootBootControl = EnvironmentBootControl<UBootScheme, UBootEnvironment>

extension UBootBootControl {
    package init(copies: UBootEnvironment.Copies, slotSets: [SlotSet], attempts: Int = 3, storage: Storage) {
        self.init(
            scheme: UBootScheme(slotSets: slotSets, attempts: attempts),
            environment: UBootEnvironment(copies: copies, storage: storage))
    }
}
