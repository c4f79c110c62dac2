import Documents
import Heartbeats
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Vocabulary

/// Time that only a test moves on, as wall clock and since boot alike.
final class ManualTime: WallClock {
    static let start = Timestamp(seconds: 1_790_000_000)
    private let passed = Mutex(Duration.zero)

    var uptime: Duration { passed.withLock { $0 } }

    func now() -> Timestamp { Self.start.advanced(by: uptime.components.seconds) }

    func advance(to time: Duration) { passed.withLock { $0 = max($0, time) } }
}

/// What a service told while it ran.
final class NewsPaper: Sendable {
    private let all = Mutex<[HeartbeatNews]>([])

    var news: [HeartbeatNews] { all.withLock { $0 } }

    var faults: [FaultCode] {
        news.compactMap { news in
            switch news {
            case .failing(_, let error), .partlyRefused(_, let error), .cannotQueue(let error): error.code
            default: nil
            }
        }
    }

    func print(_ one: HeartbeatNews) { all.withLock { $0.append(one) } }
}

enum Sample {
    static let names = TelemetryNames(
        indicators: ["cpu.temperature", "emmc.life-used", "battery.charge"], selfTests: ["pump-motor"],
        findings: ["HF-TEMP-CPU"])

    static let identity: [ResourceField: String] = [
        .agentVersion: "0.1.0", .device: "pump-0001", .product: "infusion-pump", .hardware: "rev-c",
        .release: "1.4.2", .slotSet: "A", .clock: "clock",
    ]

    static func content(_ number: Int = 1) -> HeartbeatContent {
        HeartbeatContent(
            resource: identity,
            metrics: [
                MetricPoint(.uptime, .decimal(Double(number))), MetricPoint(.securityVersion, .integer(Int64(number))),
                .indicator("cpu.temperature", unit: "Cel", "mean", 61.25),
            ], bootTime: ManualTime.start)
    }

    static func alarm(at time: Timestamp = ManualTime.start) -> TelemetryEvent {
        TelemetryEvent(
            .findingOpened, .error, at: time,
            [.code: "AC-3201", .indicator: "cpu.temperature", .value: 91.5, .limit: 90.0])
    }

    /// An item that a receiver takes, with an id drawn for it.
    static func telemetry(_ number: Int) -> QueueItem {
        let id = newIdentifier()
        let body = OTLPEncoding(resource: identity, item: id)
            .metrics(content(number).metrics, at: ManualTime.start, since: ManualTime.start)
        return QueueItem(
            id: id, signal: .metrics, priority: .routine, time: ManualTime.start, body: body.canonicalBytes)
    }

    static func item(
        _ number: Int, _ priority: HeartbeatPriority = .routine, signal: TelemetrySignal = .metrics,
        at time: Timestamp = ManualTime.start, bytes: Int = 100
    ) -> QueueItem {
        let digits = String(number, radix: 16)
        // What cannot be compressed, so that its size in the queue is known.
        var dice = Dice(seed: UInt64(number))
        return QueueItem(
            id: String(repeating: "0", count: 32 - digits.count) + digits, signal: signal, priority: priority,
            time: time, body: (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &dice) })
    }
}

func configuration(_ text: String) throws -> HeartbeatConfiguration {
    var root = try Fields(try TOML.read(text))
    return try HeartbeatConfiguration(try root.optionalFields("heartbeat"))
}

/// A service in a folder of its own that sends to one address, driven by a clock of the test's.
struct Station {
    /// Nil where the folder is somebody else's.
    let folder: TemporaryFolder?
    let time = ManualTime()
    let paper = NewsPaper()
    let configuration: HeartbeatConfiguration
    let queue: HeartbeatQueue
    let service: HeartbeatService

    init(
        url: String, more: String = "", table: String = "", folder: TemporaryFolder? = nil,
        at path: FilePath? = nil, storage: Storage = Storage(),
        content: @escaping @Sendable () async -> HeartbeatContent = { Sample.content() }
    ) throws {
        self.folder = try folder ?? (path == nil ? TemporaryFolder() : nil)
        let place = path ?? self.folder?.path ?? "/"
        configuration = try HeartbeatsTests.configuration(
            """
            [heartbeat]
            jitter-seconds = 0
            \(table)
            [[heartbeat.endpoints]]
            name = "one"
            url = "\(url)"
            \(more.contains("proxy =") ? "" : "proxy = \"none\"")
            \(more)
            """)
        queue = try HeartbeatQueue(
            place.appending("heartbeats.db"), endpoints: configuration.endpoints.map(\.name),
            bounds: configuration.queue,
            storage: storage, now: time.now())
        let (time, paper) = (time, paper)
        service = HeartbeatService(
            configuration: configuration, queue: queue,
            source: HeartbeatService.Source(
                names: Sample.names,
                identity: { HeartbeatContent(resource: Sample.identity, bootTime: ManualTime.start) },
                content: content),
            HeartbeatSender.Surroundings(storage: storage, clock: time, uptime: { time.uptime }, seed: 1)
        ) { paper.print($0) }
    }

    /// Makes what is due and sends what is due, and moves the time on to whatever comes next, until `end` at most.
    func run(until end: Duration) async {
        while time.uptime < end {
            let made = await service.turn()
            let sent = await service.sendTurn()
            time.advance(to: min(end, min(made, sent ?? made)))
        }
    }
}
