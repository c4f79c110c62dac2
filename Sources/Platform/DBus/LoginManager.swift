/// systemd-logind on the bus (org.freedesktop.login1(5)).
package struct LoginManager: Sendable {
    /// A lock by which a program delays or blocks shutdown, sleep and the like.
    package struct Inhibitor: Sendable, Hashable {
        /// What a lock does; logind may know more ways than these.
        package struct Mode: RawRepresentable, Sendable, Hashable {
            /// It forbids.
            package static let block = Mode(rawValue: "block")
            /// It asks for a moment.
            package static let delay = Mode(rawValue: "delay")

            package let rawValue: String

            package init(rawValue: String) { self.rawValue = rawValue }
        }

        /// `shutdown`, `sleep`, `idle`, `handle-power-key`, ...
        package let what: [String]
        package let who: String
        package let why: String
        package let mode: Mode
        package let user: UInt32
        package let process: UInt32

        package init(what: [String], who: String, why: String, mode: Mode, user: UInt32, process: UInt32) {
            self.what = what
            self.who = who
            self.why = why
            self.mode = mode
            self.user = user
            self.process = process
        }

        /// Whether it speaks against a restart; a way that we do not know does.
        package var blocksShutdown: Bool { mode != .delay && what.contains("shutdown") }
    }

    private static let endpoint = BusEndpoint(
        "org.freedesktop.login1", path: "/org/freedesktop/login1", interface: "org.freedesktop.login1.Manager")

    private let bus: BusConnection

    package init(_ bus: BusConnection) { self.bus = bus }

    /// All locks that are held now, as the people who hold them described them.
    package func inhibitors() async throws(BusError) -> [Inhibitor] {
        let locks: [BusValue] = try await bus.call("ListInhibitors", on: Self.endpoint).read(0)
        var inhibitors: [Inhibitor] = []
        for lock in locks {
            let fields = lock.fields ?? []
            inhibitors.append(
                Inhibitor(
                    what: try fields.read(0, as: String.self).split(separator: ":").map(String.init),
                    who: try fields.read(1), why: try fields.read(2),
                    mode: Inhibitor.Mode(rawValue: try fields.read(3)),
                    user: try fields.read(4), process: try fields.read(5)))
        }
        return inhibitors
    }

    /// Restarts the machine in an orderly way; a lock that blocks shutdown is respected even where we could ignore it.
    package func reboot() async throws(BusError) {
        _ = try await bus.call("Reboot", on: Self.endpoint, [.boolean(false)])
    }
}
