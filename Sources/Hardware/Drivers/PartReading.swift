import Platform
import SystemPackage
import Vocabulary

extension BoardProfile.Network: ReadablePart {
    private var folder: String { "/sys/class/net/\(interface)" }
    var group: String { folder }

    func origin(of word: NetworkQuantity) -> String { "\(folder)/\(word.attribute)" }

    func value(_ quantity: NetworkQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        let path = "\(folder)/\(quantity.attribute)"
        switch quantity {
        case .state: return .word(try tree.word(path))
        case .duplex: return .word(try whileUp(&tree) { (tree) throws(Lack) in try tree.word(path) })
        case .carrier: return .number(try whileUp(&tree) { (tree) throws(Lack) in try tree.number(path) })
        case .speed:
            let speed = try whileUp(&tree) { (tree) throws(Lack) in try tree.number(path) }
            // -1, and as the same 32 bits without a sign in older kernels.
            guard speed >= 0, speed < Double(UInt32.max) else { throw .unreadable("the link has no speed (\(path))") }
            return .number(speed)
        default: return .number(try tree.number(path))
        }
    }

    /// The kernel refuses what only a running interface has with EINVAL, which would say little.
    private func whileUp<Value>(
        _ tree: inout KernelTree, _ body: (inout KernelTree) throws(Lack) -> Value
    ) throws(Lack) -> Value {
        do {
            return try body(&tree)
        } catch {
            guard case .unreadable = error, try tree.word("\(folder)/operstate") == "down" else { throw error }
            throw .unreadable("the interface is down (\(folder))")
        }
    }
}

extension NetworkQuantity {
    fileprivate var attribute: String {
        switch self {
        case .carrier: "carrier"
        case .state: "operstate"
        case .speed: "speed"
        case .duplex: "duplex"
        case .carrierChanges: "carrier_changes"
        case .bytesReceived: "statistics/rx_bytes"
        case .bytesSent: "statistics/tx_bytes"
        case .receiveErrors: "statistics/rx_errors"
        case .sendErrors: "statistics/tx_errors"
        case .receiveDrops: "statistics/rx_dropped"
        case .sendDrops: "statistics/tx_dropped"
        }
    }
}

extension BoardProfile.LED: ReadablePart {
    var folder: String { "/sys/class/leds/\(device)" }
    var group: String { folder }

    func origin(of word: LEDQuantity) -> String { "\(folder)/\(word.rawValue)" }

    func value(_ quantity: LEDQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        switch quantity {
        case .brightness:
            let most = try tree.number("\(folder)/max_brightness")
            guard most > 0 else { throw .unreadable("\(most.plain) (\(folder)/max_brightness)") }
            return .number(try tree.number("\(folder)/brightness") / most * 100)
        case .trigger:
            let text = try tree.text("\(folder)/trigger")
            guard let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") else {
                throw .unreadable("none is in brackets (\(folder)/trigger)")
            }
            return .word(String(text[text.index(after: open)..<close]))
        }
    }
}

extension BoardProfile.Watchdog: ReadablePart {
    var name: String { "watchdog" }
    var group: String { folder }

    /// The device's name in its class; the first one has a second name, `/dev/watchdog`.
    var folder: String {
        let name = device.lastComponent?.string ?? "watchdog0"
        return "/sys/class/watchdog/\(name == "watchdog" ? "watchdog0" : name)"
    }

    func origin(of word: WatchdogQuantity) -> String { "\(folder)/\(word.rawValue.filter { $0 != "-" })" }

    func value(_ quantity: WatchdogQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        let path = origin(of: quantity)
        return quantity == .state ? .word(try tree.word(path)) : .number(try tree.number(path))
    }
}

/// A clock chip, beside the system's clock that it is compared with.
struct RTCPart: ReadablePart {
    let rtc: BoardProfile.RTC
    let clock: any WallClock

    var name: String { "rtc" }
    var reads: [RTCQuantity] { rtc.reads }
    var group: String { path }
    private var path: String { "/sys/class/rtc/\(rtc.device)/since_epoch" }

    func origin(of word: RTCQuantity) -> String { path }

    /// Either clock can have lost its time and stand in 1970.
    func plausible(_ word: RTCQuantity) -> ClosedRange<Double>? { word == .offset ? -1e10...1e10 : nil }

    func value(_ quantity: RTCQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        let time = try tree.number(path)
        return .number(quantity == .time ? time : time - Double(clock.now().seconds))
    }
}

/// The machine as a whole.
struct SystemPart: ReadablePart {
    let reads: [SystemQuantity]

    var name: String { "system" }
    var group: String { "system" }

    func origin(of word: SystemQuantity) -> String { word.path }

    func value(_ word: SystemQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        try word.value(&tree)
    }
}

extension SystemQuantity {
    fileprivate var path: String {
        switch self {
        case .uptime: "/proc/uptime"
        case .load: "/proc/loadavg"
        case .memoryAvailable: "/proc/meminfo"
        case .processorPressure: "/proc/pressure/cpu"
        case .memoryPressure: "/proc/pressure/memory"
        case .ioPressure: "/proc/pressure/io"
        case .throttles: "/sys/devices/system/cpu"
        }
    }

    fileprivate func value(_ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        switch self {
        case .uptime, .load: .number(try tree.numbers(path)[0])
        case .memoryAvailable: .number(try available(&tree))
        case .processorPressure, .memoryPressure, .ioPressure: .number(try pressure(&tree))
        case .throttles: .number(try throttles(&tree))
        }
    }

    private func available(_ tree: inout KernelTree) throws(Lack) -> Double {
        for line in try tree.text(path).split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let kibibytes = Double(words[1]) else { break }
            return kibibytes * 1024
        }
        throw .unreadable("no 'MemAvailable' in kB (\(path))")
    }

    /// `some avg10=0.12 avg60=…` (kernel: Documentation/accounting/psi.rst).
    private func pressure(_ tree: inout KernelTree) throws(Lack) -> Double {
        let text = try tree.text(path)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("some ") }),
            let field = line.split(separator: " ").first(where: { $0.hasPrefix("avg10=") }),
            let share = Double(field.dropFirst("avg10=".count)), share.isFinite
        else { throw .unreadable("no 'some avg10' (\(path))") }
        return share
    }

    private func throttles(_ tree: inout KernelTree) throws(Lack) -> Double {
        var sum: Double?
        for name in tree.names(in: path) where name.hasPrefix("cpu") && Int(name.dropFirst(3)) != nil {
            do {
                sum = (sum ?? 0) + (try tree.number("\(path)/\(name)/thermal_throttle/core_throttle_count"))
            } catch {
                // A processor that is switched off has no folder of counters.
                guard error == .absent else { throw error }
            }
        }
        guard let sum else { throw .absent }
        return sum
    }
}
