/// How an endpoint is treated.
package struct SendingPace: Sendable, Equatable {
    /// Between requests while there is more to send: a device that was offline for weeks must not flood anybody.
    package var catchUpPause: Duration = .seconds(5)
    package var firstRetry: Duration = .seconds(5)
    package var longestRetry: Duration = .seconds(900)
    /// The longest that a server's `Retry-After` is obeyed.
    package var retryAfterLimit: Duration = .seconds(3600)
    /// An alarm that comes while an endpoint does not answer waits for at most this long.
    package var urgentRetry: Duration = .seconds(30)

    package init() {}
}

/// When an endpoint is sent to next: a plain value, in time since boot.
///
/// How it works: exponential back-off with full jitter, so that a thousand devices that lost the same server do not all come
/// back at once; a server's `Retry-After` is the least that is waited, also for an alarm.
package struct SendingSchedule: Sendable, Equatable {
    package enum Event: Sendable, Equatable {
        /// Something waits for this endpoint.
        case queued(HeartbeatPriority)
        /// A person wants it now.
        case asked
        case began
        /// The transfer is over, well or with items refused; `more` says whether others wait.
        case ended(more: Bool)
        case failed(retryAfter: Duration?)
    }

    private enum State: Sendable, Equatable {
        case idle
        /// `isOrdered` by the server, not chosen here.
        case due(Duration, isOrdered: Bool)
        case sending
    }

    private let pace: SendingPace
    private var state = State.idle
    /// How many transfers failed in a row.
    package private(set) var failures = 0

    package init(pace: SendingPace = SendingPace()) { self.pace = pace }

    /// When to send; nil while nothing waits or a transfer is under way.
    package var dueTime: Duration? {
        if case .due(let time, _) = state { time } else { nil }
    }

    package func isDue(at now: Duration) -> Bool { dueTime.map { $0 <= now } ?? false }

    package mutating func after(_ event: Event, at now: Duration, using dice: inout some RandomNumberGenerator) {
        switch (event, state) {
        case (.queued, .idle), (.asked, .idle), (.asked, .due): state = .due(now, isOrdered: false)
        case (.queued(.urgent), .due(let time, isOrdered: false)):
            state = .due(min(time, now + Self.random(upTo: pace.urgentRetry, using: &dice)), isOrdered: false)
        case (.queued, _), (.asked, .sending): break
        case (.began, _): state = .sending
        case (.ended(let more), _):
            failures = 0
            let pause = pace.catchUpPause / 2 + Self.random(upTo: pace.catchUpPause, using: &dice)
            state = more ? .due(now + pause, isOrdered: false) : .idle
        case (.failed(let retryAfter), _):
            failures += 1
            let longest = min(pace.longestRetry, pace.firstRetry * (1 << min(failures - 1, 20)))
            let chosen = max(.seconds(1), Self.random(upTo: longest, using: &dice))
            let ordered = retryAfter.map { min($0, pace.retryAfterLimit) }
            let spread = Self.random(upTo: min(.seconds(60), (ordered ?? .zero) / 10), using: &dice)
            state = .due(now + max(chosen, (ordered ?? .zero) + spread), isOrdered: ordered != nil)
        }
    }

    static func random(upTo limit: Duration, using dice: inout some RandomNumberGenerator) -> Duration {
        let milliseconds = Int64(limit / .milliseconds(1))
        return .milliseconds(milliseconds > 0 ? Int64.random(in: 0...milliseconds, using: &dice) : 0)
    }
}

/// When the next heartbeat is made: at a random moment after the start, then at even distances with some jitter.
package struct HeartbeatSchedule: Sendable, Equatable {
    private let interval: Duration
    private let jitter: Duration
    package private(set) var dueTime: Duration

    /// A hospital whose power comes back starts all its devices at once: the first heartbeats spread over `jitter`.
    package init(
        interval: Duration, jitter: Duration, at now: Duration, using dice: inout some RandomNumberGenerator
    ) {
        self.interval = interval
        self.jitter = jitter
        dueTime = now + SendingSchedule.random(upTo: jitter, using: &dice)
    }

    package mutating func made(at now: Duration, using dice: inout some RandomNumberGenerator) {
        dueTime = now + interval - jitter / 2 + SendingSchedule.random(upTo: jitter, using: &dice)
    }
}
