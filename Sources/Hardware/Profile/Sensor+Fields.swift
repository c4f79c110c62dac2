import Documents
import SystemPackage

extension BoardProfile.Sensor {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        let driver: SensorDriver = try fields.choice("driver")
        let own: MeasuredUnit?
        switch driver {
        case .hwmon:
            let channel = try HwmonChannel(&fields)
            (source, own) = (.hwmon(channel), channel.kind.unit)
        case .thermal:
            source = .thermal(ThermalZone(type: try fields.string("zone", limit: 64), index: try fields.index()))
            own = .celsius
        case .cooling:
            source = .cooling(CoolingDevice(type: try fields.string("device", limit: 64), index: try fields.index()))
            own = .percent
        case .iio:
            let channel = try IIOChannel(&fields)
            (source, own) = (.iio(channel), channel.kind.unit)
        case .file: (source, own) = (.file(try fields.kernelFile("path")), nil)
        }
        let isScaled = fields.optional("scale") != nil
        scale = try fields.optionalFinite("scale") ?? 1
        guard scale != 0 else { throw fields.refuse("scale", "is 0, which would make every value the same") }
        offset = try fields.optionalFinite("offset") ?? 0
        unit = try Self.unit(of: driver, own, isScaled: isScaled, &fields)
        plausible = try fields.range("plausible") ?? unit.possible
        if unit == .word {
            for key in ["scale", "offset", "plausible"] where fields.optional(key) != nil {
                throw fields.refuse(key, "has no meaning for a sensor that gives words")
            }
        }
        changesWithin = try fields.optionalSeconds("changes-within", in: 1...31_536_000)
    }

    /// The unit as declared; another than the driver's own needs a scale that converts to it.
    private static func unit(
        of driver: SensorDriver, _ own: MeasuredUnit?, isScaled: Bool, _ fields: inout Fields
    ) throws(DocumentError) -> MeasuredUnit {
        guard fields.optional("unit") != nil else {
            guard let own else { throw .missing(fields.name("unit")) }
            return own
        }
        let text = try fields.string("unit", limit: 32)
        guard let unit = MeasuredUnit(rawValue: text) else {
            let meant = MeasuredUnit.allCases.first { $0.symbol == text }.map { "; write '\($0.rawValue)'" }
            let all = MeasuredUnit.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields.refuse("unit", "is '\(text)', not a unit" + (meant ?? " of: \(all)"))
        }
        guard let own, unit != own else { return unit }
        guard isScaled, unit != .word else {
            throw fields.refuse(
                "unit", "is '\(text)', but this driver measures '\(own.rawValue)' and no 'scale' converts it")
        }
        return unit
    }
}

extension HwmonChannel {
    init(_ fields: inout Fields) throws(DocumentError) {
        chip = try fields.string("chip", limit: 64)
        device = try fields.optionalPathEnd("device")
        let channel = try fields.string("channel", limit: 32)
        let label = try fields.optionalString("label", limit: 64)
        let (prefix, number) = channel.splitNumber
        guard let kind = Kind(rawValue: prefix) else {
            let all = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields.refuse("channel", "is '\(channel)', which does not begin with one of \(all)")
        }
        self.kind = kind
        switch (number, label) {
        case (let number?, nil): selector = .number(number)
        case (nil, let label?): selector = .label(label)
        case (_?, _?):
            throw fields.refuse(
                "label", "stands beside a numbered channel; with a label, 'channel' is just '\(prefix)'")
        case (nil, nil):
            throw fields.refuse(
                "channel", "is '\(channel)' without a number, like '\(prefix)1', and there is no 'label'")
        }
    }
}

extension IIOChannel {
    init(_ fields: inout Fields) throws(DocumentError) {
        device = try fields.string("device", limit: 64)
        path = try fields.optionalPathEnd("path")
        channel = try fields.fileName("channel")
        let letters = channel.prefix { $0.isLetter }
        guard let kind = Kind(rawValue: String(letters)) else {
            let all = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields.refuse("channel", "is '\(channel)', which does not begin with one of \(all)")
        }
        self.kind = kind
    }
}

extension String {
    /// `temp12` as `temp` and 12; the number is nil where there is none.
    var splitNumber: (prefix: String, number: Int?) {
        let digits = reversed().prefix { ("0"..."9").contains($0) }.count
        guard digits > 0, digits <= 4 else { return (self, nil) }
        return (String(dropLast(digits)), Int(suffix(digits)))
    }
}

extension MeasuredUnit {
    /// What no part on earth exceeds: wide enough never to refuse a true value, where a profile gives no range of its own.
    ///
    /// Counts end where numbers are no longer exact.
    var possible: ClosedRange<Double> {
        let most = Double(JSON.largestInteger)
        return switch self {
        case .celsius: -273.15...2000
        case .percent: 0...100
        case .rotationsPerMinute: 0...1_000_000
        case .hertz, .lux, .ohm, .second, .byte, .bytePerSecond, .megabitPerSecond, .ampereHour, .wattHour, .pascal:
            0...most
        case .volt, .ampere: -1e6...1e6
        case .watt, .metrePerSecondSquared, .degreePerSecond, .tesla: -1e9...1e9
        case .joule, .one, .word: -most...most
        }
    }
}
