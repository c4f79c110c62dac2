import Health
package import Heartbeats
import Platform
import Synchronization

/// What must be true for a watchdog to be fed: the agent answers, its work moves, and every loop did its step in time.
///
/// Asking costs no waiting: an agent that is held up by a slow medium answers late, and is not late before two minutes are over.
/// Killed sooner, it would begin again at the same slow write, for ever.
package final class LifeSigns: Sendable {
    /// How long the agent may take to answer, and its work to move: a worn medium can hold up one flush for half a minute.
    package static let patience: Duration = .seconds(120)

    private let agent: Agent
    private let heartbeats: HeartbeatService?
    private let vitals: Vitals
    private let isAsked = Atomic(false)

    package init(agent: Agent, heartbeats: HeartbeatService?, vitals: Vitals) {
        self.agent = agent
        self.heartbeats = heartbeats
        self.vitals = vitals
        vitals.expect(.requests, within: Self.patience)
    }

    /// What is not as it should be, each a clause for the journal; empty where all is well.
    func troubles(period: Duration) -> [String] {
        ask()
        var troubles = vitals.stalled(period: period).map {
            "'\($0.check)' has been silent for \($0.silence / 1_000_000_000) s"
        }
        if agent.progress.isStuck(for: Self.patience) { troubles.append("work has not moved for two minutes") }
        if heartbeats?.isAlive == false { troubles.append("heartbeats are neither made nor sent when they are due") }
        return troubles
    }

    /// Asks the agent for an answer, unless it still owes one.
    private func ask() {
        guard !isAsked.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Task {
            await agent.answer()
            vitals.beat(.requests)
            isAsked.store(false, ordering: .releasing)
        }
    }
}
