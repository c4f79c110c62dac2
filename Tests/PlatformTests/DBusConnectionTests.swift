import Glibc
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

private let name = "org.aftercare.Test"
private let clock = BusObject(
    path: "/clock", interface: "org.aftercare.Clock",
    methods: [
        BusMethod("Never") { _ in
            let (never, _) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            return []
        }
    ],
    properties: [BusProperty("Hour", .byte(7))], signals: [BusSignature("Struck", [BusArgument("hour", .byte)])])
private let clockEndpoint = BusEndpoint(name, path: "/clock", interface: "org.aftercare.Clock")

@Suite("Connections to a bus")
struct DBusConnectionTests {
    @Test("Without a bus, opening says where it looked and exits as unreachable")
    func noBus() async throws {
        let folder = try TemporaryFolder()
        let address = "unix:path=\(folder.file("nothing"))"
        let error = await #expect(throws: BusError.self) { try await BusConnection.open(.at(address)) }
        #expect(error == .unreachable(address, .noSuchFileOrDirectory))
        #expect(error?.kind.exitStatus == 5)
    }

    @Test("An address that is none is refused")
    func nonsense() async throws {
        let error = await #expect(throws: BusError.self) { try await BusConnection.open(.at("carrier-pigeon")) }
        #expect(error?.code == FaultCode(1030))
    }

    @Test("The owner of a name and who is behind it are as the bus tells them")
    func owners() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        #expect(try await connection.owner(of: name) == nil)
        try await connection.own(name)
        let owner = try #require(try await connection.owner(of: name))
        let status = try await bus.busctl("status", name)
        #expect(status.text.contains("UniqueName=\(owner)"), "\(status.error)")
        let expected = BusCredentials(user: getuid(), process: UInt32(getpid()))
        #expect(try await connection.credentials(of: name) == expected)
        try await connection.disown(name)
        #expect(try await connection.owner(of: name) == nil)
        await connection.close()
    }

    @Test("A name that somebody owns is refused to the second who asks")
    func nameTaken() async throws {
        let bus = try PrivateBus()
        let first = try await BusConnection.open(bus.address)
        let second = try await BusConnection.open(bus.address)
        try await first.own(name)
        await #expect(throws: BusError.nameTaken(name)) { try await second.own(name) }
        await first.close()
        await second.close()
    }

    @Test("A call that is not answered in time is told apart from one whose service left")
    func timeout() async throws {
        let bus = try PrivateBus()
        let server = try await BusConnection.open(bus.address)
        let client = try await BusConnection.open(bus.address)
        try await server.serve(clock)
        try await server.own(name)
        await #expect(throws: BusError.timedOut("org.aftercare.Clock.Never", .milliseconds(50))) {
            try await client.call("Never", on: clockEndpoint, timeout: .milliseconds(50))
        }
        let answer = Task { try await client.call("Never", on: clockEndpoint, timeout: nil) }
        _ = try await client.owner(of: name)
        await server.close()
        let error = await #expect(throws: BusError.self) { try await answer.value }
        #expect(error?.code == FaultCode(1033))
        await client.close()
    }

    @Test("A cancelled task stops waiting for its answer")
    func cancellation() async throws {
        let bus = try PrivateBus()
        let server = try await BusConnection.open(bus.address)
        try await server.serve(clock)
        try await server.own(name)
        let task = Task { try await server.call("Never", on: clockEndpoint, timeout: nil) }
        task.cancel()
        await #expect(throws: BusError.cancelled("org.aftercare.Clock.Never")) { try await task.value }
        await server.close()
    }

    @Test("When the bus dies, waiting calls throw, streams end, and the program lives")
    func lost() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        try await connection.serve(clock)
        try await connection.own(name)
        let signals = try await connection.signals(BusMatch(interface: "org.aftercare.Clock"))
        let answer = Task { try await connection.call("Never", on: clockEndpoint, timeout: nil) }
        _ = try await connection.owner(of: name)
        bus.stop()
        let error = await #expect(throws: BusError.self) { try await answer.value }
        #expect(error?.kind == .unreachable || error?.code == FaultCode(1033))
        #expect(await signals.first { _ in true } == nil)
        var events: [BusEvent] = []
        for await event in connection.events { events.append(event) }
        guard case .lost = try #require(events.last) else {
            Issue.record("\(events)")
            return
        }
        await #expect(throws: BusError.self) { try await connection.owner(of: name) }
    }

    @Test(
        "A kept connection starts without a bus, and serves what it was told as soon as there is one, again and again")
    func kept() async throws {
        let bus = try PrivateBus()
        bus.stop()
        let connection = await BusConnection.keep(bus.address)
        var events = connection.events.makeAsyncIterator()
        try await connection.serve(clock)
        try await connection.own(name)
        let signals = try await connection.signals(BusMatch(interface: "org.aftercare.Clock"))
        try await connection.publish(["Hour": .byte(8)], of: "org.aftercare.Clock", at: "/clock")
        try bus.start()
        #expect(await events.next() == .connected)
        #expect(await events.next() == .named(name))
        let hour = try await bus.busctl("get-property", name, "/clock", "org.aftercare.Clock", "Hour")
        #expect(hour.text == "y 8\n", "\(hour.error)")
        bus.stop()
        guard case .lost = await events.next() else {
            Issue.record("the loss was not told")
            return
        }
        try bus.start()
        #expect(await events.next() == .connected)
        #expect(await events.next() == .named(name))
        let again = try await bus.busctl("get-property", name, "/clock", "org.aftercare.Clock", "Hour")
        #expect(again.text == "y 8\n", "\(again.error)")
        try await connection.emit("Struck", [.byte(9)], of: "org.aftercare.Clock", at: "/clock")
        #expect(await signals.first { _ in true }?.arguments == [.byte(9)])
        await connection.close()
    }

    @Test(
        "A match that could say something else than was meant is refused",
        arguments: [
            BusMatch(member: "A',type='method_call"), BusMatch(sender: "no name"), BusMatch(path: "x"),
            BusMatch(interface: "x"),
        ])
    func match(match: BusMatch) async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        let error = await #expect(throws: BusError.self) { try await connection.signals(match) }
        #expect(error?.code == FaultCode(1034))
        await connection.close()
    }
}
