import Agent
import Documents
import Ledger
import PowerCuts
import TestSupport
import Testing
import Vocabulary

@Suite("What is refused, and what the record has of it", .timeLimit(.minutes(2)))
struct RequestRefusalTests {
    private static let code = FaultCode(2704)
    private static let other = FaultCode(2733)

    @Test("The first refusals have an entry each; then each interval has room for one, which tells the count")
    func gauge() {
        var gauge = RefusalGauge(at: 0)
        let first = (0..<RefusalGauge.burst).map { _ in gauge.admits(Self.code, at: 1) }
        #expect(first.allSatisfy { $0 })
        let admitted = [gauge.admits(Self.code, at: 2), gauge.admits(Self.other, at: 3)]
        let early = gauge.takeCounted(at: 4)
        #expect(admitted == [false, false])
        #expect(early == nil)
        #expect(gauge.counted?.count == 2)
        // Room alone is not enough: what was counted comes first.
        let withRoom = gauge.admits(Self.code, at: RefusalGauge.interval)
        let counted = gauge.takeCounted(at: RefusalGauge.interval)
        #expect(!withRoom)
        #expect(counted?.codes == [Self.code: 2, Self.other: 1])
        #expect(counted?.since == 2)
        let after = gauge.admits(Self.code, at: RefusalGauge.interval + 1)
        let none = gauge.takeCounted(at: RefusalGauge.interval + 2)
        let last = gauge.takeCounted(at: RefusalGauge.interval + 2, isLast: true)
        #expect(!after)
        #expect(none == nil)
        #expect(last?.count == 1)
        #expect(gauge.counted == nil)
    }

    @Test("A day of flood is at most 144 entries more, and a quiet day gives all the room back")
    func day() {
        var gauge = RefusalGauge(at: 0)
        var entries = 0
        let day: UInt64 = 86_400_000_000_000
        for second in 0..<86_400 as Range<UInt64> {
            let now = second * 1_000_000_000
            if gauge.takeCounted(at: now) != nil { entries += 1 }
            for _ in 0..<10 where gauge.admits(Self.code, at: now) { entries += 1 }
        }
        #expect(entries <= RefusalGauge.burst + 144)
        _ = gauge.takeCounted(at: 2 * day)
        let next = (0..<RefusalGauge.burst - 1).map { _ in gauge.admits(Self.code, at: 2 * day) }
        #expect(next.allSatisfy { $0 })
    }

    @Test(
        "A flood of refused requests and documents leaves a bounded number of entries, of which the last has the count")
    func flood() async throws {
        let machine = try SimulatedMachine()
        let agent = try RunningAgent(machine)
        try await agent.state("idle")
        try await flood(try agent.alive, count: 1000)
        await agent.stop()
        let entries = try machine.entries()
        let own = entries.filter { $0.event == .requestRefused || $0.event == .documentRefused }
        #expect(own.count == RefusalGauge.burst)
        #expect(own.first?.body["method"] == "Commit")
        #expect(own.first?.body["requestedBy"] == "uid 7")
        #expect(own.first?.body["fault"]?["code"] == "AC-2704")
        let counted = entries.filter { $0.event == .refusalsCounted }
        #expect(counted.map { $0.body["count"] } == [.integer(Int64(1000 - RefusalGauge.burst))])
        #expect(counted.first?.body["door"] == "bus")
        #expect(counted.first?.body["codes"]?["AC-2704"] == .integer(500 - 32))
        #expect(try machine.verifyLedger().isIntact)
    }

    /// Every other refusal is that of a document.
    private func flood(_ agent: Agent, count: Int) async throws {
        let fault = FaultReport(code: Self.code, kind: .refused, reason: "not now", advice: "")
        for number in 0..<count {
            if number % 2 == 0 {
                await agent.recordRefusal(of: "Commit", requestedBy: "uid 7", fault)
            } else {
                await #expect(throws: FaultReport.self) {
                    try await agent.apply(Array("{}".utf8), requestedBy: "uid 7")
                }
            }
        }
    }

    @Test("A flood at one door leaves the other its entries")
    func doors() async throws {
        let machine = try SimulatedMachine()
        let agent = try RunningAgent(machine)
        try await agent.state("idle")
        try await flood(try agent.alive, count: 4 * RefusalGauge.burst)
        try await ask(agent)
        await agent.stop()
        #expect(try machine.entries().filter { $0.event == .serviceRefused }.count == 1)
    }

    private func ask(_ agent: RunningAgent) async throws {
        let visitor = try await ServiceVisitor(try await agent.serve())
        #expect(await visitor.refusal(["command": "status"]) == "AC-3404")
    }
}
