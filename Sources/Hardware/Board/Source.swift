import Platform
import SystemPackage
import Vocabulary

/// How one indicator of a board is read.
struct Source: Sendable {
    let indicator: Indicator
    /// The device behind it: while one reading of it hangs, no other is tried.
    let group: String
    /// Where it comes from, as a person finds it again.
    let origin: String
    /// What the part can have; anything beyond is implausible.
    let plausible: ClosedRange<Double>
    let changesWithin: Duration?
    /// Blocks for as long as the driver does.
    let value: @Sendable (inout KernelTree) throws(Lack) -> Reading.Value

    /// Reads once and says how good it is; whether it is stale only the one who remembers can say.
    func read(_ tree: inout KernelTree) -> Reading {
        do throws(Lack) {
            let value = try value(&tree)
            guard case .number(let number) = value else { return .good(value) }
            guard plausible.contains(number) else {
                let limits = "\(plausible.lowerBound) to \(plausible.upperBound)"
                return .implausible(reason: "\(number) \(indicator.unit.symbol) is outside \(limits)")
            }
            return .good(value)
        } catch {
            return error.reading
        }
    }

    /// Every source of a profile, in the order of its indicators.
    static func all(of profile: BoardProfile, clock: any WallClock) -> [Source] {
        var sources = sources(of: SystemPart(reads: profile.system))
        sources += profile.sensors.map(Source.init)
        sources += profile.supplies.flatMap(Self.sources(of:))
        sources += profile.storages.flatMap(Self.sources(of:))
        sources += profile.networks.flatMap(Self.sources(of:))
        sources += profile.leds.flatMap(Self.sources(of:))
        sources += profile.gpios.filter { $0.direction == .input }.map(Source.init)
        if let watchdog = profile.watchdog { sources += Self.sources(of: watchdog) }
        if let rtc = profile.rtc { sources += Self.sources(of: RTCPart(rtc: rtc, clock: clock)) }
        return sources
    }

    private static func sources<Part: ReadablePart>(of part: Part) -> [Source] {
        part.reads.map { word in
            Source(
                indicator: Indicator(name: "\(part.name).\(word.rawValue)", unit: word.unit), group: part.group,
                origin: part.origin(of: word), plausible: part.plausible(word) ?? word.unit.possible,
                changesWithin: nil
            ) { (tree) throws(Lack) in try part.value(word, &tree) }
        }
    }
}

extension Source {
    private init(_ sensor: BoardProfile.Sensor) {
        self.init(
            indicator: Indicator(name: sensor.name, unit: sensor.unit), group: sensor.source.group,
            origin: sensor.source.origin, plausible: sensor.plausible, changesWithin: sensor.changesWithin
        ) { (tree) throws(Lack) in
            if sensor.unit == .word, case .file(let path) = sensor.source { return .word(try tree.word(path.string)) }
            return .number(try sensor.source.number(&tree) * sensor.scale + sensor.offset)
        }
    }

    /// A file that is read as what `kind` is, whatever that is.
    init(_ file: FilePath, as kind: Reading.Value) {
        let isNumber = if case .number = kind { true } else { false }
        self.init(
            indicator: Indicator(name: file.string, unit: isNumber ? .one : .word), group: "file \(file)",
            origin: file.string, plausible: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
            changesWithin: nil
        ) { (tree) throws(Lack) in
            isNumber ? .number(try tree.number(file.string)) : .word(try tree.word(file.string))
        }
    }

    private init(_ gpio: BoardProfile.GPIO) {
        self.init(
            indicator: Indicator(name: gpio.name, unit: .one), group: "gpio \(gpio.chip)", origin: gpio.origin,
            plausible: 0...1, changesWithin: nil
        ) { (tree) throws(Lack) in .number(try gpio.isActive(&tree) ? 1 : 0) }
    }
}
