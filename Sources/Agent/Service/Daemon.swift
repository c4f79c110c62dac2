import BootControl
import Documents
import Hardware
import Health
import Heartbeats
import Integrity
import Ledger
package import Logging
import NetworkDiagnosis
package import Platform
import SelfTests
import ServiceLifecycle
import Servicing
import SystemPackage
import Trust
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
        ProcessMemory.keepSmall()
        let running = try RunningSystem.read(configuration, storage: storage)
        let key = configuration.openDeviceKey(storage: storage, log: log)
        let records = try Records.open(
            configuration.places, storage: storage, clock: clock, boot: running.boot,
            limits: configuration.ledger.limits,
            signer: key.flatMap { try? LedgerSigner(device: configuration.device.id, key: $0) })
        if let fault = records.signingFault {
            log.error("the ledger is not signed", metadata: ["reason": "\(fault)", "code": "\(fault.code)"])
        }
        let connection = configuration.bus.isServed ? await BusConnection.keep(.system) : nil
        let (changes, news, moves, vitals) = (Bell(), Bell(), Bell(), Vitals())
        let parts = BoardParts.read(configuration.places, storage: storage, clock: clock, log: log)
        let agent = Agent(
            configuration: configuration, running: running, storage: storage, records: records,
            machine: machine(connection, parts, key), log: log
        ) {
            changes.ring()
            news.ring()
            moves.ring()
        }
        let integrity = IntegrityWatch(
            agent: agent, policy: configuration.integrity, places: configuration.places, boot: running.boot,
            clock: clock, storage: storage, log: log)
        let health = await watch(parts, agent: agent, vitals: vitals)
        let heartbeats = heartbeatService(agent: agent, health: health, parts: parts)
        let signs = LifeSigns(agent: agent, heartbeats: heartbeats, vitals: vitals)
        let sessions = await ServiceSessions(
            agent: agent, policy: configuration.service,
            surroundings: serviceSurroundings(connection, health, parts), log: log)
        let bus = connection.map {
            BusService(
                agent: agent, health: health, heartbeats: heartbeats, integrity: integrity, sessions: sessions,
                connection: $0)
        }
        var services: [any Service] = [
            AgentService(agent: agent),
            PublishingService(agent: agent, bus: bus, changes: changes, manager: manager, log: log),
            SessionService(sessions: sessions, bus: bus),
            IntegrityService(integrity: integrity, changes: moves),
            ManagerWatchdogService(signs: signs, manager: manager, log: log),
        ]
        if let board = parts.board { services.append(BoardWatchdogService(board: board, signs: signs, log: log)) }
        if let health { services.append(HealthService(health: health)) }
        if let heartbeats {
            services.append(NewsService(agent: agent, heartbeats: heartbeats, changes: news, log: log))
        }
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

    private func watch(_ parts: BoardParts, agent: Agent, vitals: Vitals) async -> HealthWatch? {
        guard let board = parts.board else { return nil }
        return HealthWatch(
            board: board, plan: parts.plan, findings: await agent.knownFindings(), places: configuration.places,
            clock: clock, storage: storage, vitals: vitals, log: log
        ) { await agent.take($0, open: $1) }
    }

    /// Nil where the configuration names nobody who wants heartbeats, or nothing can be queued: updates go on without.
    private func heartbeatService(
        agent: Agent, health: HealthWatch?, parts: BoardParts
    ) -> HeartbeatService? {
        let heartbeat = configuration.heartbeat
        guard !heartbeat.endpoints.isEmpty else { return nil }
        let queue: HeartbeatQueue
        do throws(HeartbeatError) {
            queue = try HeartbeatQueue(
                configuration.places.heartbeats, endpoints: heartbeat.endpoints.map(\.name), bounds: heartbeat.queue,
                storage: storage, now: clock.now())
        } catch {
            log.error("heartbeats cannot be queued, continuing without", metadata: ["reason": "\(error)"])
            return nil
        }
        let plan = try? SelfTestPlan.read(folder: configuration.places.selfTests, storage: storage)
        let names = TelemetryNames(
            indicators: (parts.board?.indicators.map(\.name) ?? []) + [ConfigurationRecord.indicator],
            selfTests: plan?.tests.map(\.id) ?? [],
            findings: parts.plan.findingCodes + ConfigurationRecord.findingCodes)
        let log = log
        return HeartbeatService(
            configuration: heartbeat, queue: queue,
            source: HeartbeatService.Source(names: names) {
                await agent.heartbeatIdentity()
            } content: {
                var content = await agent.heartbeat()
                if let health { content.metrics += await health.snapshot().metrics }
                return content
            }, HeartbeatSender.Surroundings(storage: storage, clock: clock)
        ) { $0.log(to: log) }
    }

    private func serviceSurroundings(
        _ connection: BusConnection?, _ health: HealthWatch?, _ parts: BoardParts
    ) -> ServiceSessions.Surroundings {
        let command = configuration.service.stickCommand
        let starter: SystemStick.Starter? =
            command.isEmpty ? connection.map { .unit(SystemdManager($0)) } : .command(command)
        let places = configuration.places
        let (configuration, storage, clock) = (configuration, storage, clock)
        return ServiceSessions.Surroundings(
            health: health,
            stick: starter.map {
                SystemStick(
                    product: configuration.device.product, starter: $0, runtime: places.runtime,
                    machine: places.hardware)
            },
            diagnosis: {
                let machine = NetworkMachine(root: places.hardware) { _ in nil }
                let diagnosis = NetworkDiagnosis(
                    endpoints: configuration.networkEndpoints(storage: storage), machine: machine, clock: clock)
                return await diagnosis.run().map(\.json)
            }, serialRate: parts.serviceRate)
    }

    private func machine(
        _ connection: BusConnection?, _ parts: BoardParts, _ key: DeviceKey?
    ) -> Agent.Machine {
        var interlocks: [any Interlock] = configuration.interlocks.lockFiles.map {
            LockFileInterlock(path: $0, storage: storage)
        }
        if configuration.interlocks.usesInhibitors {
            interlocks.append(InhibitorInterlock(connection: connection))
        }
        interlocks += parts.interlocks(connection: connection)
        let command = configuration.update.restartCommand
        let restarter: any Restarter =
            command.isEmpty ? SystemRestarter(connection: connection) : CommandRestarter(command: command)
        return Agent.Machine(
            interlocks: interlocks, restarter: restarter, units: connection.map { BusUnitStates(connection: $0) },
            peripherals: parts.peripherals(storage: storage),
            boardTrouble: parts.trouble.map { FaultReport($0) }, deviceKey: key)
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

/// Ends what is over at the service ports, and everything there when the agent stops.
private struct SessionService: Service {
    let sessions: ServiceSessions
    let bus: BusService?

    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await bus?.watchSessions() }
                await sessions.run()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            Task { await sessions.stop() }
        }
    }
}

/// Says on D-Bus and to the service manager how things stand, whenever that changes.
private struct PublishingService: Service {
    let agent: Agent
    let bus: BusService?
    let changes: Bell
    let manager: ServiceManager
    let log: Logger

    func run() async throws {
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
        await bus?.close()
    }
}

/// Samples the board until the agent stops.
private struct HealthService: Service {
    let health: HealthWatch

    func run() async throws {
        await withGracefulShutdownHandler {
            await health.run()
        } onGracefulShutdown: {
            Task { await health.stop() }
        }
    }
}
