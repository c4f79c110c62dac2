/// What a number of an indicator is in; the raw value is its UCUM code, which OTLP carries (ucum.org, annotations in braces).
package enum MeasuredUnit: String, CaseIterable, Sendable {
    case celsius = "Cel"
    case volt = "V"
    case ampere = "A"
    case watt = "W"
    case joule = "J"
    case ampereHour = "A.h"
    case wattHour = "W.h"
    case hertz = "Hz"
    case pascal = "Pa"
    case lux = "lx"
    case metrePerSecondSquared = "m/s2"
    case degreePerSecond = "deg/s"
    case tesla = "T"
    case ohm = "Ohm"
    case rotationsPerMinute = "{rpm}"
    case percent = "%"
    case second = "s"
    case byte = "By"
    case bytePerSecond = "By/s"
    case megabitPerSecond = "Mbit/s"
    /// A count, a ratio or a level without a dimension.
    case one = "1"
    /// Not a number at all, but a word of the kernel's.
    case word = "{word}"

    /// As a person reads it after a number; empty for counts and words.
    package var symbol: String {
        switch self {
        case .celsius: "°C"
        case .ampereHour: "Ah"
        case .wattHour: "Wh"
        case .metrePerSecondSquared: "m/s²"
        case .degreePerSecond: "°/s"
        case .ohm: "Ω"
        case .rotationsPerMinute: "rpm"
        case .byte: "B"
        case .bytePerSecond: "B/s"
        case .megabitPerSecond: "Mbit/s"
        case .one, .word: ""
        default: rawValue
        }
    }
}
