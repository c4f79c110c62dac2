import Console
import Platform
import TestSupport
import Testing

@Suite("In a terminal program")
struct ScreenTests {
    /// A console at the device's end of a line that picocom is on.
    private func console(_ screen: TerminalScreen, _ desk: ScriptedDesk) throws -> Task<String, Never> {
        let line = try PortLine(owning: screen.line)
        let session = ConsoleSession(on: line, at: desk, ConsoleSettings(port: "ttyS0", baud: 115_200))
        return Task { await session.run() }
    }

    @Test("picocom shows who is there, the line that was edited, and what can come next")
    func picocom() async throws {
        let screen = try TerminalScreen()
        #expect(try await screen.ready())
        let desk = ScriptedDesk()
        let console = try console(screen, desk)
        try await screen.type(keys: "Enter")
        let welcome = try #require(try await screen.capture(at: "IP4-000417>"))
        #expect(
            welcome.drop { $0 != "Aftercare service console" }.filter { !$0.isEmpty } == [
                "Aftercare service console", "Device   IP4-000417, infusion-pump rev-c",
                "Running  1.0.0 in slot set A",
                "What is done here is recorded by the device, in the name of whoever is logged", "in.",
                "Type login to log in, or ? to see what can be typed.", "IP4-000417>",
            ])
        try await screen.type(keys: "C-l")
        // Typed wrong and mended with the cursor: a terminal of its own shows what is sent for it.
        try await screen.type("sttus")
        try await screen.type(keys: "Left", "Left", "Left", "a", "Home", "Delete", "s", "End")
        #expect(try await screen.capture(at: "IP4-000417> status") == ["IP4-000417> status"])
        try await screen.type(keys: "Enter")
        let status = try #require(try await screen.capture(at: "IP4-000417>"))
        #expect(
            status == [
                "IP4-000417> status", "Device   IP4-000417, infusion-pump rev-c", "Running  1.0.0 in slot set A",
                "Update   idle, 1.0.0 runs", "Nobody is logged in here.", "IP4-000417>",
            ])
        try await screen.type("st?")
        let help = try #require(try await screen.capture(at: "IP4-000417> st"))
        #expect(help.suffix(3).first == "  status  what runs, and how the update stands")
        try await screen.end()
        let end = await Attempt.run(within: .seconds(20)) { await console.value }
        #expect(end?.contains("hung up") == true)
        #expect(desk.ended.count == 1)
    }
}
