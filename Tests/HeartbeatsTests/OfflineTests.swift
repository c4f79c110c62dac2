import Documents
import Heartbeats
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Offline and back", .serialized)
struct OfflineTests {
    /// An item for each of its numbers, and where it went.
    private func total(_ state: QueueState) -> Int { state.count + state.dropped.values.reduce(0, +) }

    @Test("Three weeks offline lose nothing but what is counted, alarms never, and the catching up is paced")
    func threeWeeks() async throws {
        let folder = try TemporaryFolder(inMemory: true)
        let (days, alarms) = (21, 21)
        let before = try await offline(days: days, in: folder)
        #expect(before.items[.urgent] == alarms)
        // Whole for the last day, one an hour for the last week, one a day before that.
        let routine = try #require(before.items[.routine])
        #expect((96 + 6 * 24 + 14 - 2...96 + 6 * 24 + 14 + 28).contains(routine), "\(routine)")
        #expect(Set(before.dropped.keys) == [QueueState.Drop(.routine, .thinned)])
        #expect(total(before) == days * 96 + alarms)

        let receiver = try await TelemetryReceiver.start()
        try await catchUp(in: folder, receiver, routine: routine, alarms: alarms)
    }

    /// Runs a device without a network, with an alarm at the end of each day.
    private func offline(days: Int, in folder: TemporaryFolder) async throws -> QueueState {
        let gone = try Station(url: "http://127.0.0.1:1", folder: folder)
        for day in 1...days {
            await gone.run(until: .seconds(86400 * day))
            await gone.service.report([Sample.alarm(at: gone.time.now())])
        }
        return try await gone.queue.state()
    }

    /// Sends what waits in the same folder to a receiver that is there, and checks how it came.
    private func catchUp(
        in folder: TemporaryFolder, _ receiver: TelemetryReceiver, routine: Int, alarms: Int
    ) async throws {
        let back = try Station(url: receiver.address + "/ok", table: "batch-bytes = 16384", folder: folder)
        await back.service.resume()
        var transfers: [(time: Duration, items: Int)] = []
        while try await back.queue.state().count > 0 {
            let count = try receiver.received().count
            let next = await back.service.sendTurn()
            let new = try receiver.received().dropFirst(count)
            for request in new { transfers.append((back.time.uptime, request["items"]?.array?.count ?? 0)) }
            if let next { back.time.advance(to: next) }
        }
        let ids = try receiver.ids()
        #expect(ids.count == routine + alarms)
        #expect(Set(ids).count == ids.count)
        let requests = try receiver.received()
        #expect(requests.first?["path"]?.string == "/v1/logs")
        let times = (requests.first?["records"]?.array ?? []).compactMap { $0["time"]?.string }
        #expect(times == times.sorted(by: >) && times.count > 1)
        for request in requests { #expect((request["bytes"]?.integer ?? 0) < 17000) }
        for (one, two) in zip(transfers, transfers.dropFirst()) { #expect(two.time - one.time >= .milliseconds(2500)) }
    }

    @Test("After a failure the pauses grow up to their limit, and one success ends that")
    func flaky() async throws {
        let receiver = try await TelemetryReceiver.start()
        let station = try Station(url: receiver.address + "/flaky")
        await station.run(until: .seconds(300))
        #expect(try receiver.received().count == 3)
        #expect(try receiver.ids().count == 1)
        #expect(station.paper.faults == [FaultCode(3305)])
    }

    @Test("A device that is killed at any change to its queue sends everything that it was told is queued")
    func killed() async throws {
        let receiver = try await TelemetryReceiver.start()
        let url = receiver.address + "/ok"
        var acknowledged = Set<String>()
        for number in stride(from: 5, through: 65, by: 12) {
            let folder = try TemporaryFolder()
            let (path, address) = (folder.path.string, url)
            await #expect(processExitsWith: .signal(9)) {
                [path = path as String, address = address as String, number = number as Int] in
                try await Victim.live(in: path, url: address, operations: number)
            }
            let told = Set(try Victim.acknowledged(in: path))
            acknowledged.formUnion(told)
            let station = try Station(url: url, folder: nil, at: FilePath(path))
            await station.service.resume()
            while try await station.queue.state().count > 0 {
                if let next = await station.service.sendTurn() { station.time.advance(to: next) }
            }
        }
        #expect(!acknowledged.isEmpty)
        #expect(acknowledged.isSubset(of: Set(try receiver.ids())))
    }
}

/// A process that queues and sends until it kills itself in the middle of a change to its database.
enum Victim {
    static func live(in path: String, url: String, operations: Int) async throws {
        let probe = StorageProbe { index, _ in
            if index >= operations { killThisProcess() }
            return .proceed
        }
        let folder = FilePath(path)
        let station = try Station(url: url, folder: nil, at: folder, storage: Storage(observer: probe))
        let log = try Storage().open(folder.appending("told"), [.write, .create])
        var size: UInt64 = 0
        for number in 0... {
            let item = Sample.telemetry(number)
            try await station.queue.add(item)
            let line = Array("\(item.id)\n".utf8)
            try log.write(line, at: size)
            size += UInt64(line.count)
            if number.isMultiple(of: 3) {
                await station.service.resume()
                _ = await station.service.sendTurn()
                station.time.advance(to: station.time.uptime + .seconds(10))
            }
        }
    }

    static func acknowledged(in path: String) throws -> [String] {
        let told = FilePath(path).appending("told")
        guard Storage().exists(told) else { return [] }
        return String(decoding: try Storage().read(told, limit: 1 << 20), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }
}
