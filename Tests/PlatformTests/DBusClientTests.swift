import Platform
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// logind and systemd as their manual pages describe them, with a state that tests give.
private final class SimulatedHost: Sendable {
    let rebooted = Mutex<[String]>([])

    func serve(on connection: BusConnection) async throws {
        let inhibitor = BusType.structure([.string, .string, .string, .string, .uint32, .uint32])
        let locks: [BusValue] = [
            .structure([
                .string("shutdown:sleep"), .string("infusion"), .string("therapy runs"), .string("block"), .uint32(990),
                .uint32(4711),
            ]),
            .structure([
                .string("shutdown"), .string("unattended-upgrades"), .string("stop ongoing upgrades"), .string("delay"),
                .uint32(0), .uint32(12),
            ]),
        ]
        try await connection.serve(
            BusObject(
                path: "/org/freedesktop/login1", interface: "org.freedesktop.login1.Manager",
                methods: [
                    BusMethod("ListInhibitors", returns: [BusArgument("inhibitors", .array(inhibitor))]) { _ in
                        [.array(locks, of: inhibitor)]
                    },
                    BusMethod("Reboot", [BusArgument("interactive", .boolean)]) { _ in
                        self.rebooted.withLock { $0.append("login1") }
                        return []
                    },
                ]))
        try await connection.own("org.freedesktop.login1")
        try await serveManager(on: connection)
        let unit = "/org/freedesktop/systemd1/unit/pump_2eservice"
        try await connection.serve(
            BusObject(
                path: unit, interface: "org.freedesktop.systemd1.Unit",
                properties: [
                    BusProperty("LoadState", .string("loaded")), BusProperty("ActiveState", .string("failed")),
                    BusProperty("SubState", .string("failed")),
                ]))
        try await connection.serve(
            BusObject(
                path: unit, interface: "org.freedesktop.systemd1.Service",
                properties: [BusProperty("Result", .string("watchdog"))]))
        try await connection.serve(
            BusObject(
                path: "/org/freedesktop/systemd1/unit/multi_2duser_2etarget",
                interface: "org.freedesktop.systemd1.Unit",
                properties: [
                    BusProperty("LoadState", .string("loaded")), BusProperty("ActiveState", .string("active")),
                    BusProperty("SubState", .string("active")),
                ]))
        try await connection.own("org.freedesktop.systemd1")
    }

    private func serveManager(on connection: BusConnection) async throws {
        let units = [
            "pump.service": "/org/freedesktop/systemd1/unit/pump_2eservice",
            "multi-user.target": "/org/freedesktop/systemd1/unit/multi_2duser_2etarget",
        ]
        try await connection.serve(
            BusObject(
                path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager",
                methods: [
                    BusMethod("LoadUnit", [BusArgument("name", .string)], returns: [BusArgument("unit", .path)]) {
                        (call) throws(BusFault) in
                        guard case .string(let name) = call.arguments[0], let path = units[name] else {
                            throw BusFault(name: "org.freedesktop.systemd1.NoSuchUnit", message: "no such unit")
                        }
                        return [.path(path)]
                    },
                    BusMethod("GetDefaultTarget", returns: [BusArgument("name", .string)]) { _ in
                        [.string("graphical.target")]
                    },
                    BusMethod(
                        "StartUnit", [BusArgument("name", .string), BusArgument("mode", .string)],
                        returns: [BusArgument("job", .path)]
                    ) { call in
                        self.rebooted.withLock { $0.append("start \(String(bus: call.arguments[0]) ?? "")") }
                        return [.path("/org/freedesktop/systemd1/job/1")]
                    },
                    BusMethod("Reboot") { _ in
                        self.rebooted.withLock { $0.append("systemd1") }
                        return []
                    },
                ],
                properties: [BusProperty("SystemState", .string("degraded"))]))
    }
}

@Suite("logind and systemd on the bus")
struct DBusClientTests {
    @Test("Inhibitors are read as logind lists them, and busctl reads the same list")
    func inhibitors() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        try await SimulatedHost().serve(on: connection)
        let inhibitors = try await LoginManager(connection).inhibitors()
        #expect(
            inhibitors.first
                == LoginManager.Inhibitor(
                    what: ["shutdown", "sleep"], who: "infusion", why: "therapy runs", mode: .block, user: 990,
                    process: 4711))
        #expect(inhibitors.map(\.blocksShutdown) == [true, false])
        let list = try await bus.busctl(
            "call", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
            "ListInhibitors")
        #expect(
            list.text.hasPrefix("a(ssssuu) 2 \"shutdown:sleep\" \"infusion\" \"therapy runs\" \"block\" 990 4711"))
        await connection.close()
    }

    @Test("A service that failed shows why; a target shows no result")
    func units() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        try await SimulatedHost().serve(on: connection)
        let systemd = SystemdManager(connection)
        #expect(
            try await systemd.state(of: "pump.service")
                == SystemdManager.UnitState(load: "loaded", active: "failed", sub: "failed", result: "watchdog"))
        #expect(
            try await systemd.state(of: "multi-user.target")
                == SystemdManager.UnitState(load: "loaded", active: "active", sub: "active", result: nil))
        let error = await #expect(throws: BusError.self) { try await systemd.state(of: "nonsense") }
        #expect(error?.description.contains("NoSuchUnit") == true)
        await connection.close()
    }

    @Test("The state of the system, the default target and every way to restart are asked where they are")
    func manager() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        let host = SimulatedHost()
        try await host.serve(on: connection)
        #expect(try await SystemdManager(connection).systemState() == "degraded")
        #expect(try await SystemdManager(connection).defaultTarget() == "graphical.target")
        try await LoginManager(connection).reboot()
        try await SystemdManager(connection).reboot()
        try await SystemdManager(connection).rebootForcibly()
        #expect(host.rebooted.withLock { $0 } == ["login1", "start reboot.target", "systemd1"])
        await connection.close()
    }

    @Test("Without logind, asking for inhibitors is an error and not an empty list")
    func noLogind() async throws {
        let bus = try PrivateBus()
        let connection = try await BusConnection.open(bus.address)
        let error = await #expect(throws: BusError.self) { try await LoginManager(connection).inhibitors() }
        #expect(error?.description.contains("ServiceUnknown") == true)
        await connection.close()
    }
}
