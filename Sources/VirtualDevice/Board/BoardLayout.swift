import Hardware
import SystemPackage

/// Makes the folders, links and unchanging files of a profile's board, and finds the place of every indicator.
///
/// The layout is that of the kernel's drivers: classes hold links to devices, which hold the attributes.
struct BoardLayout {
    let profile: BoardProfile
    let files: BoardFiles
    private(set) var places: [BoardPlace] = []

    /// GPIO lines are ioctls on a device, which no file can stand in for, so they are absent.
    static func make(_ profile: BoardProfile, in files: BoardFiles) throws(VirtualDeviceError) -> [BoardPlace] {
        var layout = BoardLayout(profile: profile, files: files)
        try layout.addChips()
        try layout.addThermal()
        try layout.addIIO()
        try layout.addFiles()
        for supply in profile.supplies { try layout.add(supply) }
        for storage in profile.storages { try layout.add(storage) }
        for network in profile.networks { try layout.add(network) }
        for led in profile.leds { try layout.add(led) }
        try layout.addMachine()
        return layout.places
    }

    init(profile: BoardProfile, files: BoardFiles) {
        self.profile = profile
        self.files = files
    }

    mutating func add(_ place: BoardPlace) throws(VirtualDeviceError) {
        try files.make(FilePath(place.path).removingLastComponent().string)
        try files.write(place.path, place.text(place.start))
        places.append(place)
    }

    /// A file that nothing changes.
    func fix(_ path: String, _ text: String) throws(VirtualDeviceError) {
        try files.make(FilePath(path).removingLastComponent().string)
        try files.write(path, text + "\n")
    }

    private mutating func addChips() throws(VirtualDeviceError) {
        var chips: [(chip: String, device: String?)] = []
        var taken: [String: Set<Int>] = [:]
        for sensor in profile.sensors {
            guard case .hwmon(let channel) = sensor.source else { continue }
            if case .number(let number) = channel.selector { taken[channel.place, default: []].insert(number) }
            if !chips.contains(where: { $0.chip == channel.chip && $0.device == channel.device }) {
                chips.append((channel.chip, channel.device))
            }
        }
        for (index, chip) in chips.enumerated() {
            let device = "/sys/devices/\(chip.device ?? "platform/\(chip.chip).\(index)")/hwmon/hwmon\(index)"
            try fix("\(device)/name", chip.chip)
            try files.link("/sys/class/hwmon/hwmon\(index)", to: device)
            for sensor in profile.sensors {
                guard case .hwmon(let channel) = sensor.source, channel.chip == chip.chip,
                    channel.device == chip.device
                else { continue }
                let name: String
                switch channel.selector {
                case .number(let number): name = "\(channel.kind.rawValue)\(number)"
                case .label(let label):
                    let number = (1...).first { !(taken[channel.place]?.contains($0) ?? false) } ?? 1
                    taken[channel.place, default: []].insert(number)
                    name = "\(channel.kind.rawValue)\(number)"
                    try fix("\(device)/\(name)_label", label)
                }
                let attribute = channel.kind == .pwm ? name : "\(name)_input"
                try add(sensor.place("\(device)/\(attribute)", scale: channel.kind.scale))
            }
        }
    }

    private mutating func addThermal() throws(VirtualDeviceError) {
        // The kernel's numbers run over all types, so devices of one type are made in the order of their index.
        var (zones, coolers): ([String], [String]) = ([], [])
        for sensor in profile.sensors.sorted(by: { $0.source.index < $1.source.index }) {
            switch sensor.source {
            case .thermal(let zone):
                let device = try addNumbered(zone.type, zone.index, "thermal_zone", &zones, ["temp": "45000"])
                try add(sensor.place("\(device)/temp", scale: 1e-3))
            case .cooling(let cooling):
                let fixed = ["max_state": "100", "cur_state": "0"]
                let device = try addNumbered(cooling.type, cooling.index, "cooling_device", &coolers, fixed)
                try add(sensor.place("\(device)/cur_state", scale: 1))
            default: continue
            }
        }
    }

    /// Makes the `index`-th device of a type, and those before it that the profile does not name; gives its folder.
    private func addNumbered(
        _ type: String, _ index: Int, _ prefix: String, _ known: inout [String], _ attributes: [String: String]
    ) throws(VirtualDeviceError) -> String {
        var device = ""
        repeat {
            device = "/sys/devices/virtual/thermal/\(prefix)\(known.count)"
            try fix("\(device)/type", type)
            for (name, text) in attributes { try fix("\(device)/\(name)", text) }
            try files.link("/sys/class/thermal/\(prefix)\(known.count)", to: device)
            known.append(type)
        } while known.count(where: { $0 == type }) <= index
        return device
    }

    private mutating func addIIO() throws(VirtualDeviceError) {
        var devices: [String] = []
        for sensor in profile.sensors {
            guard case .iio(let channel) = sensor.source else { continue }
            let identity = "\(channel.device) \(channel.path ?? "")"
            let number = devices.firstIndex(of: identity) ?? devices.count
            let device = "/sys/devices/\(channel.path ?? "platform/\(channel.device).\(number)")/iio:device\(number)"
            if number == devices.count {
                devices.append(identity)
                try fix("\(device)/name", channel.device)
                try files.link("/sys/bus/iio/devices/iio:device\(number)", to: device)
            }
            let isCount = channel.kind.unit == .one
            if !isCount { try fix("\(device)/in_\(channel.channel)_scale", "0.010000000") }
            let scale = isCount ? 1 : 0.01 * channel.kind.scale
            try add(sensor.place("\(device)/in_\(channel.channel)_raw", scale: scale))
        }
    }

    private mutating func addFiles() throws(VirtualDeviceError) {
        for sensor in profile.sensors {
            guard case .file(let path) = sensor.source else { continue }
            try add(sensor.place(path.string, scale: 1))
        }
    }
}

extension HwmonChannel {
    fileprivate var place: String { "\(chip) \(device ?? "") \(kind.rawValue)" }
}

extension SensorSource {
    fileprivate var index: Int {
        switch self {
        case .thermal(let zone): zone.index
        case .cooling(let cooling): cooling.index
        default: 0
        }
    }
}

extension BoardProfile.Sensor {
    /// The file's number is `value` turned back through the profile's scale and the driver's.
    fileprivate func place(_ path: String, scale driver: Double) -> BoardPlace {
        let indicator = Indicator(name: name, unit: unit)
        guard unit != .word else { return .word(indicator, path, start: "ok") }
        if case .file = source, scale == 1 {
            return BoardPlace(indicator: indicator, path: path, start: .number(usual)) { [offset] value in
                value.isWord ? value.words + "\n" : "\(value.number - offset)\n"
            }
        }
        return .whole(indicator, path, start: usual, scale: scale * driver, offset: offset)
    }

    /// A value that such a sensor has on a good day, within what the profile calls plausible.
    private var usual: Double {
        let usual: Double =
            switch unit {
            case .celsius: 45
            case .volt: 5
            case .ampere: 0.5
            case .watt: 4
            case .rotationsPerMinute: 2400
            case .percent: 40
            case .pascal: 101_325
            case .lux: 300
            default: 1
            }
        return plausible.contains(usual) ? usual : (plausible.lowerBound + plausible.upperBound) / 2
    }
}

extension Reading.Value {
    fileprivate var isWord: Bool {
        if case .word = self { true } else { false }
    }
}
