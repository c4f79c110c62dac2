package import Platform
package import SystemPackage
package import Vocabulary

/// Boot control by GRUB's environment block and the variables of RAUC's GRUB integration.
package typealias GRUBBootControl = EnvironmentBootControl<GRUBScheme, GRUBEnvironment>

extension GRUBBootControl {
    /// `environment` is the path of the environment block, most often `/boot/grub/grubenv`.
    package init(environment: FilePath, slotSets: [SlotSet], attempts: Int = 3, storage: Storage) {
        self.init(
            scheme: GRUBScheme(slotSets: slotSets, attempts: attempts),
            environment: GRUBEnvironment(path: environment, storage: storage))
    }
}
