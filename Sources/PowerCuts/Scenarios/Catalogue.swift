/// All scenarios of the sweep.
package struct Catalogue: Sendable {
    package let scenarios: [any Scenario]

    package init() throws {
        let bundles = try BundleShelf()
        scenarios = [
            UpdateScenario(name: "grub-update", summary: "GRUB: a good release is installed, tried, committed", bundles: bundles)
        ]
    }

    /// The scenarios of these names, all of them for none.
    package func chosen(_ names: [String]) throws(PowerCutsError) -> [any Scenario] {
        for name in names where !scenarios.contains(where: { $0.name == name }) {
            throw .unknownScenario(name, known: scenarios.map(\.name))
        }
        return names.isEmpty ? scenarios : scenarios.filter { names.contains($0.name) }
    }
}
