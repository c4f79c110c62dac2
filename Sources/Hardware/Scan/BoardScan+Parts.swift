import SystemPackage

extension BoardScan {
    mutating func supplies() {
        let folder = "/sys/class/power_supply"
        for device in tree.names(in: folder) {
            let type = try? tree.word("\(folder)/\(device)/type")
            // The battery of a mouse says nothing about the device.
            guard (try? tree.word("\(folder)/\(device)/scope")) != "Device" else { continue }
            let kind: SupplyKind =
                switch type {
                case "Battery": .battery
                case "UPS": .ups
                case "Mains": .mains
                default: .usb
                }
            let supply = BoardProfile.Supply(name: "x", device: device, kind: kind, reads: SupplyQuantity.allCases)
            let reads = available(supply)
            guard !reads.isEmpty else { continue }
            out.header("[[supply]]")
            out.pair("name", names.name(kind == .battery ? "battery" : device))
            out.pair("device", device)
            out.pair("kind", kind.rawValue)
            out.pair("reads", reads)
        }
    }

    mutating func storages() {
        for device in tree.names(in: "/sys/class/block") {
            guard let kind = Self.storageKind(device), !tree.has("/sys/class/block/\(device)/partition") else {
                continue
            }
            let all = StorageQuantity.allCases.filter(kind.has)
            let reads = available(BoardProfile.StorageDevice(name: "x", device: device, kind: kind, reads: all))
            guard !reads.isEmpty else { continue }
            out.header("[[storage]]")
            out.pair("name", names.name(device))
            out.pair("device", device)
            out.pair("kind", kind.rawValue)
            out.pair("reads", reads)
        }
    }

    /// Nil for what is no medium of its own: loops, memory, mapped devices, the boot areas of an eMMC.
    private static func storageKind(_ device: String) -> StorageKind? {
        if device.hasPrefix("mmcblk") { return device.dropFirst(6).allSatisfy(\.isNumber) ? .mmc : nil }
        if device.hasPrefix("nvme") { return device.contains("c") ? nil : .nvme }
        if device.hasPrefix("sd") { return .scsi }
        let none = ["loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"]
        return none.contains(where: device.hasPrefix) ? nil : .block
    }

    mutating func networks() {
        // What has a device behind it: bridges, tunnels and the loopback have none.
        for interface in tree.names(in: "/sys/class/net") where tree.has("/sys/class/net/\(interface)/device") {
            let all = BoardProfile.Network(name: "x", interface: interface, reads: NetworkQuantity.allCases)
            out.header("[[network]]")
            out.pair("name", names.name(interface))
            out.pair("interface", interface)
            out.pair("reads", available(all))
        }
    }

    mutating func leds() {
        // The lamps of keyboards are numbered by the order in which these were plugged in.
        for device in tree.names(in: "/sys/class/leds") where !device.hasPrefix("input") {
            out.header("[[led]]")
            out.pair("name", names.name("led", device))
            out.pair("device", device)
            out.pair("reads", available(BoardProfile.LED(name: "x", device: device, reads: LEDQuantity.allCases)))
        }
    }

    mutating func watchdog() {
        let folder = "/sys/class/watchdog"
        guard let name = tree.names(in: folder).first else { return }
        let identity = try? tree.word("\(folder)/\(name)/identity")
        out.header("[watchdog]", note: identity.map { "It calls itself '\($0)'." })
        out.pair("device", "/dev/\(name)")
        let timeout = (try? tree.number("\(folder)/\(name)/timeout")).flatMap { Int(exactly: $0) } ?? 0
        out.pair("timeout", (1...86400).contains(timeout) ? timeout : 60)
        out.pair("fed-by", "systemd")
        let all = BoardProfile.Watchdog(
            device: FilePath("/dev/\(name)"), timeout: .seconds(60), pretimeout: nil, feeder: .systemd,
            reads: WatchdogQuantity.allCases)
        out.pair("reads", available(all))
    }

    mutating func rtc() {
        guard let device = tree.names(in: "/sys/class/rtc").first(where: { $0.hasPrefix("rtc") }) else { return }
        out.header("[rtc]")
        out.pair("device", device)
    }

    /// Ports are only named: what is wired to them nobody can find out here.
    mutating func serials() {
        let ports = tree.names(in: "/sys/class/tty").filter { name in
            let folder = "/sys/class/tty/\(name)"
            guard tree.has("\(folder)/device/driver") || tree.has("\(folder)/device") else { return false }
            // An 8250 that is not fitted is of the unknown type, 0.
            return (try? tree.number("\(folder)/type")) != 0
        }
        guard !ports.isEmpty else { return }
        out.header("# Serial ports: say who is at the other end, and take away the '#'.")
        for port in ports {
            out.comment("")
            out.comment("[[serial]]")
            out.comment("name = \"\(port.lowercased())\"")
            out.comment("path = \"/dev/\(port)\"")
            out.comment("role = \"service\"  # or \"peripheral\", \"therapy\"")
        }
    }
}
