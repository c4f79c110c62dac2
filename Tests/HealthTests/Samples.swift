import Hardware
import Health
import Vocabulary

let temperature = Indicator(name: "cpu.temperature", unit: .celsius)
let link = Indicator(name: "lan.state", unit: .word)

/// The first second of 2026.
let newYear = Timestamp(seconds: 1_767_225_600)

extension UInt64 {
    /// Seconds on the boot clock, from a boot that is an hour old.
    static func second(_ seconds: Double) -> UInt64 { UInt64((3600 + seconds) * 1e9) }
}

extension HealthMonitor {
    /// Takes one reading at a second, with a wall clock that agrees.
    mutating func take(_ reading: Reading, of indicator: Indicator = temperature, at second: Double) -> [FindingEvent] {
        take([Sample(indicator, reading, at: .second(second))], at: newYear.advanced(by: Int64(second)))
    }

    mutating func take(_ number: Double, of indicator: Indicator = temperature, at second: Double) -> [FindingEvent] {
        take(.good(.number(number)), of: indicator, at: second)
    }
}

/// A monitor of one temperature with one limit.
func monitor(
    _ thresholds: Thresholds = Thresholds(warningAbove: 80, alarmAbove: 95, clearBy: 5), hold: Double = 0,
    closing: Double = 0, watch: Watch = Watch(interval: .seconds(10))
) -> HealthMonitor {
    let limit = Limit(
        code: .temperature, indicators: IndicatorPattern("cpu.*") ?? .everything, rule: .thresholds(thresholds),
        opensAfter: .seconds(hold), closesAfter: .seconds(closing), sentence: "The processor is too hot",
        advice: "Check the fan.")
    return HealthMonitor(plan: HealthPlan(watches: [watch], limits: [limit]), indicators: [temperature, link])
}

extension FindingCode {
    static let temperature = FindingCode("HF-TEMP-CPU") ?? .reading
}
