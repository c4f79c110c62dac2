package import Health
import Platform
import Synchronization

/// The agent's own checks, which the watchdog is fed by; beaten and asked from any thread.
package final class Vitals: Sendable {
    private let vitality = Mutex(Vitality())

    package init() {}

    /// Expects the next beat of `check` within `time`.
    package func expect(_ check: Vitality.Check, within time: Duration) {
        vitality.withLock { $0.expect(check, every: time, from: monotonicNanoseconds()) }
    }

    package func beat(_ check: Vitality.Check) { vitality.withLock { $0.beat(check, at: monotonicNanoseconds()) } }

    /// Expects nothing of `check` until it is expected again.
    package func suspend(_ check: Vitality.Check) { vitality.withLock { $0.forget(check) } }

    /// What is too late now; `period` is how often this is asked.
    package func stalled(period: Duration) -> [Vitality.Stall] {
        vitality.withLock { $0.stalled(at: monotonicNanoseconds(), period: period) }
    }
}
