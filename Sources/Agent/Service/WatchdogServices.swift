import Hardware
package import Logging
import Platform
import ServiceLifecycle

/// Feeds one watchdog, again and again, for as long as there is nothing wrong with the agent itself.
package struct WatchdogFeeder: Sendable {
    private let signs: LifeSigns
    private let period: Duration
    private let log: Logger
    private let feed: @Sendable () async -> Void

    package init(signs: LifeSigns, period: Duration, log: Logger, feed: @escaping @Sendable () async -> Void) {
        self.signs = signs
        self.period = period
        self.log = log
        self.feed = feed
    }

    /// Feeds until the service is to end, or the task is cancelled.
    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await feedOnce()
                try? await Task.sleep(for: period)
            }
        }
    }

    /// Feeds, or says why not.
    package func feedOnce() async {
        let troubles = signs.troubles(period: period)
        if troubles.isEmpty {
            await feed()
        } else {
            log.error("the watchdog is not fed", metadata: ["reasons": "\(troubles)"])
        }
    }
}

/// The service manager's watchdog (sd_watchdog_enabled(3)).
struct ManagerWatchdogService: Service {
    let signs: LifeSigns
    let manager: ServiceManager
    let log: Logger

    func run() async throws {
        guard let period = manager.watchdogInterval else { return try await gracefulShutdown() }
        await WatchdogFeeder(signs: signs, period: period, log: log) { manager.alive() }.run()
    }
}

/// The hardware watchdog, where the board's profile leaves it to the agent.
///
/// An orderly end lets it stop, where the kernel allows; an agent that dies or hangs does not.
struct BoardWatchdogService: Service {
    let board: Board
    let signs: LifeSigns
    let log: Logger

    func run() async throws {
        guard let declared = board.profile.watchdog, declared.feeder == .agent else {
            return try await gracefulShutdown()
        }
        guard let device = await taken() else { return try await gracefulShutdown() }
        let log = log
        await WatchdogFeeder(signs: signs, period: declared.timeout / 4, log: log) {
            await BlockingThread.run("watchdog") {
                do { try device.feed() } catch {
                    log.error("the hardware watchdog cannot be fed", metadata: ["reason": "\(error)"])
                }
            }
        }
        .run()
        await BlockingThread.run("watchdog") { try? device.disarm() }
    }

    private func taken() async -> WatchdogDevice? {
        do {
            let board = board
            let device = try await BlockingThread.run("watchdog") { () throws(HardwareError) in
                try board.takeWatchdog()
            }
            log.notice("the hardware watchdog is armed", metadata: ["device": "\(device.identity)"])
            return device
        } catch {
            log.error("the hardware watchdog cannot be taken, continuing", metadata: ["reason": "\(error)"])
            return nil
        }
    }
}
