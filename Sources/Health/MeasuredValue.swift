package import Hardware

/// A value with its unit as a person reads it: `45.2 °C`, `8 GiB`, `Charging`.
package struct MeasuredValue: Sendable, CustomStringConvertible {
    package let description: String

    package init(_ value: Reading.Value, _ unit: MeasuredUnit) {
        switch value {
        case .word(let word): description = word.isEmpty ? "-" : word
        case .number(let number):
            let (scaled, prefix) = Self.scaled(number, unit)
            let text = Self.decimal(scaled)
            description = unit.symbol.isEmpty && prefix.isEmpty ? text : "\(text) \(prefix)\(unit.symbol)"
        }
    }

    /// Four significant digits, never more than three after the point, without zeros that say nothing.
    package static func decimal(_ number: Double) -> String {
        guard number.isFinite else { return "?" }
        let magnitude = number.magnitude
        guard magnitude < 1e15 else { return "\(number)" }
        let places = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3
        let scale = [1, 10, 100, 1000][places]
        let whole = Int64((magnitude * Double(scale)).rounded())
        guard whole > 0 else { return "0" }
        var fraction = String(whole % Int64(scale))
        fraction = places == 0 ? "" : String(repeating: "0", count: places - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        let sign = number < 0 ? "-" : ""
        return sign + "\(whole / Int64(scale))" + (fraction.isEmpty ? "" : ".\(fraction)")
    }

    /// Bytes, joules and the like come with a prefix when they are large.
    private static func scaled(_ number: Double, _ unit: MeasuredUnit) -> (Double, String) {
        let base: Double
        let prefixes: [String]
        switch unit {
        case .byte, .bytePerSecond: (base, prefixes) = (1024, ["", "Ki", "Mi", "Gi", "Ti"])
        case .hertz, .pascal, .joule, .ohm: (base, prefixes) = (1000, ["", "k", "M", "G"])
        default: return (number, "")
        }
        var (scaled, index) = (number, 0)
        while scaled.magnitude >= base, index + 1 < prefixes.count { (scaled, index) = (scaled / base, index + 1) }
        return (scaled, prefixes[index])
    }
}
