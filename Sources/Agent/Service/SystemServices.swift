package import Platform
import SelfTests

/// Restarts through the service manager, and without a bus through its own tool.
package struct SystemRestarter: Restarter {
    private let connection: BusConnection?

    package init(connection: BusConnection?) { self.connection = connection }

    package func restart() async throws(AgentError) {
        if let connection, (try? await SystemdManager(connection).reboot()) != nil { return }
        try await CommandRestarter(command: ["/usr/bin/systemctl", "reboot"]).restart()
    }
}

/// Unit states by asking the service manager.
struct BusUnitStates: UnitStates {
    let connection: BusConnection

    func state(of unit: String) async throws -> UnitState {
        let state = try await SystemdManager(connection).state(of: unit)
        return UnitState(load: state.load, active: state.active, sub: state.sub)
    }
}
