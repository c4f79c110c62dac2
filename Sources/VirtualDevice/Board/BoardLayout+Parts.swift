import Hardware
import SystemPackage

// Parts that say several things, each in the layout of its class.
extension BoardLayout {
    mutating func add(_ supply: BoardProfile.Supply) throws(VirtualDeviceError) {
        let folder = "/sys/class/power_supply/\(supply.device)"
        try fix("\(folder)/type", supply.kind.name)
        try fix("\(folder)/present", "1")
        for quantity in supply.reads {
            let indicator = Indicator(name: "\(supply.name).\(quantity.rawValue)", unit: quantity.unit)
            func number(_ attribute: String, _ start: Double, _ scale: Double = 1) throws(VirtualDeviceError) {
                try add(.whole(indicator, "\(folder)/\(attribute)", start: start, scale: scale))
            }
            switch quantity {
            case .status: try add(.word(indicator, "\(folder)/status", start: "Full"))
            case .health: try add(.word(indicator, "\(folder)/health", start: "Good"))
            case .levelName: try add(.word(indicator, "\(folder)/capacity_level", start: "Full"))
            case .present: try number("present", 1)
            case .online: try number("online", 1)
            case .level: try number("capacity", 100)
            case .condition:
                try fix("\(folder)/energy_full_design", "50000000")
                try number("energy_full", 98, 1e-6 * 100 / 50)
            case .cycles: try number("cycle_count", 12)
            case .voltage: try number("voltage_now", 12.4, 1e-6)
            case .current: try number("current_now", 0.2, 1e-6)
            case .power: try number("power_now", 2.5, 1e-6)
            case .temperature: try number("temp", 28, 0.1)
            case .chargeNow: try number("charge_now", 4, 1e-6)
            case .chargeFull: try number("charge_full", 4, 1e-6)
            case .chargeFullDesign: try number("charge_full_design", 4.1, 1e-6)
            case .energyNow: try number("energy_now", 49, 1e-6)
            case .energyFull: try number("energy_full", 49, 1e-6)
            case .energyFullDesign: try number("energy_full_design", 50, 1e-6)
            case .timeToEmpty: try number("time_to_empty_now", 7200)
            }
        }
    }

    mutating func add(_ storage: BoardProfile.StorageDevice) throws(VirtualDeviceError) {
        let disk = FilePath(storage.device).lastComponent?.string ?? storage.device
        let device = "/sys/devices/virtual-storage/\(disk)-device"
        let block = "\(device)/block/\(disk)"
        try files.make(block)
        try files.link("/sys/class/block/\(disk)", to: block)
        try files.link("\(block)/device", to: device)
        if storage.device.hasPrefix("/dev/") { try fix(storage.device, "") }
        for quantity in storage.reads {
            let indicator = Indicator(name: "\(storage.name).\(quantity.rawValue)", unit: quantity.unit)
            switch quantity {
            case .lifeUsed, .lifeUsedA, .lifeUsedB:
                try add(.life(indicator, "\(device)/life_time", quantity))
            case .endOfLife:
                try add(
                    BoardPlace(indicator: indicator, path: "\(device)/pre_eol_info", start: .word("normal")) { value in
                        ["normal": "0x01", "warning": "0x02", "urgent": "0x03"][value.words, default: "0x00"] + "\n"
                    })
            case .state: try add(.word(indicator, "\(device)/state", start: storage.kind == .nvme ? "live" : "running"))
            case .temperature: try add(.whole(indicator, "\(device)/hwmon99/temp1_input", start: 42, scale: 1e-3))
            case .ioErrors:
                try add(
                    BoardPlace(indicator: indicator, path: "\(device)/ioerr_cnt", start: .number(0)) { value in
                        "0x\(String(UInt64(max(0, min(9e18, value.number))), radix: 16))\n"
                    })
            case .size: try add(.whole(indicator, "\(block)/size", start: 8e9, scale: 512))
            case .isReadOnly: try add(.whole(indicator, "\(block)/ro", start: 0))
            default: try add(.traffic(indicator, "\(block)/stat", quantity))
            }
        }
    }

    mutating func add(_ network: BoardProfile.Network) throws(VirtualDeviceError) {
        let folder = "/sys/class/net/\(network.interface)"
        for quantity in network.reads {
            let indicator = Indicator(name: "\(network.name).\(quantity.rawValue)", unit: quantity.unit)
            switch quantity {
            case .state: try add(.word(indicator, "\(folder)/operstate", start: "up"))
            case .duplex: try add(.word(indicator, "\(folder)/duplex", start: "full"))
            case .carrier: try add(.whole(indicator, "\(folder)/carrier", start: 1))
            case .speed: try add(.whole(indicator, "\(folder)/speed", start: 1000))
            case .carrierChanges: try add(.whole(indicator, "\(folder)/carrier_changes", start: 2))
            case .bytesReceived: try add(.whole(indicator, "\(folder)/statistics/rx_bytes", start: 0))
            case .bytesSent: try add(.whole(indicator, "\(folder)/statistics/tx_bytes", start: 0))
            case .receiveErrors: try add(.whole(indicator, "\(folder)/statistics/rx_errors", start: 0))
            case .sendErrors: try add(.whole(indicator, "\(folder)/statistics/tx_errors", start: 0))
            case .receiveDrops: try add(.whole(indicator, "\(folder)/statistics/rx_dropped", start: 0))
            case .sendDrops: try add(.whole(indicator, "\(folder)/statistics/tx_dropped", start: 0))
            }
        }
    }

    mutating func add(_ led: BoardProfile.LED) throws(VirtualDeviceError) {
        let folder = "/sys/class/leds/\(led.device)"
        try fix("\(folder)/max_brightness", "100")
        try fix("\(folder)/brightness", "0")
        try fix("\(folder)/trigger", "[none] heartbeat timer")
        for quantity in led.reads {
            let indicator = Indicator(name: "\(led.name).\(quantity.rawValue)", unit: quantity.unit)
            switch quantity {
            case .brightness: try add(.whole(indicator, "\(folder)/brightness", start: 0))
            case .trigger:
                try add(
                    BoardPlace(indicator: indicator, path: "\(folder)/trigger", start: .word("none")) { value in
                        ["none", "heartbeat", "timer"].map { $0 == value.words ? "[\($0)]" : $0 }
                            .joined(separator: " ") + "\n"
                    })
            }
        }
    }

    /// Watchdog, clock and the machine as a whole.
    mutating func addMachine() throws(VirtualDeviceError) {
        if let watchdog = profile.watchdog {
            let name = watchdog.device.lastComponent?.string ?? "watchdog0"
            let folder = "/sys/class/watchdog/\(name == "watchdog" ? "watchdog0" : name)"
            for quantity in watchdog.reads {
                let indicator = Indicator(name: "watchdog.\(quantity.rawValue)", unit: quantity.unit)
                let path = "\(folder)/\(quantity.rawValue.filter { $0 != "-" })"
                switch quantity {
                case .state: try add(.word(indicator, path, start: "active"))
                case .bootStatus: try add(.whole(indicator, path, start: 0))
                default: try add(.whole(indicator, path, start: Double(watchdog.timeout.components.seconds)))
                }
            }
        }
        for quantity in profile.system {
            let indicator = Indicator(name: "system.\(quantity.rawValue)", unit: quantity.unit)
            try add(.machine(indicator, quantity))
        }
    }
}

extension SupplyKind {
    /// As the class's `type` spells it.
    fileprivate var name: String {
        switch self {
        case .battery: "Battery"
        case .mains: "Mains"
        case .usb: "USB"
        case .ups: "UPS"
        }
    }
}

extension BoardPlace {
    /// Two estimates stand in one file; the other one follows, or stays low.
    fileprivate static func life(_ indicator: Indicator, _ path: String, _ quantity: StorageQuantity) -> BoardPlace {
        BoardPlace(indicator: indicator, path: path, start: .number(10)) { value in
            let tenth = UInt8(max(0, min(255, (value.number / 10).rounded(.up))))
            let hex = "0x" + (tenth < 16 ? "0" : "") + String(tenth, radix: 16)
            return switch quantity {
            case .lifeUsedA: "\(hex) 0x01\n"
            case .lifeUsedB: "0x01 \(hex)\n"
            default: "\(hex) \(hex)\n"
            }
        }
    }

    /// One of the eleven fields of `stat` (kernel: Documentation/block/stat.rst); the others are 0.
    fileprivate static func traffic(_ indicator: Indicator, _ path: String, _ quantity: StorageQuantity) -> BoardPlace {
        let (field, unit): (Int, Double) =
            switch quantity {
            case .reads: (0, 1)
            case .bytesRead: (2, 512)
            case .writes: (4, 1)
            case .bytesWritten: (6, 512)
            case .inFlight: (8, 1)
            default: (9, 0.001)
            }
        return BoardPlace(indicator: indicator, path: path, start: .number(0)) { value in
            var fields = [UInt64](repeating: 0, count: 11)
            fields[field] = UInt64(max(0, min(9e18, (value.number / unit).rounded())))
            return fields.map(String.init).joined(separator: " ") + "\n"
        }
    }

    fileprivate static func machine(_ indicator: Indicator, _ quantity: SystemQuantity) -> BoardPlace {
        let pressure = { @Sendable (value: Reading.Value) in
            "some avg10=\(value.number) avg60=0.00 avg300=0.00 total=0\n"
        }
        switch quantity {
        case .uptime:
            return BoardPlace(indicator: indicator, path: "/proc/uptime", start: .number(60)) { value in
                "\(value.number) 0.00\n"
            }
        case .load:
            return BoardPlace(indicator: indicator, path: "/proc/loadavg", start: .number(0.1)) { value in
                "\(value.number) 0.05 0.01 1/120 4711\n"
            }
        case .memoryAvailable:
            return BoardPlace(indicator: indicator, path: "/proc/meminfo", start: .number(512e6)) { value in
                "MemTotal:        1024000 kB\nMemAvailable:    \(Int64(max(0, min(9e15, value.number / 1024)))) kB\n"
            }
        case .processorPressure:
            return BoardPlace(indicator: indicator, path: "/proc/pressure/cpu", start: .number(0), text: pressure)
        case .memoryPressure:
            return BoardPlace(indicator: indicator, path: "/proc/pressure/memory", start: .number(0), text: pressure)
        case .ioPressure:
            return BoardPlace(indicator: indicator, path: "/proc/pressure/io", start: .number(0), text: pressure)
        case .throttles:
            let path = "/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count"
            return .whole(indicator, path, start: 0)
        }
    }
}
