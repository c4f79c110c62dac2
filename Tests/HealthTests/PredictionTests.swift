import Hardware
import Health
import TestSupport
import Testing
import Vocabulary

private let day = 86400.0

@Suite("Predictions")
struct PredictionTests {
    private let storage = PredictionRule(
        code: .life, kind: .storage, indicator: "emmc.life-used", warningDays: 180, alarmDays: 30,
        sentence: "The storage wears out")
    private let battery = PredictionRule(
        code: .life, kind: .battery, indicator: "battery.condition", warningDays: 180, alarmDays: 30,
        sentence: "The battery wears out")

    private func outlook(_ rule: PredictionRule, days: Int, _ value: (Double) -> Double) -> Outlook {
        var series = WearSeries()
        // Four readings a day, as from an indicator that is read rarely.
        for quarter in 0...(days * 4) { _ = series.add(value(Double(quarter) / 4), at: Double(quarter) / 4 * day) }
        return series.outlook(by: rule, at: Double(days) * day)
    }

    @Test("A steady wear gives the days that are left, and an interval that holds them")
    func line() throws {
        var dice = Dice(seed: 5)
        let seen = outlook(battery, days: 120) { 100 - $0 * 0.05 + Double.random(in: -0.2...0.2, using: &dice) }
        guard case .left(let days, let earliest, let latest?) = seen else {
            Issue.record("\(seen)")
            return
        }
        // 94 % after 120 days: 14 % more at 0.05 % a day.
        #expect(abs(days - 280) < 28)
        #expect(earliest <= days && days <= latest && earliest <= 280 && 280 <= latest)
    }

    @Test("Steps of ten percent, as eMMC reports them, give the rate of the steps", arguments: [60.0, 90, 200])
    func steps(daysPerStep: Double) {
        let seen = outlook(storage, days: Int(daysPerStep * 4.5)) { 10 * (($0 / daysPerStep).rounded(.down) + 1) }
        guard case .left(let days, let earliest, _) = seen else {
            Issue.record("\(seen)")
            return
        }
        // 50 % at the newest step, half a step ago: 100 % comes 5 steps after it.
        #expect(abs(days - daysPerStep * 4.5) < daysPerStep * 0.1)
        #expect(earliest <= days)
    }

    @Test("Wear that has stopped is not counted on as if it went on")
    func stopped() {
        let running = outlook(storage, days: 300) { 10 * (($0 / 60).rounded(.down) + 1) }
        let stopped = outlook(storage, days: 1200) { 10 * ((min($0, 299) / 60).rounded(.down) + 1) }
        guard let before = running.days, let after = stopped.days else {
            Issue.record("\(running), \(stopped)")
            return
        }
        #expect(after > before)
    }

    @Test("Nothing is foreseen from a flat series")
    func flat() {
        #expect(outlook(storage, days: 400) { _ in 10 } == .steady)
        #expect(outlook(battery, days: 400) { _ in 97 } == .steady)
    }

    @Test("Nothing is foreseen from noise, whatever its seed", arguments: 0..<40)
    func noise(seed: UInt64) {
        var dice = Dice(seed: seed)
        let seen = outlook(battery, days: 90) { _ in 97 + Double.random(in: -2...2, using: &dice) }
        if case .left(let days, _, _) = seen { #expect(days > battery.warningDays, "\(seen)") }
    }

    @Test("A part that gets better has no end in sight")
    func recovery() {
        #expect(outlook(battery, days: 100) { 85 + $0 * 0.05 } == .steady)
    }

    @Test("Too little is not yet known: days, values, steps", arguments: [1, 13, 20, 130])
    func tooLittle(days: Int) {
        let seen = outlook(storage, days: days) { 10 * (($0 / 65).rounded(.down) + 1) }
        if days == 20 {
            // A fortnight without any change is a series that stands still.
            #expect(seen == .steady)
        } else if case .notYetKnown = seen {
            #expect(seen.days == nil)
        } else {
            Issue.record("\(seen)")
        }
    }

    @Test("Some readings that are far off bend nothing")
    func outliers() {
        var dice = Dice(seed: 9)
        let seen = outlook(battery, days: 200) { time in
            Int.random(in: 0..<10, using: &dice) == 0 ? 0 : 100 - time * 0.05
        }
        // 90 % after 200 days: 10 % more at 0.05 % a day; the newest reading must not be an outlier for that.
        if case .left(let days, _, _) = seen { #expect(abs(days - 200) < 20) } else { #expect(seen == .reached) }
    }

    @Test("A far end is beyond sight, and no finding")
    func beyond() {
        let seen = outlook(battery, days: 30) { 100 - $0 * 0.001 }
        #expect(seen == .beyond(days: 300) && seen.days == .infinity)
    }

    @Test("An end that is reached is said")
    func reached() {
        #expect(outlook(storage, days: 20) { _ in 100 } == .reached)
        #expect(outlook(battery, days: 20) { _ in 79.9 } == .reached)
    }

    @Test("Fifty years of readings stay within bounds and give the same rate")
    func bounded() {
        var series = WearSeries()
        for quarter in 0...(50 * 365) { _ = series.add(Double(quarter) / 365, at: Double(quarter) * day) }
        #expect(series.points.count <= WearSeries.capacity && series.edges.count <= WearSeries.capacity)
        guard case .left(let days, _, _) = series.outlook(by: storage, at: 50 * 365 * day) else {
            Issue.record("it has an end")
            return
        }
        #expect(abs(days - 50 * 365) < 400)
    }

    @Test("A monitor warns below the days of its plan, alarms below fewer, and divides by the design's capacity")
    func finding() throws {
        let full = Indicator(name: "battery.charge-full", unit: .ampereHour)
        let design = Indicator(name: "battery.charge-full-design", unit: .ampereHour)
        let rule = PredictionRule(
            code: .life, kind: .battery, indicator: full.name, of: design.name, warningDays: 60, alarmDays: 20,
            sentence: "The battery wears out", advice: "Order a battery.")
        var monitor = HealthMonitor(plan: HealthPlan(predictions: [rule]), indicators: [design, full])
        var events: [(Int, FindingEvent)] = []
        for day in 0..<100 {
            let second = Double(day) * 86400
            events += monitor.take(4, of: design, at: second).map { (day, $0) }
            // 0.2 % a day: 80 % on day 100.
            events += monitor.take(4 * (1 - 0.002 * Double(day)), of: full, at: second).map { (day, $0) }
        }
        try #require(events.map(\.1.change) == [.opened, .escalated])
        #expect(abs(events[0].0 - 40) <= 1 && abs(events[1].0 - 80) <= 1)
        #expect(events[0].1.finding.reason.hasPrefix("The battery wears out: 59 days left"))
        // A new battery: what was known of the old one is forgotten an hour later, and its finding is over.
        for hour in 0...2 {
            let second = 100.0 * 86400 + Double(hour) * 3600
            _ = monitor.take(4, of: design, at: second)
            events += monitor.take(4.1, of: full, at: second).map { (100, $0) }
        }
        #expect(events.map(\.1.change) == [.opened, .escalated, .closed])
        let prediction = try #require(monitor.snapshot(at: newYear, 0).predictions.first)
        #expect(abs(try #require(prediction.percent) - 102.5) < 1e-9)
        #expect(prediction.outlook == .notYetKnown(reason: "0 of 14 days were seen"))
    }

    @Test("One reading that is far better is no new part")
    func glitch() {
        var series = WearSeries()
        for day in 0..<100 {
            let value = day % 10 == 5 ? 1.0 : 40
            let isNew = series.renew(value, at: Double(day) * 86400, direction: 1)
            #expect(!isNew)
            _ = series.add(value, at: Double(day) * 86400)
        }
    }
}

extension FindingCode {
    fileprivate static let life = FindingCode("HF-LIFE") ?? .reading
}
