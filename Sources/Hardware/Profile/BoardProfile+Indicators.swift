extension BoardProfile {
    /// What one entry of the profile can be read for, and where the entry's name stands in it.
    struct IndicatorPart {
        let path: String
        let indicators: [Indicator]
    }

    /// Everything that this profile says can be read, in the order in which it says so.
    package var indicators: [Indicator] { indicatorParts.flatMap(\.indicators) }

    var indicatorParts: [IndicatorPart] {
        var parts = [IndicatorPart(path: "system", indicators: Self.indicators("system", system))]
        func add<Part>(_ section: String, _ entries: [Part], _ indicators: (Part) -> [Indicator]) {
            for (index, entry) in entries.enumerated() {
                parts.append(IndicatorPart(path: "\(section)[\(index)].name", indicators: indicators(entry)))
            }
        }
        add("sensor", sensors) { [Indicator(name: $0.name, unit: $0.unit)] }
        add("supply", supplies) { Self.indicators($0.name, $0.reads) }
        add("storage", storages) { Self.indicators($0.name, $0.reads) }
        add("network", networks) { Self.indicators($0.name, $0.reads) }
        add("led", leds) { Self.indicators($0.name, $0.reads) }
        add("gpio", gpios) { $0.direction == .input ? [Indicator(name: $0.name, unit: .one)] : [] }
        if let watchdog {
            parts.append(
                IndicatorPart(path: "watchdog", indicators: Self.indicators("watchdog", watchdog.reads)))
        }
        if let rtc { parts.append(IndicatorPart(path: "rtc", indicators: Self.indicators("rtc", rtc.reads))) }
        return parts
    }

    private static func indicators<Word: Quantity>(_ name: String, _ quantities: [Word]) -> [Indicator] {
        quantities.map { Indicator(name: "\(name).\($0.rawValue)", unit: $0.unit) }
    }
}
