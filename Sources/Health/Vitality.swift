/// The agent's checks on itself, each with the longest time it may be silent: the watchdog is fed only while none is.
///
/// A plain value: whoever does the work beats, whoever feeds the watchdog asks. Work that may take longer is suspended by name, so
/// that it is a decision and not an oversight.
package struct Vitality: Sendable, Equatable {
    /// What must go on for the agent to be alive.
    package struct Check: Hashable, Sendable, CustomStringConvertible {
        package static let sampling = Check("sampling")
        package static let records = Check("records")
        package static let heartbeats = Check("heartbeats")
        package static let requests = Check("requests")
        package static let lifecycle = Check("lifecycle")

        package let description: String

        package init(_ name: String) { description = name }
    }

    /// A check that has been silent for too long.
    package struct Stall: Sendable, Equatable {
        package let check: Check
        /// In nanoseconds.
        package let silence: UInt64
        package let deadline: UInt64
    }

    private struct Watched: Sendable, Equatable {
        let deadline: UInt64
        var newest: UInt64
        var isSuspended = false
    }

    private var watched: [Check: Watched] = [:]
    private var asked: UInt64?

    package init() {}

    /// Begins to expect `check` to beat at least every `deadline`.
    package mutating func expect(_ check: Check, every deadline: Duration, from time: UInt64) {
        watched[check] = Watched(deadline: deadline.nanoseconds, newest: time)
    }

    /// Ends expecting `check`.
    package mutating func forget(_ check: Check) { watched[check] = nil }

    /// Says that `check` did its work; one that nobody expects is let be.
    package mutating func beat(_ check: Check, at time: UInt64) {
        guard let newest = watched[check]?.newest, time > newest else { return }
        watched[check]?.newest = time
    }

    /// Lets `check` be silent until it is resumed.
    package mutating func suspend(_ check: Check) { watched[check]?.isSuspended = true }

    /// Expects `check` again, from now on.
    package mutating func resume(_ check: Check, at time: UInt64) {
        watched[check]?.isSuspended = false
        beat(check, at: time)
    }

    /// The checks that are too late at `time`, the longest silent first; `period` is how often this is asked.
    ///
    /// If it was not asked for three periods, the whole machine slept or was stopped, and nothing else could have beaten either: every
    /// check then gets its full time once more.
    package mutating func stalled(at time: UInt64, period: Duration) -> [Stall] {
        if let asked, time > asked, time - asked > 3 * period.nanoseconds {
            for check in watched.keys { beat(check, at: time) }
        }
        asked = time
        return watched.compactMap { check, state in
            guard !state.isSuspended, time > state.newest, time - state.newest > state.deadline else { return nil }
            return Stall(check: check, silence: time - state.newest, deadline: state.deadline)
        }
        .sorted { ($0.silence, $1.check.description) > ($1.silence, $0.check.description) }
    }
}
