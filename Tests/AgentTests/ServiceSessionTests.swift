import Agent
import Documents
import Foundation
import Ledger
import Platform
import PowerCuts
import Servicing
import TestSupport
import Testing
import Vocabulary

@Suite("Service sessions", .timeLimit(.minutes(5)))
struct ServiceSessionTests {
    private let machine: SimulatedMachine

    init() throws { machine = try SimulatedMachine() }

    /// Runs `body` with a technician at the port, and gives the machine's entries about service afterwards.
    @discardableResult
    private func visit(
        _ changes: String = "", tables: String = "", _ body: (ServiceVisitor) async throws -> Void
    ) async throws -> [LedgerEntry] {
        let agent = try RunningAgent(machine)
        do {
            let sessions = try await agent.serve(changes, tables: tables)
            try await body(try await ServiceVisitor(sessions))
        } catch {
            await agent.stop()
            throw error
        }
        await agent.stop()
        return try machine.entries().filter { $0.type.hasPrefix("service.") }
    }

    @Test("A challenge answered by a grant lets its person do what the grant says, and the ledger says who it was")
    func login() async throws {
        let entries = try await visit { visitor in
            let answer = try await visitor.logIn(ServiceRights([.observe, .test]))
            #expect(answer["rights"] == ["observe", "test"])
            #expect(answer["role"] == "technician")
            #expect(try await visitor.ask(["command": "status"])["state"] == "idle")
            #expect(await visitor.refusal(["command": "rollback", "reason": "why not"]) == "AC-3405")
        }
        #expect(entries.map(\.type) == ["service.started", "service.login", "service.refused"])
        #expect(entries[1].body["person"]?.string?.contains("Weber") == true)
        #expect(entries.map(\.auditCode) == [110_141, 110_122, 110_122])
    }

    @Test("Without a grant nothing is shown, unless the policy lets everybody look", arguments: [false, true])
    func withoutGrant(observes: Bool) async throws {
        try await visit(observes ? "observe-without-grant = true" : "") { visitor in
            #expect(await visitor.refusal(["command": "status"]) == (observes ? nil : "AC-3404"))
            #expect(await visitor.refusal(["command": "export", "what": "ledger"]) == "AC-3404")
        }
    }

    @Test(
        "What is refused leaves exactly one entry",
        arguments: [
            ("not json", "AC-1102"), (#"{"command":"frobnicate"}"#, "AC-2733"),
            (#"{"command":"status","x":1}"#, "AC-1107"),
            (#"{"command":"login"}"#, "AC-1106"), (#"{"command":"login","grant":"hello"}"#, "AC-3431"),
            (#"{"command":"hold","what":"the moon","reason":"r"}"#, "AC-2739"),
            (#"{"command":"test","id":"nothing"}"#, "AC-2735"), (#"{"command":"update","source":"line"}"#, "AC-2734"),
            (#"{"command":"update","source":"/etc/passwd"}"#, "AC-2736"),
            (#"{"command":"update","source":"stick"}"#, "AC-2737"),
            (#"{"command":"export","what":"ledger"}"#, "AC-2734"),
            (#"{"command":"logout","record":{"performed":"","result":"passed"}}"#, "AC-3408"),
            (#"{"command":"commit"}"#, "AC-2704"), (#"{"command":"incident","answers":{}}"#, "AC-3450"),
        ])
    func refusals(request: String, code: String) async throws {
        let entries = try await visit { visitor in
            try await visitor.logIn()
            do {
                _ = try await visitor.sessions.perform(
                    Array(request.utf8), in: visitor.session, caller: visitor.caller, stream: nil)
                Issue.record("it was carried out")
            } catch {
                #expect(FaultReport(describing: error).code.description == code)
            }
        }
        #expect(entries.filter { $0.type == "service.refused" }.count == 1)
    }

    @Test("A grant works once")
    func replay() async throws {
        try await visit { visitor in
            let grant = try await visitor.grant()
            try await visitor.ask(["command": "login", "grant": .string(grant)])
            #expect(await visitor.refusal(["command": "login", "grant": .string(grant)]) == "AC-3423")
        }
    }

    @Test("Refused grants lock everybody out, also after a restart")
    func lockout() async throws {
        let agent = try RunningAgent(machine)
        var sessions: ServiceSessions? = try await agent.serve("attempts = 2\nlock-seconds = 3600")
        for _ in 0..<2 {
            let visitor = try await ServiceVisitor(try #require(sessions))
            let other = try await visitor.grant()
            _ = try await visitor.ask(["command": "challenge"])
            #expect(await visitor.refusal(["command": "login", "grant": .string(other)]) == "AC-3424")
        }
        sessions = nil
        await agent.stop()
        try machine.boot()
        let again = try RunningAgent(machine)
        do {
            let visitor = try await ServiceVisitor(try await again.serve("attempts = 2\nlock-seconds = 3600"))
            #expect(await visitor.refusal(["command": "challenge"]) == "AC-3407")
        }
        await again.stop()
        #expect(try machine.entries().filter { $0.type == "service.locked" }.count == 1)
    }

    @Test("Only the program that opened a session speaks for it, and it ends with that program")
    func callers() async throws {
        try await visit { visitor in
            try await visitor.logIn()
            await #expect(throws: FaultReport.self) {
                try await visitor.sessions.perform(
                    Array(#"{"command":"status"}"#.utf8), in: visitor.session, caller: ":1.8", stream: nil)
            }
            await visitor.sessions.leave(caller: visitor.caller)
            #expect(await visitor.refusal(["command": "status"]) == "AC-2730")
        }
    }

    @Test("While one session changes the device, another can look and not change it")
    func twoSessions() async throws {
        try await visit { first in
            let second = try await ServiceVisitor(first.sessions, as: "novak", port: "ttyS2", caller: ":1.9")
            try await first.logIn()
            #expect(await first.refusal(["command": "hold", "what": "ledger", "reason": "r"]) == nil)
            try await second.logIn()
            #expect(await second.refusal(["command": "status"]) == nil)
            #expect(await second.refusal(["command": "hold", "what": "ledger", "reason": "r"]) == "AC-3411")
            await first.sessions.end(first.session, caller: first.caller, reason: "done")
            #expect(await second.refusal(["command": "hold", "what": "ledger", "reason": "r"]) == nil)
        }
    }

    @Test("A grant for one release installs no other")
    func boundGrant() async throws {
        let bundle = try machine.bundle(TestImage("1.1.0"))
        let agent = try RunningAgent(machine)
        do {
            let visitor = try await ServiceVisitor(try await agent.serve())
            try await visitor.logIn(bundle: SHA256.digest(of: [7]))
            let path = try machine.folder.write("sent", bundle)
            let file = try Storage().open(path, .read)
            try await visitor.ask(["command": "update", "source": "zmodem", "name": "1.1.0"], stream: file)
            let status = try await agent.status { $0["last"] != nil }
            #expect(status["last"]?["fault"]?["code"] == "AC-2722")
            #expect(status["last"]?["offer"]?["source"] == "zmodem:1.1.0")
            #expect(status["last"]?["offer"]?["requestedBy"]?.string?.contains("Weber") == true)
        }
        await agent.stop()
    }

    @Test("Emergency access is possible where the policy says so, never silent, and never enough for an update")
    func emergency() async throws {
        let table = "\n[service.emergency]\nrights = [\"observe\", \"rollback\"]\ndelay-seconds = 0\nper-day = 1\n"
        let request: JSON = [
            "command": "emergency", "person": "Dr. Adeyemi", "reason": "patient waits, nobody can be reached",
            "device": "pump-1",
        ]
        let entries = try await visit(tables: table) { visitor in
            var mistyped = request
            mistyped = .object(["command": "emergency", "person": "x", "reason": "y", "device": "pump-2"])
            #expect(await visitor.refusal(mistyped) == "AC-3412")
            let answer = try await visitor.ask(request)
            #expect(answer["emergency"] == true)
            #expect(answer["rights"] == ["observe", "rollback"])
            #expect(await visitor.refusal(["command": "update", "source": "line"]) == "AC-3405")
            await visitor.sessions.end(visitor.session, caller: visitor.caller, reason: "done")
            let again = try await ServiceVisitor(visitor.sessions)
            #expect(await again.refusal(request) == "AC-3410")
        }
        #expect(
            entries.map(\.type).filter { $0.contains("emergency") } == [
                "service.emergency-started", "service.emergency-ended",
            ])
    }

    @Test("Without a word about it there is no emergency access")
    func noEmergency() async throws {
        try await visit { visitor in
            let request: JSON = ["command": "emergency", "person": "x", "reason": "y", "device": "pump-1"]
            #expect(await visitor.refusal(request) == "AC-3409")
        }
    }
}
