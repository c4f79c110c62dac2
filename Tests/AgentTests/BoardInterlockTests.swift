import Agent
import Documents
import Hardware
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("An interlock that the board declares", .timeLimit(.minutes(5)))
struct BoardInterlockTests {
    /// The one interlock of a profile with these lines in its [[interlock]] table, asked with `reading` for every look.
    private func interlock(
        _ lines: String, reading: Reading = .absent, port: FilePath = "/dev/none", bus: BusConnection? = nil
    ) throws -> BoardInterlock {
        let profile = try BoardProfile(
            """
            [board]
            name = "test"

            [[sensor]]
            name = "pressure"
            driver = "hwmon"
            chip = "pump"
            channel = "in1"

            [[gpio]]
            name = "door"
            chip = "gpiochip0"
            line = "DOOR"
            direction = "in"

            [[serial]]
            name = "therapy"
            path = "\(port)"
            role = "therapy"

            [[interlock]]
            name = "patient"
            says = "a patient is connected"
            \(lines)

            """)
        let declared = try #require(profile.interlocks.first)
        return BoardInterlock(
            declared, on: Board(profile: profile), look: { _, _ in reading }, connection: bus)
    }

    static let inUse = ["a patient is connected"]

    static let values: [(lines: String, reading: Reading, holds: Bool)] = [
        ("indicator = \"pressure\"\nfree = [0]", .good(.number(0)), false),
        ("indicator = \"pressure\"\nfree = [0]", .good(.number(1)), true),
        ("indicator = \"pressure\"\nin-use = [1, 2]", .good(.number(0)), false),
        ("indicator = \"pressure\"\nin-use = [1, 2]", .good(.number(2)), true),
        ("file = \"/sys/class/pump/state\"\nfree = [\"idle\"]", .good(.word("idle")), false),
        ("file = \"/sys/class/pump/state\"\nfree = [\"idle\"]", .good(.word("running")), true),
    ]

    @Test("A value says free only where it is the one that was declared", arguments: values)
    func value(_ lines: String, _ reading: Reading, _ holds: Bool) async throws {
        let reasons = await (try interlock("kind = \"value\"\n" + lines, reading: reading)).reasons()
        #expect(reasons == (holds ? Self.inUse : []))
    }

    @Test("A line says free only in the state that was declared", arguments: [("active", 1.0), ("inactive", 0.0)])
    func gpio(free: String, level: Double) async throws {
        let lines = "kind = \"gpio\"\ngpio = \"door\"\nfree = \"\(free)\""
        #expect(await (try interlock(lines, reading: .good(.number(level)))).reasons() == [])
        #expect(await (try interlock(lines, reading: .good(.number(1 - level)))).reasons() == Self.inUse)
    }

    static let badReadings: [Reading] = [
        .absent, .stale(.number(0), age: .seconds(99)), .unreadable(reason: "it gave text"),
        .implausible(reason: "-2147483648"),
    ]

    @Test(
        "A reading that is not good counts as in use, whatever it was asked for",
        arguments: badReadings, ["free = [0]", "in-use = [1]"])
    func unknown(reading: Reading, answer: String) async throws {
        let lines = "kind = \"value\"\nindicator = \"pressure\"\n\(answer)"
        let reasons = await (try interlock(lines, reading: reading)).reasons()
        #expect(reasons.count == 1)
        #expect(reasons.first?.contains(reading.quality.rawValue) == true)
    }

    private static let question =
        "kind = \"serial\"\nport = \"therapy\"\nask = \"STATE?\\n\"\nfree = \"^IDLE\"\ntimeout = 0.3"

    /// What a therapy controller says to the question, and whether the device is free then.
    static let controllers: [(says: String?, isFree: Bool)] = [
        ("IDLE\n", true), ("INFUSING 12 ml/h\n", false), (nil, false), ("", false), ("STATE?\n", false),
        ("NOT IDLE\n", false), (String(repeating: "x", count: 8000), false),
    ]

    @Test("A therapy controller says free only with the words that were declared", arguments: controllers)
    func serial(says: String?, isFree: Bool) async throws {
        let controller = try PseudoTerminal { heard in
            heard.contains(10) ? says.map { Array($0.utf8) } ?? [] : nil
        }
        let reasons = await (try interlock(Self.question, port: controller.path)).reasons()
        #expect(reasons.isEmpty == isFree)
        withExtendedLifetime(controller) {}
    }

    @Test("A question that has not come back is not asked a second time, and is asked again once it has")
    func alreadyAsking() async throws {
        let (heard, hear) = AsyncStream.makeStream(of: Void.self)
        let gate = HeldGate()
        let controller = try PseudoTerminal { text in
            guard text.contains(10) else { return nil }
            hear.yield()
            gate.wait()
            return Array("IDLE\n".utf8)
        }
        let interlock = try interlock(
            Self.question.replacing("timeout = 0.3", with: "timeout = 30"), port: controller.path)
        async let first = interlock.reasons()
        var questions = heard.makeAsyncIterator()
        await questions.next()
        #expect(await interlock.reasons().first?.contains("earlier question") == true)
        gate.open()
        #expect(await first.isEmpty)
        #expect(await interlock.reasons().isEmpty)
    }

    @Test("A port that is not there, or whose cable is pulled, counts as in use")
    func pulled() async throws {
        #expect(await (try interlock(Self.question, port: "/dev/aftercare-none")).reasons().count == 1)
        let controller = try PseudoTerminal { _ in nil }
        let path = controller.path
        controller.hangUp()
        #expect(await (try interlock(Self.question, port: path)).reasons().count == 1)
    }

    @Test("A program on the bus says free only with the value that was declared; nobody there counts as in use")
    func bus() async throws {
        let bus = try PrivateBus()
        let (clinic, agent) = (try await BusConnection.open(bus.address), try await BusConnection.open(bus.address))
        let lines = """
            kind = "dbus"
            service = "org.example.Clinic"
            path = "/org/example/Clinic"
            interface = "org.example.Clinic"
            timeout = 2

            """
        let asked = try interlock(lines + "property = \"State\"\nfree = \"idle\"", bus: agent)
        #expect(await asked.reasons().count == 1)
        try await clinic.serve(
            BusObject(
                path: "/org/example/Clinic", interface: "org.example.Clinic",
                methods: [
                    BusMethod("IsFree", returns: [BusArgument("free", .boolean)]) { _ in [.boolean(true)] }
                ], properties: [BusProperty("State", .string("idle"))], signals: []))
        try await clinic.own("org.example.Clinic")
        #expect(await asked.reasons() == [])
        #expect(await (try interlock(lines + "method = \"IsFree\"\nfree = true", bus: agent)).reasons() == [])
        #expect(await (try interlock(lines + "method = \"IsFree\"\nfree = false", bus: agent)).reasons() == Self.inUse)
        #expect(await (try interlock(lines + "method = \"None\"\nfree = true", bus: agent)).reasons().count == 1)
        #expect(await (try interlock(lines + "method = \"IsFree\"\nfree = true", bus: nil)).reasons().count == 1)
        try await clinic.publish(
            ["State": .string("infusing")], of: "org.example.Clinic", at: "/org/example/Clinic")
        #expect(await asked.reasons() == Self.inUse)
        await clinic.close()
        await agent.close()
    }
}
