package import Platform

/// Programs that asked logind not to shut down (`systemd-inhibit --what=shutdown --mode=block`).
package struct InhibitorInterlock: Interlock {
    private let connection: BusConnection?

    package init(connection: BusConnection?) { self.connection = connection }

    package func reasons() async -> [String] {
        guard let connection else { return ["inhibitors cannot be asked without D-Bus"] }
        do {
            return try await LoginManager(connection).inhibitors()
                .filter(\.blocksShutdown)
                .map { "\($0.who) says: \($0.why)" }
        } catch {
            return ["inhibitors cannot be asked: \(error.description)"]
        }
    }
}
