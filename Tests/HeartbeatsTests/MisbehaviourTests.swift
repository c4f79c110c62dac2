import Documents
import Heartbeats
import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("Endpoints that misbehave", .serialized)
struct MisbehaviourTests {
    @Test(
        "What an endpoint does wrong has its own code, costs nothing that waits, and is tried again later",
        arguments: [
            ("html", 3302), ("words", 3302), ("list", 3302), ("loop", 3303), ("busy", 3305), ("500", 3305),
            ("503", 3305), ("408", 3305), ("401", 3304), ("403", 3304), ("404", 3304), ("endless", 1046),
            ("slow", 1045), ("mute", 1045), ("half", 1047), ("hasty", 1047), ("garbage", 1040),
        ])
    func misbehaves(mode: String, code: Int) async throws {
        let receiver = try await TelemetryReceiver.start()
        let slow = ["slow", "mute"].contains(mode)
        let station = try Station(url: "\(receiver.address)/\(mode)", more: slow ? "timeout-seconds = 1" : "")
        _ = await station.service.turn()
        let next = try #require(await station.service.sendTurn())
        #expect(station.paper.faults == [FaultCode(code)])
        #expect(try await station.queue.state().items[.routine] == 1)
        let record = try #require(try await station.queue.egress(limit: 10).first)
        #expect(record.outcome == "AC-\(code)")
        // At least a second, and as long as the server asked for.
        #expect(next - station.time.uptime >= (mode == "busy" ? .seconds(120) : .seconds(1)))
        // And it is the same item that comes again.
        station.time.advance(to: next)
        _ = await station.service.sendTurn()
        #expect(Set(try await station.queue.egress(limit: 10).map(\.items)) == [record.items])
    }

    @Test("A server that answers nobody is told apart from one that is not there")
    func nobodyThere() async throws {
        let station = try Station(url: "http://127.0.0.1:1")
        await station.run(until: .seconds(1))
        #expect(station.paper.faults == [FaultCode(1042)])
    }

    @Test("Values that a receiver refuses are counted and not sent again")
    func partialSuccess() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/partial")
        await station.run(until: .seconds(60))
        #expect(station.paper.faults == [FaultCode(3306)])
        #expect(try await station.queue.state().count == 0)
        #expect(try await station.queue.egress(limit: 1).first?.outcome == "AC-3306")
    }

    @Test("An answer without a body is taken if it says that it is JSON")
    func emptyAnswer() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/empty")
        await station.run(until: .seconds(60))
        #expect(station.paper.faults.isEmpty)
        #expect(try await station.queue.state().count == 0)
    }

    @Test("A receiver that took it and lost the connection gets it again, and knows it by its id")
    func lostAnswer() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/lossy")
        await station.run(until: .seconds(600))
        let ids = try receiver.ids()
        #expect(ids.count == 2)
        #expect(Set(ids).count == 1)
        let keys = try receiver.received().map { $0["head"]?["idempotency-key"] }
        #expect(Set(keys).count == 1)
    }

    @Test("An item that is refused is given up after three tries, and holds up no other")
    func refusedItem() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/picky", table: "interval-seconds = 100")
        for number in [1, 666, 3] {
            // One of the three makes the receiver refuse the whole request that it is in.
            var content = Sample.content(number)
            content.resource[.service] = "aftercare"
            let id = Sample.item(number).id
            let body = OTLPEncoding(resource: content.resource, item: id)
                .metrics(content.metrics, at: ManualTime.start, since: ManualTime.start)
            try await station.queue.add(
                QueueItem(
                    id: id, signal: .metrics, priority: .routine, time: ManualTime.start, body: body.canonicalBytes))
        }
        await station.run(until: .seconds(99))
        let arrived = try receiver.received().flatMap { $0["resources"]?.array ?? [] }
            .compactMap { $0["aftercare.item.id"]?["text"]?.string }
        for number in [1, 3] { #expect(arrived.contains(Sample.item(number).id)) }
        #expect(!arrived.contains(Sample.item(666).id))
        #expect(try await station.queue.state().count == 0)
        #expect(try await station.queue.state().dropped == [QueueState.Drop(.routine, .refused): 1])
        let given = station.paper.news.compactMap { news -> [String]? in
            if case .givenUp(_, let ids, _) = news { ids } else { nil }
        }
        #expect(given == [[Sample.item(666).id]])
    }

    @Test("One endpoint that never answers holds up no other")
    func isolation() async throws {
        let receiver = try await TelemetryReceiver.start()
        let more = """
            [[heartbeat.endpoints]]
            name = "two"
            url = "\(receiver.address)/503"
            proxy = "none"
            """
        let station = try Station(url: receiver.address + "/ok", more: more)
        await station.run(until: .seconds(3600))
        let ids = try receiver.ids()
        #expect(ids.count == 4)
        #expect(Set(ids).count == 4)
        // What one has still waits for the other.
        #expect(try await station.queue.state().items[.routine] == 4)
    }

    @Test("A server's date is told as a hint, and the clock stays")
    func timeHint() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/ok")
        await station.run(until: .seconds(10))
        let hints = station.paper.news.compactMap { news -> TimeHint? in
            if case .time(let hint) = news { hint } else { nil }
        }
        let hint = try #require(hints.first)
        #expect(abs(hint.time.seconds - SystemClock().now().seconds) < 120)
        #expect(hint.uncertaintySeconds >= 1)
        #expect(!hint.isAuthenticated)
        #expect(station.time.now() == ManualTime.start.advanced(by: 10))
    }
}
