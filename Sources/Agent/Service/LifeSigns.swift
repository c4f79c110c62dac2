import Health
package import Heartbeats

/// What must be true for a watchdog to be fed: the agent answers, its work moves, and every loop did its step in time.
package struct LifeSigns: Sendable {
    private let agent: Agent
    private let heartbeats: HeartbeatService?
    private let vitals: Vitals

    package init(agent: Agent, heartbeats: HeartbeatService?, vitals: Vitals) {
        self.agent = agent
        self.heartbeats = heartbeats
        self.vitals = vitals
    }

    /// What is not as it should be, each a clause for the journal; empty where all is well.
    func troubles(period: Duration) async -> [String] {
        var troubles = vitals.stalled(period: period).map {
            "'\($0.check)' has been silent for \($0.silence / 1_000_000_000) s"
        }
        if await !agent.isAlive() { troubles.append("work has not moved for two minutes") }
        if heartbeats?.isAlive == false { troubles.append("heartbeats are neither made nor sent when they are due") }
        return troubles
    }
}
