package import Hardware

/// Which indicators are to be read when: a plain value that a loop asks for the next moment and for what is due.
///
/// Every interval has its beat, and all beats count from the same start, so that readings of 10 s, 20 s and 60 s wake the machine
/// together. What is due within the slack is read along, early by at most that much. A beat that was missed is left out and counted; it
/// is never made up for, so a machine that was slow or asleep is not flooded.
package struct Sampler: Sendable, Equatable {
    /// What is to be read now.
    package struct Due: Sendable, Equatable {
        package let indicators: [Indicator]
        /// How much later this is than the earliest of them was due, in nanoseconds.
        package let lateness: UInt64
        /// How many beats were left out since the last time, over all intervals.
        package let missedBeats: UInt64
    }

    private struct Beat: Sendable, Equatable {
        let interval: UInt64
        let indicators: [Indicator]
        var next: UInt64
    }

    private var beats: [Beat]
    private let slack: UInt64

    /// Everything is due at `start` for the first time.
    package init(plan: HealthPlan, indicators: [Indicator], start: UInt64) {
        let groups = Dictionary(grouping: indicators) { plan.watch(for: $0.name).interval.nanoseconds }
        beats = groups.map { Beat(interval: max($0.key, 1), indicators: $0.value, next: start) }
            .sorted { $0.interval < $1.interval }
        slack = plan.slack.nanoseconds
    }

    /// When the loop must wake next, in nanoseconds of the boot clock; nil where there is nothing to read.
    package var next: UInt64? { beats.map(\.next).min() }

    /// What is due at `time`; nil before the next beat.
    package mutating func due(at time: UInt64) -> Due? {
        guard let earliest = next, earliest <= time else { return nil }
        var indicators: [Indicator] = []
        var missed: UInt64 = 0
        for index in beats.indices where beats[index].next <= time + min(slack, beats[index].interval / 2) {
            let beat = beats[index]
            indicators += beat.indicators
            let passed = time > beat.next ? (time - beat.next) / beat.interval : 0
            missed += passed
            beats[index].next = beat.next + (passed + 1) * beat.interval
        }
        return Due(indicators: indicators, lateness: time - earliest, missedBeats: missed)
    }
}
