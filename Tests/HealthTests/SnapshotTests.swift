import Documents
import Hardware
import Health
import Testing
import Vocabulary

@Suite("What people are shown")
struct SnapshotTests {
    private let life = Indicator(name: "emmc.life-used", unit: .percent)
    private let supply = Indicator(
        name: "therapy-controller.power-supply.rail-24v-secondary.voltage", unit: .volt)

    /// An alarm, a warning about a word, an absent sensor, a stale one, and one that was never read.
    private func snapshot() -> HealthSnapshot {
        let limits = [
            Limit(
                code: .temperature, indicators: .everything,
                rule: .thresholds(Thresholds(warningAbove: 80, alarmAbove: 95)),
                sentence: "The processor is too hot",
                advice:
                    "Check that the fan turns and that the filter mat behind it is clean; see the service manual, section 7."
            ),
            Limit(
                code: FindingCode("HF-LAN") ?? .reading, indicators: .everything,
                rule: .words(expected: ["up"], severity: .warning), sentence: "The network is off"),
        ]
        let rule = PredictionRule(
            code: FindingCode("HF-LIFE") ?? .reading, kind: .storage, indicator: life.name, sentence: "Wears out")
        var monitor = HealthMonitor(
            plan: HealthPlan(limits: limits, predictions: [rule]),
            indicators: [temperature, link, life, supply, Indicator(name: "never", unit: .one)])
        for minute in 0..<30 {
            let second = Double(minute) * 60
            _ = monitor.take(70 + Double(minute), at: second)
            _ = monitor.take(.good(.word(minute < 20 ? "up" : "down")), of: link, at: second)
            _ = monitor.take(30, of: life, at: second)
            _ = monitor.take(minute < 20 ? .good(.number(24.1)) : .absent, of: supply, at: second)
        }
        return monitor.snapshot(at: newYear.advanced(by: 1800), .second(1800))
    }

    @Test("A table fits 80 columns, in ASCII where it must be", arguments: [false, true])
    func table(isPlain: Bool) {
        let degree = isPlain ? "C" : "°C"
        let gap = isPlain ? "  " : " "
        let expected = """
            Health: ALARM at 2026-01-01T00:30:00Z

            INDICATOR                        VALUE         STATE TREND      SINCE
            cpu.temperature                  99 \(degree)\(gap)        ALARM +60/h      2026-01-01 00:11
            lan.state                        down          WARN             2026-01-01 00:20
            emmc.life-used                   30 %          ok    level
            therapy-control~econdary.voltage absent        WARN  level      2026-01-01 00:23
            never                            -             ?

            FINDINGS
            ALARM HF-TEMP-CPU, cpu.temperature, since 2026-01-01 00:11
                  The processor is too hot: 81 \(degree), above 80 \(degree).
                  Check that the fan turns and that the filter mat behind it is clean; see
                  the service manual, section 7.
            WARN  HF-LAN, lan.state, since 2026-01-01 00:20
                  The network is off: it is 'down', expected is up.
            WARN  HF-READING-ABSENT,
                  therapy-controller.power-supply.rail-24v-secondary.voltage, since
                  2026-01-01 00:23
                  therapy-controller.power-supply.rail-24v-secondary.voltage is not there.
                  Check that the part is fitted and plugged in.

            PREDICTIONS
              emmc.life-used at 30 %: not yet known, 0 of 14 days were seen

            """
        let text = HealthTable(snapshot(), isPlain: isPlain).text
        #expect(text == expected)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        if isPlain { #expect(text.utf8.allSatisfy { $0 < 0x7F }) }
    }

    @Test("JSON has what the document says, and is read back into the same")
    func json() throws {
        let snapshot = snapshot()
        let json = try JSONReader.read(snapshot.json.canonicalBytes, limit: 1 << 20)
        #expect(try HealthSnapshot(json) == snapshot)
        #expect(json["state"]?.string == "alarm")
        let first = try #require(json["indicators"]?.array?.first)
        #expect(first["name"]?.string == "cpu.temperature" && first["unit"]?.string == "Cel")
        #expect(first["quality"]?.string == "good" && first["value"]?.integer == 99)
        #expect(first["limits"]?.array?.first?["alarm-above"]?.integer == 95)
        let hour = try #require(first["statistics"]?.array?.first)
        #expect(hour["window"]?.string == "hour" && hour["count"]?.integer == 30 && hour["max"]?.integer == 99)
        #expect(json["predictions"]?.array?.first?["outlook"]?.string == "not-yet-known")
    }

    @Test("Members of a newer agent are let be, and what is damaged is refused")
    func foreign() throws {
        let json = snapshot().json
        guard case .object(var members) = json else { return }
        members["new"] = 1
        #expect(try HealthSnapshot(.object(members)) == HealthSnapshot(json))
        members["indicators"] = [[:]]
        #expect(throws: DocumentError.self) { try HealthSnapshot(.object(members)) }
        #expect(throws: DocumentError.self) { try HealthSnapshot(JSON.array([])) }
    }

    @Test(
        "Numbers are short and keep what matters",
        arguments: [
            (0.0, "0"), (0.0004, "0"), (0.0005, "0.001"), (-0.25, "-0.25"), (3.3, "3.3"), (9.9996, "10"),
            (12.345, "12.35"),
            (99.96, "99.96"), (101.26, "101.3"), (999.96, "1000"), (2400, "2400"), (1_048_576, "1048576"),
            (-1e300, "-1e+300"),
        ])
    func numbers(number: Double, text: String) {
        #expect(MeasuredValue.decimal(number) == text)
    }

    @Test(
        "Large quantities have a prefix",
        arguments: [
            (8_589_934_592.0, MeasuredUnit.byte, "8 GiB"), (512, .byte, "512 B"), (101_325, .pascal, "101.3 kPa"),
            (2_400_000, .hertz, "2.4 MHz"), (12_345_678, .one, "12345678"), (24.05, .volt, "24.05 V"),
        ])
    func prefixes(number: Double, unit: MeasuredUnit, text: String) {
        #expect(MeasuredValue(.number(number), unit).description == text)
    }
}
