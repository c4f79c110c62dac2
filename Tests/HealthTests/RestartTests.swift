import Documents
import Hardware
import Health
import Testing
import Vocabulary

@Suite("What is kept over a restart")
struct RestartTests {
    /// What was written, read back as the next agent reads it.
    private func written(_ document: JSON) throws -> JSON {
        try JSONReader.read(document.canonicalBytes, limit: HealthMonitor.documentLimit)
    }

    @Test("An open finding goes on after a restart, on the same boot clock or a new one", arguments: [0.0, -3000])
    func openFinding(clock: Double) throws {
        var before = monitor(closing: 20)
        _ = before.take(90, at: 0)
        _ = before.take(99, at: 10)
        var after = monitor(closing: 20)
        let told = try after.restoreFindings(try written(before.findingsState), at: newYear)
        #expect(told.isEmpty && after.findings == before.findings)
        // Still hot: nothing opens. Then cold for as long as the closing hold: it closes once, with its first dates.
        #expect(after.take(99, at: clock + 100).isEmpty)
        #expect(after.take(20, at: clock + 110).isEmpty)
        #expect(after.take(20, at: clock + 120).isEmpty)
        let closed = after.take(20, at: clock + 130)
        #expect(closed.map(\.change) == [.closed])
        #expect(closed.first?.finding.opened == newYear && closed.first?.finding.worstValue == 99)
    }

    @Test("A hold that was pending begins anew")
    func pending() throws {
        var before = monitor(hold: 30)
        for second in [0.0, 10, 20] { _ = before.take(90, at: second) }
        var after = monitor(hold: 30)
        _ = try after.restoreFindings(try written(before.findingsState), at: newYear)
        #expect(after.take(90, at: 30).isEmpty)
        #expect(after.take(90, at: 60).map(\.change) == [.opened])
    }

    @Test("An absent sensor's finding goes on too")
    func quality() throws {
        var before = monitor()
        for second in stride(from: 0.0, through: 40, by: 10) { _ = before.take(.absent, at: second) }
        var after = monitor()
        _ = try after.restoreFindings(try written(before.findingsState), at: newYear)
        #expect(after.findings.map(\.code.description) == ["HF-READING-ABSENT"])
        for second in stride(from: 0.0, through: 40, by: 10) { #expect(after.take(.absent, at: second).isEmpty) }
    }

    @Test("A finding whose limit is no more is closed and told")
    func withoutLimit() throws {
        var before = monitor()
        _ = before.take(99, at: 0)
        var after = HealthMonitor(plan: HealthPlan(), indicators: [temperature])
        let later = newYear.advanced(by: 60)
        let events = try after.restoreFindings(try written(before.findingsState), at: later)
        #expect(events.map(\.change) == [.closed] && events.map(\.finding.closed) == [later])
        #expect(after.findings.isEmpty)
    }

    @Test("The month's statistics go on, also over a boot, and members of a newer agent are let be")
    func history() throws {
        var before = monitor()
        for hour in 0..<72 { _ = before.take(40 + Double(hour % 24), at: Double(hour) * 3600) }
        guard case .object(var members) = try written(before.historyState) else { return }
        members["from-the-future"] = true
        var after = monitor()
        try after.restoreHistory(.object(members))
        let second = 71.0 * 3600 + 60
        _ = after.take([Sample(temperature, .good(.number(90)), at: 60)], at: newYear.advanced(by: Int64(second)))
        let month = after.snapshot(at: newYear, 60).indicators[0].statistics.first { $0.span == .month }
        #expect(month?.count == 73 && month?.minimum == 40 && month?.maximum == 90)
    }

    @Test("Sums beyond 2^53 are kept exactly")
    func largeSums() throws {
        let bytes = Indicator(name: "disk.bytes-written", unit: .byte)
        var before = HealthMonitor(plan: HealthPlan(), indicators: [bytes])
        for hour in 0..<20 { _ = before.take(Double(hour) * 1e14, of: bytes, at: Double(hour) * 3600) }
        var after = HealthMonitor(plan: HealthPlan(), indicators: [bytes])
        try after.restoreHistory(try written(before.historyState))
        #expect(after.historyState == before.historyState)
        #expect(before.historyState.canonicalText.contains("e+"))
    }

    @Test(
        "Damaged history is refused with its code, and nothing traps",
        arguments: [
            "[]", #"{"second":-1}"#, #"{"second":1,"month":{"cpu.temperature":[[1,2]]}}"#,
            #"{"second":1,"month":{"cpu.temperature":["x"]}}"#,
            #"{"second":1,"month":{"cpu.temperature":[[0,1,5,4,0,0,0,0,0,1,1]]}}"#,
            #"{"second":1,"month":{"cpu.temperature":[[0,1,4,5,0,0,0,0,0,1,-1]]}}"#,
        ])
    func damaged(text: String) throws {
        var monitor = monitor()
        let document = try JSONReader.read(Array(text.utf8), limit: 1 << 20)
        let error = #expect(throws: HealthError.self) { try monitor.restoreHistory(document) }
        #expect(error?.code == FaultCode(3206))
    }

    @Test(
        "Damaged findings are refused with their code",
        arguments: [
            "[]", #"{"open":3}"#, #"{"open":[{}]}"#,
            #"{"open":[{"code":"X","indicator":"a","severity":"alarm","opened":"2026-01-01T00:00:00Z","reason":"x"}]}"#,
        ])
    func damagedFindings(text: String) throws {
        var monitor = monitor()
        let document = try JSONReader.read(Array(text.utf8), limit: 1 << 20)
        let error = #expect(throws: HealthError.self) { _ = try monitor.restoreFindings(document, at: newYear) }
        #expect(error?.code == FaultCode(3206))
    }
}
