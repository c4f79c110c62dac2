/// Who knows the states of units: the service manager, asked over D-Bus by the agent.
package protocol UnitStates: Sendable {
    /// Throws where the service manager cannot be asked; an unknown unit is `inactive` with the load state `not-found`.
    func state(of unit: String) async throws -> UnitState
}

/// The state of a unit in the service manager's words (org.freedesktop.systemd1(5)).
package struct UnitState: Sendable, Hashable {
    /// The `LoadState`, such as `loaded`, `not-found` or `masked`.
    package let load: String
    /// The `ActiveState`, such as `active`, `inactive`, `failed` or `activating`.
    package let active: String
    /// The `SubState`, such as `running`, `exited` or `dead`.
    package let sub: String

    package init(load: String, active: String, sub: String) {
        self.load = load
        self.active = active
        self.sub = sub
    }
}
