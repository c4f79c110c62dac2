import Platform
package import SystemPackage

/// Writes a first profile from what a machine has: the same text for the same machine, in the order of names.
package struct BoardScan {
    var tree: KernelTree
    var out = ProfileText()
    var names = PartNames()

    /// The text of a `board.toml` for the machine below `root`; it blocks for as long as drivers do.
    package static func profile(root: FilePath = "/") -> String {
        var scan = BoardScan(tree: KernelTree(root: root))
        for name in ["system", "watchdog", "rtc"] { scan.names.reserve(name) }
        scan.board()
        scan.system()
        scan.hwmon()
        scan.thermal()
        scan.cooling()
        scan.iio()
        scan.supplies()
        scan.storages()
        scan.networks()
        scan.leds()
        scan.watchdog()
        scan.rtc()
        scan.serials()
        return scan.out.text
    }

    private mutating func board() {
        out.comment("What this machine has, as 'aftercare hardware scan' found it. Give the parts the names that your")
        out.comment("people use, remove what does not matter, and narrow 'plausible' to what each part can have.")
        out.comment("docs/hardware.md has every section and key.")
        out.header("[board]")
        let places = MachineIdentity.places.first { $0.name == "board.model" }?.paths ?? []
        let model = places.lazy.compactMap { [tree] path in
            var tree = tree
            return try? tree.word(path)
        }.first
        out.pair("name", model ?? "unnamed board")
        if let maker = try? tree.word("/sys/class/dmi/id/sys_vendor") { out.pair("maker", maker) }
        if let compatible = try? tree.strings(MachineIdentity.compatible), let first = compatible.first {
            out.pair("compatible", [first])
        } else if let product = try? tree.word(MachineIdentity.product) {
            out.pair("compatible", [product])
        }
    }

    private mutating func system() {
        out.header("[system]")
        out.pair("reads", available(SystemPart(reads: SystemQuantity.allCases)))
    }

    /// The words of a part that this machine answers with anything but that it has no such thing.
    mutating func available<Part: ReadablePart>(_ part: Part) -> [String] {
        part.reads.filter { word in
            do throws(Lack) { _ = try part.value(word, &tree) } catch { return error != .absent }
            return true
        }.map(\.rawValue)
    }

    private mutating func hwmon() {
        // What zones and supplies have is theirs already; so is what a disk says of its own heat.
        let chips = tree.table(.hwmon).devices.filter { chip in
            !["/thermal_zone", "/power_supply/", "/nvme/"].contains { "\(chip.parent)/".contains($0) }
        }
        for chip in chips.sorted(by: { ($0.name, $0.path) < ($1.name, $1.path) }) {
            let channels = chip.files.compactMap { file -> (kind: HwmonChannel.Kind, number: Int)? in
                let channel =
                    if file.hasSuffix("_input") {
                        String(file.dropLast("_input".count))
                    } else if file.hasPrefix("power"), file.hasSuffix("_average") {
                        String(file.dropLast("_average".count))
                    } else { file }
                let (prefix, number) = channel.splitNumber
                guard let number, let kind = HwmonChannel.Kind(rawValue: prefix), (kind == .pwm) == (file == channel)
                else { return nil }
                return (kind, number)
            }
            let same = chips.filter { $0.name == chip.name }.map(\.parent)
            var written: Set<String> = []
            for (kind, number) in channels.sorted(by: { ($0.kind.rawValue, $0.number) < ($1.kind.rawValue, $1.number) })
            where written.insert("\(kind.rawValue)\(number)").inserted {
                let label = chip.labels[kind.rawValue]?.first { $0.value == number }?.key
                out.header("[[sensor]]", note: label.map { "labelled '\($0)'" })
                out.pair("name", names.name(chip.name, label ?? "\(kind.rawValue)\(number)"))
                out.pair("driver", "hwmon")
                out.pair("chip", chip.name)
                if same.count > 1 { out.pair("device", Self.end(of: chip.parent, among: same)) }
                out.pair("channel", "\(kind.rawValue)\(number)")
            }
        }
    }

    /// The shortest end of a path that none of the others has.
    private static func end(of path: String, among others: [String]) -> String {
        let parts = path.split(separator: "/")
        for count in 1..<max(2, parts.count) {
            let end = parts.suffix(count).joined(separator: "/")
            if others.filter({ $0.hasSuffix("/" + end) }).count == 1 { return end }
        }
        return parts.joined(separator: "/")
    }

    private mutating func thermal() {
        var counts: [String: Int] = [:]
        for zone in tree.table(.thermal).devices where zone.files.contains("temp") {
            let index = counts[zone.name, default: 0]
            counts[zone.name] = index + 1
            out.header("[[sensor]]")
            out.pair("name", names.name(zone.name, "temperature"))
            out.pair("driver", "thermal")
            out.pair("zone", zone.name)
            if index > 0 { out.pair("index", index) }
        }
    }

    private mutating func cooling() {
        var counts: [String: Int] = [:]
        for device in tree.table(.cooling).devices {
            let index = counts[device.name, default: 0]
            counts[device.name] = index + 1
            // One for each core: 'throttles' of [system] says the same once.
            guard device.name != "Processor" else { continue }
            out.header("[[sensor]]")
            out.pair("name", names.name(device.name, "cooling"))
            out.pair("driver", "cooling")
            out.pair("device", device.name)
            if index > 0 { out.pair("index", index) }
        }
    }

    private mutating func iio() {
        let devices = tree.table(.iio).devices
        for device in devices.sorted(by: { ($0.name, $0.path) < ($1.name, $1.path) }) {
            let channels = device.files.compactMap { file -> String? in
                guard file.hasPrefix("in_"), let end = ["_input", "_raw"].first(where: file.hasSuffix) else {
                    return nil
                }
                return String(file.dropFirst(3).dropLast(end.count))
            }
            let same = devices.filter { $0.name == device.name }.map(\.path)
            for channel in Set(channels).sorted()
            where IIOChannel.Kind(rawValue: String(channel.prefix { $0.isLetter })) != nil {
                out.header("[[sensor]]")
                out.pair("name", names.name(device.name, channel))
                out.pair("driver", "iio")
                out.pair("device", device.name)
                if same.count > 1 {
                    out.pair(
                        "path",
                        Self.end(of: device.parent, among: devices.filter { $0.name == device.name }.map(\.parent)))
                }
                out.pair("channel", channel)
            }
        }
    }
}
