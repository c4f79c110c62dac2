/// The service manager on the bus (org.freedesktop.systemd1(5)).
package struct SystemdManager: Sendable {
    /// How a unit is.
    package struct UnitState: Sendable, Hashable {
        /// `loaded`, `not-found`, `masked`, `bad-setting`, ...
        package let load: String
        /// `active`, `inactive`, `failed`, `activating`, ...
        package let active: String
        /// Finer, by kind of unit: `running`, `exited`, `dead`, ...
        package let sub: String
        /// `success` or why it ended; nil for kinds of unit that have none, as targets.
        package let result: String?

        package init(load: String, active: String, sub: String, result: String?) {
            self.load = load
            self.active = active
            self.sub = sub
            self.result = result
        }
    }

    private static let endpoint = BusEndpoint(
        "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager")
    // The kinds of unit with a Result property, by the ending of their names.
    private static let kindsWithResult = [
        "service": "Service", "socket": "Socket", "mount": "Mount", "automount": "Automount", "swap": "Swap",
        "timer": "Timer", "path": "Path", "scope": "Scope",
    ]

    private let bus: BusConnection

    package init(_ bus: BusConnection) { self.bus = bus }

    /// The state of a unit by its full name, loaded if need be.
    package func state(of unit: String) async throws(BusError) -> UnitState {
        let path: String = try await bus.call("LoadUnit", on: Self.endpoint, [.string(unit)]).read(0)
        let endpoint = Self.endpoint.with(path: path, interface: "org.freedesktop.systemd1.Unit")
        var texts: [String] = []
        for name in ["LoadState", "ActiveState", "SubState"] {
            texts.append(try [await bus.property(name, of: endpoint)].read(0))
        }
        var result: String?
        if let kind = unit.split(separator: ".").last.flatMap({ Self.kindsWithResult[String($0)] }) {
            let endpoint = endpoint.with(interface: "org.freedesktop.systemd1.\(kind)")
            result = try [await bus.property("Result", of: endpoint)].read(0, as: String.self)
        }
        return UnitState(load: texts[0], active: texts[1], sub: texts[2], result: result)
    }

    /// How the system is as a whole: `running`, `degraded`, `starting`, `maintenance`, ...
    package func systemState() async throws(BusError) -> String {
        try [await bus.property("SystemState", of: Self.endpoint)].read(0)
    }

    /// The target that the machine boots to, as `multi-user.target`.
    package func defaultTarget() async throws(BusError) -> String {
        try await bus.call("GetDefaultTarget", on: Self.endpoint).read(0)
    }

    /// Asks for a unit to be started, and does not wait for it.
    package func start(_ unit: String) async throws(BusError) {
        _ = try await bus.call("StartUnit", on: Self.endpoint, [.string(unit), .string("replace")])
    }

    /// Asks for a unit to be stopped, and does not wait for it.
    package func stop(_ unit: String) async throws(BusError) {
        _ = try await bus.call("StopUnit", on: Self.endpoint, [.string(unit), .string("replace")])
    }

    /// Restarts the machine in an orderly way, services stopped first; locks of logind are not asked.
    package func reboot() async throws(BusError) {
        _ = try await bus.call(
            "StartUnit", on: Self.endpoint, [.string("reboot.target"), .string("replace-irreversibly")])
    }

    /// Restarts the machine at once: nothing is asked, and services are not stopped one by one.
    package func rebootForcibly() async throws(BusError) { _ = try await bus.call("Reboot", on: Self.endpoint) }
}
