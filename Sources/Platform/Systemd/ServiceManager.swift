import Glibc

/// What a service tells the manager that started it (sd_notify(3)).
///
/// Outside systemd it tells nobody, and no failure is ever the service's own: all of it is news, none of it is needed.
package struct ServiceManager: Sendable {
    /// How often the manager wants to hear `alive()`, or it restarts the service; nil when it does not watch.
    ///
    /// This is half of `WatchdogSec=`, so that one late sign of life is no death.
    package let watchdogInterval: Duration?

    private let socket: DatagramSocket?

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` from `environment`; `process` is our number.
    package init(environment: [String: String], process: Int32 = getpid()) {
        socket = environment["NOTIFY_SOCKET"].flatMap { DatagramSocket($0) }
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = isForUs && limit > 1 && socket != nil ? .microseconds(limit / 2) : nil
    }

    /// Whether there is a manager to tell.
    package var isPresent: Bool { socket != nil }

    /// The service is up: what is ordered after it may start.
    package func ready(_ status: String) { notify("READY=1", "STATUS=\(line(status))") }

    /// What the service does now, as `systemctl status` shows it.
    package func status(_ status: String) { notify("STATUS=\(line(status))") }

    /// The service began to stop.
    package func stopping() { notify("STOPPING=1") }

    /// The service works as it should.
    package func alive() { notify("WATCHDOG=1") }

    /// Starting or stopping needs `time` from now; to be said again before that has passed.
    package func extendTimeout(_ time: Duration) {
        notify("EXTEND_TIMEOUT_USEC=\(Int64(time / .microseconds(1)))")
    }

    private func notify(_ assignments: String...) {
        _ = socket?.send(Array(assignments.joined(separator: "\n").utf8))
    }

    // A newline would begin another assignment.
    private func line(_ text: String) -> String { text.replacing("\n", with: " ") }
}
