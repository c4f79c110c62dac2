import Platform
import SystemPackage

/// A word that says which machine this is: it does not change while it runs.
package struct Fact: Hashable, Sendable {
    /// Lower case with dots between the parts: `board.model`, `emmc.firmware`.
    package let name: String
    package let value: String
}

extension Board {
    /// Who this machine and its parts say they are, sorted by name; what is not said is left out.
    ///
    /// Gives up with what it has when a driver does not come back in `time`.
    package func facts(within time: Duration = .seconds(2)) async -> [Fact] {
        let (profile, root) = (profile, root)
        let found = await Attempt.run(within: time) {
            await BlockingThread.run("board facts") { Self.facts(of: profile, root: root) }
        }
        return found ?? []
    }

    private static func facts(of profile: BoardProfile, root: FilePath) -> [Fact] {
        var tree = KernelTree(root: root)
        var facts: [Fact] = [Fact(name: "board.profile", value: profile.name)]
        func add(_ name: String, _ path: String) {
            if let value = try? tree.word(path) { facts.append(Fact(name: name, value: value)) }
        }
        for (name, paths) in MachineIdentity.places {
            for path in paths where facts.last?.name != name { add(name, path) }
        }
        if let compatible = try? tree.strings(MachineIdentity.compatible), !compatible.isEmpty {
            facts.append(Fact(name: "board.compatible", value: compatible.joined(separator: " ")))
        }
        for storage in profile.storages {
            guard let folder = try? storage.folder(tree) else { continue }
            let device = storage.controller(folder, tree)
            for (word, attributes) in storage.kind.identity {
                for attribute in attributes where facts.last?.name != "\(storage.name).\(word)" {
                    add("\(storage.name).\(word)", "\(device)/\(attribute)")
                }
            }
        }
        for network in profile.networks {
            add("\(network.name).address", "/sys/class/net/\(network.interface)/address")
        }
        for supply in profile.supplies {
            for (word, attribute) in [("maker", "manufacturer"), ("model", "model_name"), ("serial", "serial_number")] {
                add("\(supply.name).\(word)", "/sys/class/power_supply/\(supply.device)/\(attribute)")
            }
        }
        if let watchdog = profile.watchdog {
            add("watchdog.identity", "\(watchdog.folder)/identity")
            add("watchdog.no-way-out", "\(watchdog.folder)/nowayout")
        }
        if let rtc = profile.rtc {
            add("rtc.name", "/sys/class/rtc/\(rtc.device)/name")
            add("rtc.sets-clock", "/sys/class/rtc/\(rtc.device)/hctosys")
        }
        return facts.sorted { $0.name < $1.name }
    }
}

/// Where a machine says who it is: the devicetree on boards that have one, else DMI.
enum MachineIdentity {
    static let compatible = "/proc/device-tree/compatible"
    static let product = "/sys/class/dmi/id/product_name"

    /// For each fact the places that may have it, the first that does decides.
    static let places: [(name: String, paths: [String])] = [
        ("board.model", ["/proc/device-tree/model", product]),
        ("board.serial", ["/proc/device-tree/serial-number", "/sys/class/dmi/id/product_serial"]),
        ("board.maker", ["/sys/class/dmi/id/sys_vendor"]),
        ("board.firmware", ["/sys/class/dmi/id/bios_version"]),
        ("board.mainboard", ["/sys/class/dmi/id/board_name"]),
        ("boot.id", ["/proc/sys/kernel/random/boot_id"]),
        ("kernel.release", ["/proc/sys/kernel/osrelease"]),
    ]
}

extension StorageKind {
    /// The attributes of the disk's device that say which one it is.
    fileprivate var identity: [(word: String, attributes: [String])] {
        switch self {
        case .mmc:
            [
                ("model", ["name"]), ("maker", ["manfid"]), ("serial", ["serial"]), ("firmware", ["fwrev"]),
                ("date", ["date"]), ("cid", ["cid"]),
            ]
        case .nvme: [("model", ["model"]), ("serial", ["serial"]), ("firmware", ["firmware_rev"])]
        case .scsi: [("maker", ["vendor"]), ("model", ["model"]), ("firmware", ["rev"])]
        case .block: []
        }
    }
}
