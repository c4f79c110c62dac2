import Documents
import Foundation
import Heartbeats
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("The service as it runs", .serialized)
struct ServiceTests {
    /// A service on the machine's own clock, and what it tells.
    private struct Running {
        let folder: TemporaryFolder
        let queue: HeartbeatQueue
        let service: HeartbeatService
        let news: AsyncStream<HeartbeatNews>

        init(
            _ text: String, folder: TemporaryFolder, patience: Duration = .seconds(30),
            content: @escaping @Sendable () async -> HeartbeatContent = { Sample.content() }
        ) throws {
            let configuration = try configuration(text)
            self.folder = folder
            queue = try HeartbeatQueue(
                folder.file("heartbeats.db"), endpoints: configuration.endpoints.map(\.name), storage: Storage(),
                now: SystemClock().now())
            let (stream, continuation) = AsyncStream<HeartbeatNews>.makeStream()
            news = stream
            let source = HeartbeatService.Source(
                names: Sample.names, patience: patience,
                identity: { HeartbeatContent(resource: Sample.identity, bootTime: ManualTime.start) }, content: content)
            service = HeartbeatService(
                configuration: configuration, queue: queue, source: source,
                HeartbeatSender.Surroundings(storage: Storage())
            ) { continuation.yield($0) }
        }

        /// Waits until so many items were delivered.
        func deliver(_ count: Int) async {
            var delivered = 0
            for await one in news {
                if case .delivered(_, let items) = one { delivered += items }
                if delivered >= count { return }
            }
        }
    }

    private func text(_ receiver: TelemetryReceiver, _ mode: String = "ok", more: String = "") -> String {
        """
        [heartbeat]
        interval-seconds = 86400
        jitter-seconds = 0
        catch-up-pause-seconds = 0
        [[heartbeat.endpoints]]
        name = "one"
        url = "\(receiver.address)/\(mode)"
        proxy = "none"
        \(more)
        """
    }

    @Test("The first heartbeat, an alarm and one on demand leave at once, and stopping ends it")
    func whole() async throws {
        let receiver = try await TelemetryReceiver.start()
        let running = try Running(text(receiver), folder: try TemporaryFolder())
        let task = Task { await running.service.run() }
        await running.deliver(1)
        await running.service.report([Sample.alarm()])
        await running.deliver(1)
        try await running.service.sendNow()
        await running.deliver(1)
        #expect(running.service.isAlive)
        #expect(running.service.lastProgress > .zero)
        await running.service.stop()
        await task.value
        #expect(try receiver.received().map { $0["path"] } == ["/v1/metrics", "/v1/logs", "/v1/metrics"])
        #expect(try await running.queue.state().count == 0)
    }

    @Test("Stopping calls off a transfer that hangs, and its item waits for the next start")
    func stopping() async throws {
        let receiver = try await TelemetryReceiver.start()
        let folder = try TemporaryFolder()
        let running = try Running(text(receiver, "mute"), folder: folder)
        let task = Task { await running.service.run() }
        // Its record is written before the transfer begins, and the receiver's when all has arrived.
        await receiver.awaitRequest()
        await running.service.stop()
        await task.value
        #expect(try await running.queue.state().count == 1)
        #expect(try await running.queue.egress(limit: 1).first?.outcome == "AC-1049")
    }

    @Test("What could not be queued is said to whoever can tell it again")
    func unqueued() async throws {
        let full = Switch()
        let probe = StorageProbe { _, operation in
            guard full.isOn, case .write = operation else { return .proceed }
            return .fail(.noSpace)
        }
        let station = try Station(url: "https://localhost:1", storage: Storage(observer: probe))
        full.isOn = true
        #expect(await !station.service.report([Sample.alarm()]))
        #expect(station.paper.faults == [FaultCode(1022)])
        full.isOn = false
        #expect(await station.service.report([Sample.alarm()]))
        #expect(try await station.queue.state().items == [.urgent: 1])
    }

    @Test("Without an endpoint nothing runs, and asking for a heartbeat says so")
    func noEndpoint() async throws {
        let running = try Running("[heartbeat]", folder: try TemporaryFolder())
        await running.service.run()
        await #expect(throws: HeartbeatError.noEndpoint) { try await running.service.sendNow() }
        #expect(try await running.service.preview()["requests"]?.array?.count == 1)
    }

    @Test("A device that does not say how it is in time still says that it is")
    func notCollected() async throws {
        let receiver = try await TelemetryReceiver.start()
        let never = AsyncStream<Never>.makeStream()
        let running = try Running(text(receiver), folder: try TemporaryFolder(), patience: .milliseconds(50)) {
            for await _ in never.stream {}
            return Sample.content()
        }
        let task = Task { await running.service.run() }
        await running.deliver(1)
        await running.service.stop()
        await task.value
        let records = try #require(try receiver.received().first?["records"]?.array)
        #expect(records.allSatisfy { $0["name"]?.string?.hasPrefix("aftercare.") == true })
        #expect(!records.contains { $0["name"] == "aftercare.health.indicator" })
        never.continuation.finish()
    }

    @Test("What was lost with a damaged queue is told to the endpoint too")
    func queueLost() async throws {
        let receiver = try await TelemetryReceiver.start()
        let folder = try TemporaryFolder()
        try folder.write("heartbeats.db", [UInt8](repeating: 0xAA, count: 8192))
        let running = try Running(text(receiver), folder: folder)
        let task = Task { await running.service.run() }
        await running.deliver(2)
        await running.service.stop()
        await task.value
        let names = try receiver.received().flatMap { $0["records"]?.array ?? [] }.compactMap { $0["name"]?.string }
        #expect(names.contains("aftercare.queue.lost"))
    }

    @Test("A file's header goes along, and a changed file counts from the next request")
    func headers() async throws {
        let receiver = try await TelemetryReceiver.start()
        let folder = try TemporaryFolder()
        let file = try folder.write("headers", "Authorization: Bearer one\nX-Site: 7\n")
        let running = try Running(text(receiver, more: "headers-file = \"\(file)\""), folder: folder)
        let task = Task { await running.service.run() }
        await running.deliver(1)
        try folder.write("headers", "Authorization: Bearer two\n")
        try await running.service.sendNow()
        await running.deliver(1)
        await running.service.stop()
        await task.value
        let heads = try receiver.received().map { $0["head"] }
        #expect(heads.map { $0?["authorization"] } == ["Bearer one", "Bearer two"])
        #expect(heads.map { $0?["x-site"] } == ["7", nil])
    }

    @Test(
        "A header file that cannot be used sends nothing, and says why",
        arguments: ["Authorization Bearer", "A: b\u{1}"])
    func badHeaders(content: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("headers", content)
        let station = try Station(url: "https://localhost:1", more: "headers-file = \"\(file)\"")
        await station.run(until: .seconds(1))
        #expect(station.paper.faults == [FaultCode(3307)])
        #expect(try await station.queue.egress(limit: 10).isEmpty)
    }
}

@Suite("What has left, and what would", .serialized)
struct EgressTests {
    @Test("Every transfer is recorded as it was, to the byte, with its digest")
    func exact() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/flaky")
        await station.run(until: .seconds(300))
        let records = try await station.queue.egress(limit: 10).reversed() as [EgressRecord]
        #expect(records.map(\.status) == [503, 503, 200])
        #expect(records.map(\.outcome) == ["AC-3305", "AC-3305", "accepted"])
        for (record, request) in zip(records, try receiver.received()) {
            let body = try await station.service.egressBody(record.number)
            #expect(SHA256.digest(of: Array(body.utf8)).hex == record.digest)
            #expect(Int64(body.utf8.count) == request["bytes"]?.integer)
            #expect(Int64(record.sentBytes) == request["sent"]?.integer)
            #expect(record.url == receiver.address + "/flaky/v1/metrics")
            #expect(record.items.allSatisfy { body.contains($0) })
        }
    }

    @Test("Only so many are remembered, and of fewer the bodies")
    func bounded() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(
            url: receiver.address + "/ok", table: "interval-seconds = 60\negress-records = 5\negress-bodies = 2")
        await station.run(until: .seconds(60 * 9))
        let records = try await station.queue.egress(limit: 100)
        #expect(records.map(\.number) == [9, 8, 7, 6, 5])
        #expect(records.map(\.isBodyKept) == [true, true, false, false, false])
        await #expect(throws: HeartbeatError.noEgress("7")) { try await station.service.egressBody(7) }
    }

    @Test("What would be sent is what is sent, but for the ids and the moment")
    func preview() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/ok")
        let preview = try await station.service.preview()
        #expect(try await station.queue.state().count == 0)
        await station.run(until: .seconds(10))
        let sent = try await station.service.egressBody(1)
        let shown = try #require(preview["requests"]?.array?.first?["body"]?.string)
        let record = try #require(try await station.queue.egress(limit: 1).first)
        let id = try #require(record.items.first)
        let shownID = try #require(shown.firstMatch(of: try Regex("[0-9a-f]{32}"))).output[0].substring
        #expect(shown.replacingOccurrences(of: String(try #require(shownID)), with: id) == sent)
    }

    @Test("A device that is killed during a transfer leaves a record of it")
    func killed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path.string
        await #expect(processExitsWith: .signal(9)) { [path = path as String] in
            let receiver = try await TelemetryReceiver.start()
            let station = try Station(url: receiver.address + "/mute", at: FilePath(path))
            _ = await station.service.turn()
            Task { _ = await station.service.sendTurn() }
            await receiver.awaitRequest()
            killThisProcess()
        }
        let station = try Station(url: "https://localhost:1", folder: folder)
        let record = try #require(try await station.queue.egress(limit: 1).first)
        #expect(record.outcome == nil && record.status == nil)
        #expect(try await station.queue.state().count == 1)
    }
}
