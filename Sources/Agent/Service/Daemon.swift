import BootControl
import Documents
package import Logging
package import Platform
import ServiceLifecycle
import SystemPackage
import UnixSignals
import Vocabulary

/// `aftercare daemon`: puts the agent together, serves it on D-Bus and feeds the watchdog while it lives.
package struct Daemon: Sendable {
    private let configuration: Configuration
    private let storage: Storage
    private let clock: any WallClock
    private let manager: ServiceManager
    private let log: Logger

    package init(
        configuration: Configuration, storage: Storage, clock: any WallClock, manager: ServiceManager, log: Logger
    ) {
        self.configuration = configuration
        self.storage = storage
        self.clock = clock
        self.manager = manager
        self.log = log
    }

    /// Runs until the service manager or a signal stops it.
    package func run() async throws {
        let running = try RunningSystem.read(configuration, storage: storage)
        let records = try Records.open(configuration.places, storage: storage, clock: clock, boot: running.boot)
        let connection = configuration.bus.isServed ? await BusConnection.keep(.system) : nil
        let changes = Bell()
        let agent = Agent(
            configuration: configuration, running: running, storage: storage, records: records,
            machine: machine(connection), log: log
        ) { changes.ring() }
        let services: [any Service] = [
            AgentService(agent: agent),
            PublishingService(agent: agent, connection: connection, changes: changes, manager: manager, log: log),
            WatchdogService(agent: agent, manager: manager, log: log),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
        manager.stopping()
    }

    private func machine(_ connection: BusConnection?) -> Agent.Machine {
        var interlocks: [any Interlock] = configuration.interlocks.lockFiles.map {
            LockFileInterlock(path: $0, storage: storage)
        }
        if configuration.interlocks.usesInhibitors {
            interlocks.append(InhibitorInterlock(connection: connection))
        }
        let command = configuration.update.restartCommand
        let restarter: any Restarter =
            command.isEmpty ? SystemRestarter(connection: connection) : CommandRestarter(command: command)
        return Agent.Machine(
            interlocks: interlocks, restarter: restarter, units: connection.map { BusUnitStates(connection: $0) })
    }
}

/// The agent's own loop.
private struct AgentService: Service {
    let agent: Agent

    func run() async throws {
        await withGracefulShutdownHandler {
            await agent.run()
        } onGracefulShutdown: {
            Task { await agent.stop() }
        }
    }
}

/// Says on D-Bus and to the service manager how things stand, whenever that changes.
private struct PublishingService: Service {
    let agent: Agent
    let connection: BusConnection?
    let changes: Bell
    let manager: ServiceManager
    let log: Logger

    func run() async throws {
        let bus = connection.map { BusService(agent: agent, connection: $0) }
        do { try await bus?.start() } catch {
            // An agent that nobody can talk to still has a trial to finish or to take back.
            log.error("the agent cannot be served on D-Bus, continuing", metadata: ["reason": "\(error)"])
        }
        manager.ready(await agent.summary())
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await changes.wait()
                await bus?.publish()
                manager.status(await agent.summary())
            }
        }
        // Whoever follows an installation learns that the device restarts now, and not just that nobody answers.
        await bus?.publish()
        await connection?.close()
    }
}

/// Feeds the service manager's watchdog for as long as the agent answers and its work moves.
private struct WatchdogService: Service {
    let agent: Agent
    let manager: ServiceManager
    let log: Logger

    func run() async throws {
        guard let interval = manager.watchdogInterval else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await agent.isAlive() {
                    manager.alive()
                } else {
                    log.error("work has not moved for two minutes, the watchdog is not fed")
                }
                try? await Task.sleep(for: interval)
            }
        }
    }
}
