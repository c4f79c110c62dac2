import SystemPackage

extension SensorSource {
    /// Whose hanging reads take each other along: one driver behind one device.
    var group: String {
        switch self {
        case .hwmon(let channel): "hwmon \(channel.chip) \(channel.device ?? "")"
        case .thermal(let zone): "thermal \(zone.type) \(zone.index)"
        case .cooling(let device): "cooling \(device.type) \(device.index)"
        case .iio(let channel): "iio \(channel.device) \(channel.path ?? "")"
        case .file(let path): "file \(path)"
        }
    }

    /// Where it comes from, as a person finds it again.
    var origin: String {
        switch self {
        case .hwmon(let channel):
            switch channel.selector {
            case .number(let number): "hwmon \(channel.chip) \(channel.kind.rawValue)\(number)"
            case .label(let label): "hwmon \(channel.chip) '\(label)'"
            }
        case .thermal(let zone): "thermal \(zone.type)" + (zone.index > 0 ? " \(zone.index)" : "")
        case .cooling(let device): "cooling \(device.type)" + (device.index > 0 ? " \(device.index)" : "")
        case .iio(let channel): "iio \(channel.device) \(channel.channel)"
        case .file(let path): path.string
        }
    }

    /// The number in the driver's own unit.
    func number(_ tree: inout KernelTree) throws(Lack) -> Double {
        switch self {
        case .hwmon(let channel): try channel.number(&tree)
        case .thermal(let zone):
            try tree.read(.numbered(.thermal, zone.type, index: zone.index)) { (tree, device) throws(Lack) in
                try tree.number("\(device.path)/temp") / 1000
            }
        case .cooling(let cooling):
            try tree.read(.numbered(.cooling, cooling.type, index: cooling.index)) { (tree, device) throws(Lack) in
                let most = try tree.number("\(device.path)/max_state")
                guard most > 0 else { throw .unreadable("\(most.plain) (\(device.path)/max_state)") }
                return try tree.number("\(device.path)/cur_state") / most * 100
            }
        case .iio(let channel): try channel.number(&tree)
        case .file(let path): try tree.number(path.string)
        }
    }
}

extension HwmonChannel {
    fileprivate func number(_ tree: inout KernelTree) throws(Lack) -> Double {
        try tree.read(.named(.hwmon, chip, at: device, key: "device")) { (tree, device) throws(Lack) in
            let name = try name(on: device)
            if device.files.contains("\(name)_fault"), try tree.number("\(device.path)/\(name)_fault") != 0 {
                throw .unreadable("the chip says that the sensor is broken (\(device.path)/\(name)_fault)")
            }
            return try tree.number("\(device.path)/\(attribute(of: name, on: device))") * kind.scale
        }
    }

    /// The channel's name on this chip: `temp1`.
    private func name(on device: KernelDevice) throws(Lack) -> String {
        switch selector {
        case .number(let number): return "\(kind.rawValue)\(number)"
        case .label(let label):
            guard let number = device.labels[kind.rawValue]?[label] else { throw .absent }
            guard number >= 0 else {
                throw .unreadable("several channels are labelled '\(label)'; name one by its number (\(device.path))")
            }
            return "\(kind.rawValue)\(number)"
        }
    }

    private func attribute(of name: String, on device: KernelDevice) -> String {
        switch kind {
        case .pwm: name
        // Power meters give one or the other.
        case .power where !device.files.contains("\(name)_input"): "\(name)_average"
        default: "\(name)_input"
        }
    }
}

extension IIOChannel {
    fileprivate func number(_ tree: inout KernelTree) throws(Lack) -> Double {
        try tree.read(.named(.iio, device, at: path, key: "path")) { (tree, device) throws(Lack) in
            if device.files.contains("in_\(channel)_input") {
                return try tree.number("\(device.path)/in_\(channel)_input") * kind.scale
            }
            let raw = try tree.number("\(device.path)/in_\(channel)_raw")
            guard kind.unit != .one else { return raw }
            guard let scale = try shared("scale", on: device, &tree) else {
                throw .unreadable("it has no scale, so its unit is not known (\(device.path)/in_\(channel)_raw)")
            }
            let offset = try shared("offset", on: device, &tree) ?? 0
            return (raw + offset) * scale * kind.scale
        }
    }

    /// An attribute of this channel, or of all channels of its kind.
    private func shared(
        _ attribute: String, on device: KernelDevice, _ tree: inout KernelTree
    ) throws(Lack) -> Double? {
        // Differential channels share a name of both halves: in_voltage-voltage_scale.
        let common = channel.split(separator: "-").map { $0.prefix { $0.isLetter } }.joined(separator: "-")
        for name in ["in_\(channel)_\(attribute)", "in_\(common)_\(attribute)", "in_\(kind.rawValue)_\(attribute)"]
        where device.files.contains(name) {
            return try tree.number("\(device.path)/\(name)")
        }
        return nil
    }
}
