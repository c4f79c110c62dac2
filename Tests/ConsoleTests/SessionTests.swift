import Console
import Documents
import Servicing
import Testing
import Vocabulary

@Suite("A session on a line")
struct SessionTests {
    @Test("Nothing is said before Enter, and then who is there")
    func silence() async throws {
        let desk = ScriptedDesk()
        let visitor = try Visitor(desk)
        visitor.type("noise without an end of line")
        try await visitor.arrive()
        #expect(visitor.seen.hasPrefix("\u{1B}[c"))
        #expect(visitor.seen.contains("Device   IP4-000417, infusion-pump rev-c"))
        #expect(desk.begun == ["ttyS0"])
    }

    @Test("A grant of several lines is pasted, and not asked for again by the cursor keys")
    func login() async throws {
        let desk = ScriptedDesk()
        let visitor = try Visitor(desk)
        try await visitor.arrive()
        visitor.type("login\r")
        let shown = try await visitor.wait(for: "grant> ")
        #expect(shown.contains("aftercare-fleet grant '\(ScriptedDesk.challenge)'"))
        visitor.type("1: AAAAA\r\n2: BBBBB\r\n3: CC.\r\n")
        let greeting = try await visitor.wait(for: "IP4-000417# ")
        #expect(greeting.contains("Logged in: A. Meier, technician, for 1 h"))
        #expect(desk.requests.last?["grant"] == "1: AAAAA\n2: BBBBB\n3: CC.\n")
        visitor.type("\u{1B}[A")
        try await visitor.wait(for: "login")
        #expect(!visitor.seen.contains("# 3: CC"))
    }

    @Test("Logging out asks for what the service record lacks, prints it, and is silent again")
    func logout() async throws {
        let desk = ScriptedDesk()
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("logout\r")
        try await visitor.wait(for: "performed> ")
        visitor.type("Changed the filter\r")
        try await visitor.wait(for: "unfinished: ")
        visitor.type("p\r")
        try await visitor.wait(for: "remarks> ")
        visitor.type("\r")
        try await visitor.wait(for: "SERVICE RECORD 2026-1")
        try await visitor.wait(for: "Press Enter")
        #expect(
            desk.requests.last?["record"] == ["performed": "Changed the filter", "result": "passed"])
        #expect(desk.ended.isEmpty)
        try await visitor.arrive()
        #expect(desk.begun.count == 2)
    }

    @Test("A line that hangs up in the middle of a command ends the session, and the console")
    func hangUp() async throws {
        let desk = ScriptedDesk(answers: [
            .network: { _ throws(FaultReport) in
                // Answers only when nobody waits any more.
                for await _ in AsyncStream<Never>.makeStream().stream {}
                return [:]
            }
        ])
        let visitor = try Visitor(desk)
        try await visitor.arrive()
        visitor.type("network\r")
        try await visitor.wait(for: "Looking")
        visitor.hangUp()
        #expect(try await visitor.end().contains("hung up"))
        #expect(desk.ended.count == 1)
        #expect(desk.ended.first?.hasPrefix("line lost") == true)
    }
}
