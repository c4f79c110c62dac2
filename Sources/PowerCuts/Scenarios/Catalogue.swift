import TestSupport
package import Vocabulary

/// All scenarios of the sweep.
package struct Catalogue: Sendable {
    package let scenarios: [any Scenario]

    package init() throws {
        scenarios =
            try Self.updates(BundleShelf()) + [
                StoryScenario.documents, StoryScenario.configuration, LedgerScenario(), StoreScenario.database,
                StoreScenario.replacing, StoreScenario.deviceKey, StoreScenario.heartbeats,
            ]
    }

    private static func updates(_ bundles: BundleShelf) -> [UpdateScenario] {
        [
            UpdateScenario(
                name: "grub-update", summary: "GRUB: a good release is installed, tried, committed", bundles: bundles),
            UpdateScenario(
                name: "first-start", summary: "GRUB: the agent's first start ever, and then a good release",
                isNew: true,
                bundles: bundles),
            UpdateScenario(
                name: "grub-failing", summary: "GRUB: a release fails its self-test and is rolled back",
                image: TestImage("1.1.0", .failing), bundles: bundles),
            UpdateScenario(
                name: "grub-dead", summary: "GRUB: a release that does not boot, and the loader goes back",
                image: TestImage("1.1.0", .dead), bundles: bundles),
            UpdateScenario(
                name: "grub-again", summary: "GRUB: a second update, over the release before the last",
                image: TestImage("1.2.0"), before: [TestImage("1.1.0")], bundles: bundles),
            UpdateScenario(
                name: "grub-rollback", summary: "GRUB: a commanded way back from a committed release",
                before: [TestImage("1.1.0")], goesBack: true, bundles: bundles),
            UpdateScenario(
                name: "resumed", summary: "GRUB: an installation fails half-way, is offered again and resumed",
                trouble: .slot, bundles: bundles),
            UpdateScenario(
                name: "database-lost", summary: "GRUB: the database is found damaged, is made anew, and then an update",
                image: TestImage("1.2.0"), before: [TestImage("1.1.0")], trouble: .database, bundles: bundles),
            UpdateScenario(
                name: "uboot-update", summary: "U-Boot, one environment: a good release", loader: .ubootSingle,
                bundles: bundles),
            UpdateScenario(
                name: "uboot-redundant", summary: "U-Boot, two environments: a good release", loader: .ubootRedundant,
                bundles: bundles),
            UpdateScenario(
                name: "uboot-failing", summary: "U-Boot, two environments: a failed self-test and rollback",
                loader: .ubootRedundant, image: TestImage("1.1.0", .failing), bundles: bundles),
            UpdateScenario(
                name: "peripherals", summary: "GRUB: host and two peripherals change together",
                firmware: ["motor": .init("1.1.0"), "display": .init("1.1.1")], bundles: bundles),
            UpdateScenario(
                name: "peripheral-reverts", summary: "GRUB: a peripheral goes back, and all of the set with it",
                firmware: ["motor": .init("1.1.0", .reverts), "display": .init("1.1.1")], bundles: bundles),
        ]
    }

    /// The updates without peripherals, judged by the real daemon, whose clock is the machine's.
    package init(daemon: RealDaemon, now: Timestamp) throws {
        // Nothing may be signed in the future, and nobody's certificate have ended.
        let approvers = try Approvers(at: now.advanced(by: -120))
        scenarios =
            try Self.updates(BundleShelf()).filter(\.firmware.isEmpty).map { update in
                var update = update
                (update.approvers, update.daemon) = (approvers, daemon)
                return update
            }
    }

    /// The scenarios of these names, all of them for none.
    package func chosen(_ names: [String]) throws(PowerCutsError) -> [any Scenario] {
        for name in names where !scenarios.contains(where: { $0.name == name }) {
            throw .unknownScenario(name, known: scenarios.map(\.name))
        }
        return names.isEmpty ? scenarios : scenarios.filter { names.contains($0.name) }
    }
}
