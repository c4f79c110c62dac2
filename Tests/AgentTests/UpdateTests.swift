import Agent
import BootControl
import Bundles
import Documents
import Ledger
import Platform
import PowerCuts
import TestSupport
import Testing
import Vocabulary

@Suite("An update on a machine", .timeLimit(.minutes(5)))
struct UpdateTests {
    private let machine: SimulatedMachine

    init() throws { machine = try SimulatedMachine() }

    @Test("From an offer over two boots to a commit, with every step in the ledger")
    func goodUpdate() async throws {
        let status = try await machine.update(try machine.bundle(TestImage("1.1.0"), securityVersion: 2))
        #expect(status["last"]?["outcome"] == "committed")
        #expect(status["version"] == "1.1.0")
        #expect(status["slotSet"] == "B")
        #expect(try machine.slot(.b) == TestImage("1.1.0").bytes)
        #expect(try machine.slot(.a) == TestImage("1.0.0").bytes)
        #expect(try machine.bootStatus().confirmed == .b)
        #expect(try machine.bootStatus().trial == nil)
        let types = try machine.entries().map(\.type).filter { !$0.hasPrefix("agent.") }
        #expect(
            types == [
                "clock.watermark", "update.offered", "update.transition", "update.judged", "update.transition",
                "slot.activated", "trial.started", "selftest.result", "update.transition", "update.transition",
                "identity.changed", "update.committed",
            ])
        guard case .whole = try machine.verifyLedger() else {
            Issue.record("\(try machine.verifyLedger())")
            return
        }
    }

    @Test("Nothing says committed before the trial is over, and the old system stays confirmed until then")
    func confirmedUntilCommit() async throws {
        let agent = try RunningAgent(machine)
        try await agent.offer(try machine.source(try machine.bundle(TestImage("1.1.0"))))
        try await agent.status { _ in false }
        #expect(agent.wantsRestart)
        #expect(try await agent.alive.status()["state"] == "restarting")
        #expect(try machine.bootStatus().confirmed == .a)
        #expect(try machine.bootStatus().trial == .b)
        await agent.stop()
        #expect(try machine.boot() == .b)
        #expect(try machine.bootStatus().confirmed == .a)
    }

    @Test("Update after update, the slot sets take turns")
    func turns() async throws {
        var from = "1.0.0"
        for (number, version) in ["1.1.0", "1.2.0", "1.3.0"].enumerated() {
            let status = try await machine.update(try machine.bundle(TestImage(version), from: [from]))
            #expect(status["last"]?["outcome"] == "committed")
            #expect(status["slotSet"]?.string == (number % 2 == 0 ? "B" : "A"))
            from = version
        }
    }

    @Test("The security floor rises with a commit, and only then")
    func securityFloor() async throws {
        let failing = try machine.bundle(TestImage("1.1.0", .failing), securityVersion: 5)
        #expect(try await machine.update(failing)["last"]?["outcome"] == "rolled-back")
        let status = try await machine.update(try machine.bundle(TestImage("1.1.1"), securityVersion: 2))
        #expect(status["last"]?["outcome"] == "committed")
        #expect(status["securityFloor"] == 2)
        let lower = try await machine.update(
            try machine.bundle(TestImage("1.2.0"), from: ["1.1.1"], securityVersion: 1))
        #expect(lower["last"]?["outcome"] == "refused")
        #expect(lower["last"]?["fault"]?["code"] == "AC-2608")
    }

    /// A bundle that is refused for one reason.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let bundle: @Sendable (SimulatedMachine) throws -> [UInt8]

        init(_ what: String, _ code: String, _ bundle: @escaping @Sendable (SimulatedMachine) throws -> [UInt8]) {
            testDescription = what
            self.code = code
            self.bundle = bundle
        }
    }

    @Test(
        "A refused bundle leaves one entry in the ledger and nothing else",
        arguments: [
            Refusal("another product", "AC-2603") {
                try $0.bundle(TestImage("1.1.0")) { $0.manifest.product = "ventilator" }
            },
            Refusal("another hardware", "AC-2604") {
                try $0.bundle(TestImage("1.1.0")) {
                    $0.manifest.hardware = ["rev-z"]
                    $0.manifest.change = SampleRecord.complete("1.1.0", hardware: ["rev-z"])
                }
            },
            Refusal("another predecessor", "AC-2605") { try $0.bundle(TestImage("1.1.0"), from: ["0.9.0"]) },
            Refusal("the running release", "AC-2606") { try $0.bundle(TestImage("1.0.0"), from: ["0.9.0"]) },
            Refusal("an older release that never ran here", "AC-2620") {
                try $0.bundle(TestImage("0.9.0"), from: ["0.8.0"])
            },
            Refusal("a change record without a risk", "AC-2601") {
                try $0.bundle(TestImage("1.1.0")) { factory in
                    guard case .object(var members) = factory.manifest.change else { return }
                    members["risk"] = nil
                    factory.manifest.change = .object(members)
                }
            },
            Refusal("an unknown image", "AC-2301") {
                try $0.bundle(TestImage("1.1.0")) { $0.manifest.images[0].name = "bootloader" }
            },
            Refusal("a byte too many", "AC-2007") { try $0.bundle(TestImage("1.1.0")) + [0] },
            Refusal("a byte too few", "AC-2006") { try Array($0.bundle(TestImage("1.1.0")).dropLast()) },
            Refusal("no bundle", "AC-2001") { _ in [UInt8](repeating: 0x41, count: 4096) },
            Refusal("nothing at all", "AC-2006") { _ in [] },
        ])
    func refused(refusal: Refusal) async throws {
        let status = try await machine.update(try refusal.bundle(machine))
        #expect(status["last"]?["outcome"] == "refused")
        #expect(status["last"]?["fault"]?["code"]?.string == refusal.code)
        let entries = try machine.entries().filter { !$0.type.hasPrefix("agent.") }
        #expect(entries.map(\.type) == ["update.refused"])
        #expect(entries.first?.body["state"]?["last"]?["fault"]?["code"]?.string == refusal.code)
        #expect(try machine.slot(.a) == TestImage("1.0.0").bytes)
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
        #expect(try machine.bootStatus().confirmed == .a)
    }

    @Test("An offer while an update is under way is not taken, and a second agent does not start")
    func busy() async throws {
        let agent = try RunningAgent(machine)
        let source = try machine.source(try machine.bundle(TestImage("1.1.0")))
        try await agent.offer(source, activates: false)
        try await agent.state("installed")
        let error = await #expect(throws: FaultReport.self) { try await agent.offer(source) }
        #expect(error?.code == AgentError.busy(state: "").code)
        #expect(error?.kind == .inUse)
        #expect(throws: LedgerError.inUse(machine.configuration.places.ledger)) { try RunningAgent(machine) }
        await agent.stop()
    }

    @Test("Asking what an installation would say changes nothing, not even the record")
    func check() async throws {
        let agent = try RunningAgent(machine, working: false)
        let before = try machine.entries().count
        for (image, accepted) in [(TestImage("1.1.0"), true), (TestImage("0.9.0"), false)] {
            let source = try machine.source(try machine.bundle(image))
            let answer = try await agent.alive.check(source, stream: nil)
            #expect(answer["accepted"] == .bool(accepted))
            #expect(answer["gates"]?.array?.count == 14)
        }
        #expect(try machine.entries().count == before)
        #expect(try machine.slot(.b).allSatisfy { $0 == 0 })
        await agent.stop()
    }

    @Test("An agent that is stopped while it reads a bundle goes on when it starts again")
    func stoppedWhileVerifying() async throws {
        let server = try await WebServer.start(content: [])
        let agent = try RunningAgent(machine)
        let id = try await agent.offer(.url(server.address + "/silent"))
        await agent.stop()
        let next = try RunningAgent(machine)
        let status = try await next.alive.status()
        #expect(status["state"] == "verifying")
        #expect(status["offer"]?["id"]?.string == id)
        try await next.alive.cancel()
        #expect(try await next.state("idle")["last"]?["outcome"] == "cancelled")
        await next.stop()
    }
}
