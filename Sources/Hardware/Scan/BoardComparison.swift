import Platform
import SystemPackage

/// Something that a profile names and this machine has not, or has differently.
package struct ProfileWarning: Equatable, Sendable {
    /// What it is about: a name of the profile, or a section.
    package let subject: String
    package let reason: String
}

extension Board {
    /// Compares the profile with the machine: everything is asked for once.
    package func warnings() async -> [ProfileWarning] {
        let tree = KernelTree(root: root)
        var warnings: [ProfileWarning] = []
        func warn(_ subject: String, _ reason: String) {
            warnings.append(ProfileWarning(subject: subject, reason: reason))
        }
        if !profile.compatible.isEmpty, !isCompatible(tree) {
            warn("board", "this machine is none of \(profile.compatible.joined(separator: ", "))")
        }
        for sample in await read() {
            switch sample.reading {
            case .good, .stale: break
            case .absent: warn(sample.indicator.name, "not there: \(origin(of: sample.indicator))")
            case .unreadable(let reason), .implausible(let reason): warn(sample.indicator.name, reason)
            }
        }
        for serial in profile.serials where !tree.has(serial.path.string) {
            warn(serial.name, "not there: \(serial.path)")
        }
        if let watchdog = profile.watchdog, !tree.has(watchdog.device.string) {
            warn("watchdog", "not there: \(watchdog.device)")
        }
        for led in profile.leds where led.reads.isEmpty && !tree.has(led.folder) {
            warn(led.name, "not there: \(led.folder)")
        }
        return warnings
    }

    private func isCompatible(_ tree: KernelTree) -> Bool {
        var tree = tree
        var found = (try? tree.strings(MachineIdentity.compatible)) ?? []
        if let product = try? tree.word(MachineIdentity.product) { found.append(product) }
        return profile.compatible.contains(where: found.contains)
    }
}
