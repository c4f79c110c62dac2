package import Documents
import Platform
import SystemPackage

extension BoardProfile {
    /// Reads the text of a `board.toml`; every refusal says line and column.
    package init(_ text: String) throws(DocumentError) {
        self = try TOML.read(text, limit: Self.sizeLimit) { (root) throws(DocumentError) in
            let profile = try BoardProfile(&root)
            try profile.check()
            return profile
        }
    }

    private init(_ root: inout Fields) throws(DocumentError) {
        var board = try root.fields("board")
        name = try board.string("name", limit: 128)
        maker = try board.optionalString("maker", limit: 128)
        compatible = try board.optionalStrings("compatible", limit: 16)
        try board.done()
        system =
            try root.section(
                "system",
                { (fields) throws(DocumentError) in
                    try fields.quantities(standard: SystemQuantity.standard)
                }) ?? SystemQuantity.standard
        sensors = try root.entries("sensor") { (fields) throws(DocumentError) in try Sensor(&fields) }
        supplies = try root.entries("supply") { (fields) throws(DocumentError) in try Supply(&fields) }
        storages = try root.entries("storage") { (fields) throws(DocumentError) in try StorageDevice(&fields) }
        networks = try root.entries("network") { (fields) throws(DocumentError) in try Network(&fields) }
        leds = try root.entries("led") { (fields) throws(DocumentError) in try LED(&fields) }
        gpios = try root.entries("gpio") { (fields) throws(DocumentError) in try GPIO(&fields) }
        watchdog = try root.section("watchdog") { (fields) throws(DocumentError) in try Watchdog(&fields) }
        rtc = try root.section("rtc") { (fields) throws(DocumentError) in try RTC(&fields) }
        serials = try root.entries("serial") { (fields) throws(DocumentError) in try Serial(&fields) }
        peripherals = try root.entries("peripheral") { (fields) throws(DocumentError) in try Peripheral(&fields) }
        interlocks = try root.entries("interlock") { (fields) throws(DocumentError) in try Interlock(&fields) }
    }
}

extension BoardProfile.Supply {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        device = try fields.fileName("device")
        kind = try fields.choice("kind")
        reads = try fields.quantities(standard: kind.standard)
    }
}

extension BoardProfile.StorageDevice {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        device = try fields.string("device", limit: 256)
        guard device.hasPrefix("/dev/") ? FilePath(device).isPlain : device.isFileName else {
            throw fields.refuse("device", "is neither a disk's name, like 'mmcblk0', nor a path below '/dev'")
        }
        let kind: StorageKind = try fields.choice("kind")
        self.kind = kind
        reads = try fields.quantities(standard: kind.standard)
        for (index, quantity) in reads.enumerated() where !kind.has(quantity) {
            throw .unacceptable(
                "\(fields.name("reads"))[\(index)]",
                reason: "is '\(quantity.rawValue)', which storage of the kind '\(kind.rawValue)' does not say")
        }
    }
}

extension BoardProfile.Network {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        interface = try fields.fileName("interface")
        reads = try fields.quantities(standard: NetworkQuantity.standard)
    }
}

extension BoardProfile.LED {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        device = try fields.fileName("device")
        reads = try fields.quantities(standard: LEDQuantity.standard)
    }
}

extension BoardProfile.GPIO {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        chip = try fields.string("chip", limit: 64)
        switch try fields.value("line") {
        case .integer(let offset):
            guard let offset = UInt32(exactly: offset), offset < 65536 else {
                throw fields.refuse("line", "is \(offset), outside 0 to 65535")
            }
            line = .offset(offset)
        case .string: line = .name(try fields.string("line", limit: 31))
        default: throw fields.refuse("line", "is neither a line's name nor its number on the chip")
        }
        isActiveLow = try fields.bool("active-low", default: false)
        direction = try fields.choice("direction")
    }
}

extension BoardProfile.Watchdog {
    init(_ fields: inout Fields) throws(DocumentError) {
        device = try fields.optionalPath("device") ?? "/dev/watchdog0"
        guard device.starts(with: "/dev") else { throw fields.refuse("device", "is not below '/dev'") }
        let seconds = try fields.integer("timeout", in: 1...86400)
        timeout = .seconds(seconds)
        if fields.optional("pretimeout") == nil {
            pretimeout = nil
        } else {
            let warning = try fields.integer("pretimeout", in: 1...86400)
            guard warning < seconds else {
                throw fields.refuse("pretimeout", "is \(warning) s, not below 'timeout', which is \(seconds) s")
            }
            pretimeout = .seconds(warning)
        }
        feeder = try fields.choice("fed-by")
        reads = try fields.quantities(standard: WatchdogQuantity.standard)
    }
}

extension BoardProfile.RTC {
    init(_ fields: inout Fields) throws(DocumentError) {
        device = fields.optional("device") == nil ? "rtc0" : try fields.fileName("device")
        reads = try fields.quantities(standard: RTCQuantity.standard)
    }
}

extension BoardProfile.Serial {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        path = try fields.path("path")
        role = try fields.choice("role")
        baud = Int(try fields.integer("baud", default: 115_200, in: 50...12_000_000))
        let framing = try fields.optionalString("framing", limit: 8) ?? "8N1"
        let letters = Array(framing)
        let parities: [Character: Parity] = ["N": .none, "E": .even, "O": .odd]
        guard letters.count == 3, let data = letters[0].wholeNumberValue, (5...8).contains(data),
            let parity = parities[letters[1]], let stop = letters[2].wholeNumberValue, (1...2).contains(stop)
        else {
            throw fields.refuse(
                "framing", "is '\(framing)', not like '8N1': 5 to 8 data bits, N, E or O, 1 or 2 stop bits")
        }
        (dataBits, self.parity, stopBits) = (data, parity, stop)
        flow = try fields.choice("flow", default: Flow.none)
        rs485 = try fields.section("rs485") { (fields) throws(DocumentError) in try RS485(&fields) }
        if rs485 != nil, flow == .hardware {
            throw fields.refuse("flow", "is 'hardware', but RS-485 needs the RTS line for itself")
        }
    }
}

extension BoardProfile.Serial.RS485 {
    init(_ fields: inout Fields) throws(DocumentError) {
        isRTSHighOnSend = try fields.bool("rts-on-send", default: true)
        delayBeforeSend = .milliseconds(try fields.integer("delay-before-send", default: 0, in: 0...1000))
        delayAfterSend = .milliseconds(try fields.integer("delay-after-send", default: 0, in: 0...1000))
        receivesWhileSending = try fields.bool("receive-while-sending", default: false)
        isTerminated = try fields.bool("terminated", default: false)
    }
}

extension BoardProfile.Peripheral {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        image = try fields.string("image", limit: 64)
        port = try fields.string("port", limit: 64)
        peripheralProtocol = try fields.choice("protocol")
        imageNumber = Int(try fields.integer("image-number", default: 0, in: 0...15))
    }
}
