import Platform
import SystemPackage

/// Classes of devices whose numbers change between boots, and which are found by what they call themselves.
enum DeviceClass: String, CaseIterable, Sendable {
    case hwmon, thermal, cooling, iio

    var folder: String {
        switch self {
        case .hwmon: "/sys/class/hwmon"
        case .thermal, .cooling: "/sys/class/thermal"
        case .iio: "/sys/bus/iio/devices"
        }
    }

    /// How the kernel's names begin, before their number.
    var prefix: String {
        switch self {
        case .hwmon: "hwmon"
        case .thermal: "thermal_zone"
        case .cooling: "cooling_device"
        case .iio: "iio:device"
        }
    }

    /// The attribute by which a device calls itself.
    var identity: String {
        switch self {
        case .hwmon, .iio: "name"
        case .thermal, .cooling: "type"
        }
    }
}

/// A device of one class as it is there now.
struct KernelDevice: Sendable {
    let number: Int
    /// What it calls itself.
    let name: String
    /// With links followed, so that it goes away with its device, and never becomes another one's.
    let path: String
    /// The names of its attributes.
    let files: Set<String>
    /// What hwmon channels are called: `temp1` by `Package id 0`, under the channel's kind.
    let labels: [String: [String: Int]]

    /// The device behind it: the path without the class's own last components.
    var parent: String {
        var path = FilePath(path).removingLastComponent()
        if path.lastComponent?.string == "hwmon" { path.removeLastComponent() }
        return path.string
    }
}

/// The devices of one class, in the order of the kernel's numbers, as they were at a time.
struct DeviceTable: Sendable {
    let devices: [KernelDevice]
    let time: UInt64
}

extension KernelTree {
    /// The devices of a class, looked up again when what is known has aged.
    mutating func table(_ kind: DeviceClass, olderThan age: UInt64 = lifetime) -> DeviceTable {
        let now = monotonicNanoseconds()
        if let known = devices[kind], now &- known.time < age { return known }
        let table = DeviceTable(devices: lookUp(kind), time: now)
        devices[kind] = table
        return table
    }

    private mutating func lookUp(_ kind: DeviceClass) -> [KernelDevice] {
        var found: [KernelDevice] = []
        for entry in names(in: kind.folder) where entry.hasPrefix(kind.prefix) {
            guard let number = Int(entry.dropFirst(kind.prefix.count)) else { continue }
            let path = resolved("\(kind.folder)/\(entry)")
            guard let name = try? text("\(path)/\(kind.identity)") else { continue }
            let files = names(in: path)
            found.append(
                KernelDevice(
                    number: number, name: name, path: path, files: Set(files),
                    labels: kind == .hwmon ? labels(in: path, files) : [:]))
        }
        return found.sorted { $0.number < $1.number }
    }

    private mutating func labels(in path: String, _ files: [String]) -> [String: [String: Int]] {
        var labels: [String: [String: Int]] = [:]
        for file in files where file.hasSuffix("_label") {
            let (kind, number) = String(file.dropLast("_label".count)).splitNumber
            guard let number, let label = try? text("\(path)/\(file)") else { continue }
            // Of two channels with the same label neither is meant.
            let other = labels[kind]?[label]
            labels[kind, default: [:]][label] = other == nil ? number : -1
        }
        return labels
    }

    /// Reads a device's attribute; where it is gone, looks once more where the device is now.
    mutating func read<Value>(
        _ query: DeviceQuery, _ body: (inout KernelTree, KernelDevice) throws(Lack) -> Value
    ) throws(Lack) -> Value {
        do {
            return try body(&self, try query.device(in: table(query.kind)))
        } catch {
            guard error == .absent, let known = devices[query.kind],
                monotonicNanoseconds() &- known.time > Self.patience
            else { throw error }
            return try body(&self, try query.device(in: table(query.kind, olderThan: 0)))
        }
    }
}

/// Which device of a class is meant.
enum DeviceQuery: Sendable {
    /// The only one of this name, or the only one whose path ends so; `key` is where a profile would say that.
    case named(DeviceClass, String, at: String?, key: String)
    /// The one of this type that is the `index`-th in the order of the kernel's numbers.
    case numbered(DeviceClass, String, index: Int)

    var kind: DeviceClass {
        switch self {
        case .named(let kind, _, _, _), .numbered(let kind, _, _): kind
        }
    }

    fileprivate func device(in table: DeviceTable) throws(Lack) -> KernelDevice {
        switch self {
        case .named(_, let name, let end, let key):
            let same = table.devices.filter { device in
                device.name == name && (end.map { device.parent == $0 || device.parent.hasSuffix("/" + $0) } ?? true)
            }
            guard same.count <= 1 else {
                throw .unreadable("\(same.count) devices are called '\(name)'; the profile must name one by '\(key)'")
            }
            guard let device = same.first else { throw .absent }
            return device
        case .numbered(_, let type, let index):
            let same = table.devices.filter { $0.name == type }
            guard index < same.count else { throw .absent }
            return same[index]
        }
    }
}
