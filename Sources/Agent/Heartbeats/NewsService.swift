import Heartbeats
import Logging
import Platform
import ServiceLifecycle

/// Makes heartbeats, and hands them what the ledger says that is new, until the agent stops.
struct NewsService: Service {
    let agent: Agent
    let heartbeats: HeartbeatService
    let changes: Bell
    let log: Logger

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await heartbeats.run() }
            group.addTask { await tellNews() }
            try? await gracefulShutdown()
            await heartbeats.stop()
            group.cancelAll()
        }
    }

    private func tellNews() async {
        while !Task.isCancelled {
            do {
                let news = try await agent.news()
                // What could not be queued is told again when the ledger grows the next time, or the agent starts.
                if await heartbeats.report(news.events),
                    await agent.newsAreTold(upTo: news.next, count: news.events.count)
                {
                    continue
                }
            } catch {
                log.warning("the ledger's news cannot be told, continuing", metadata: ["reason": "\(error)"])
            }
            await changes.wait()
        }
    }
}

extension HeartbeatNews {
    /// Into the journal, as what it is.
    func log(to log: Logger) {
        switch self {
        case .delivered(let endpoint, let items):
            log.debug("heartbeats were delivered", metadata: ["endpoint": "\(endpoint)", "items": "\(items)"])
        case .failing(let endpoint, let error):
            log.warning(
                "heartbeats are not delivered, they are kept",
                metadata: ["endpoint": "\(endpoint)", "reason": "\(error)"])
        case .partlyRefused(let endpoint, let error):
            log.warning(
                "a part of a heartbeat was refused", metadata: ["endpoint": "\(endpoint)", "reason": "\(error)"])
        case .givenUp(let endpoint, let ids, let error):
            log.error(
                "heartbeats were given up",
                metadata: ["endpoint": "\(endpoint)", "items": "\(ids.count)", "reason": "\(error)"])
        case .time(let hint): log.debug("a receiver told its time", metadata: ["hint": "\(hint)"])
        case .queueLost(let place): log.error("the queue of heartbeats was damaged", metadata: ["kept": "\(place)"])
        case .cannotQueue(let error): log.error("a heartbeat could not be queued", metadata: ["reason": "\(error)"])
        case .withheld(let count):
            log.error("values that may not leave were withheld", metadata: ["count": "\(count)"])
        case .notCollected: log.error("the device's state was not told in time, a heartbeat goes without it")
        }
    }
}
