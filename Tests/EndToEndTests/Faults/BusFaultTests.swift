import Documents
import Foundation
import Glibc
import Ledger
import Platform
import Servicing
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Who speaks with the agent", .timeLimit(.minutes(3)), .serialized)
struct BusFaultTests {
    private static let agent = BusEndpoint(
        "org.aftercare.Aftercare1", path: "/org/aftercare/Aftercare1", interface: "org.aftercare.Aftercare1")
    private static let sessions = BusEndpoint(
        "org.aftercare.Aftercare1", path: "/org/aftercare/Service1", interface: "org.aftercare.Service1")

    @Test(
        "A message bus that is killed in an update, again and again: the update goes on, and is served on the next bus")
    func killed() async throws {
        try await FaultyDevice.on { faulty in
            let device = faulty.device
            let start = device.lines.count
            async let command = faulty.install(["--no-activate"])
            for state in ["verifying", "installing"] {
                _ = try await device.enters(state, from: start)
                let next = device.lines.count
                let bus = try #require(
                    device.childProcess { $0.hasPrefix("dbus-daemon\0") || $0.contains("/dbus-daemon\0") })
                #expect(kill(bus, SIGKILL) == 0)
                _ = try await device.lines.wait(from: next, for: "the message bus ended")
            }
            _ = try await command
            _ = try await device.enters("installed", from: start)
            try await device.whenServed { try await device.aftercare(["activate"]) }
            #expect(try await device.conclusion(from: start)["last"]?["outcome"] == "committed")
            // The agent itself never ended for it.
            #expect(!device.lines.lines(from: start).contains { $0.contains("the agent ended") })
            try await faulty.keepsItsPromises(.busKilled)
        }
    }

    @Test("Ten times as many calls as run at once, in an update: those too many are refused, the others answered")
    func calls() async throws {
        try await FaultyDevice.on { faulty in
            let start = faulty.device.lines.count
            async let command = faulty.install()
            _ = try await faulty.device.enters("installing", from: start)
            let (answered, refused) = try await flood(faulty.device, count: 640)
            #expect(answered + refused == 640)
            #expect(answered > 0)
            _ = try await command
            #expect(try await faulty.device.conclusion(from: start)["last"]?["outcome"] == "committed")
            try await faulty.keepsItsPromises(.busFlood)
        }
    }

    /// Asks for the status so often at once; gives how many were answered, and how many refused as too many.
    private func flood(_ device: Device, count: Int) async throws -> (answered: Int, refused: Int) {
        let connection = try await BusConnection.open(.at("unix:path=\(device.path("machine/bus"))"))
        let answers = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do throws(BusError) {
                        _ = try await connection.call("GetStatus", on: Self.agent, timeout: .seconds(60))
                        return true
                    } catch {
                        if case .refused(_, let fault) = error {
                            return fault.name.hasSuffix("LimitsExceeded") ? false : nil
                        }
                        return nil
                    }
                }
            }
            return await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        await connection.close()
        return (answers.filter { $0 == true }.count, answers.filter { $0 == false }.count)
    }

    @Test("What is refused on the bus leaves one entry each, with who asked")
    func refused() async throws {
        try await Device.on { device in
            let before = try device.entries().count
            let refusals = [
                ["commit"], ["activate"], ["cancel"], ["rollback", "--reason", "because"],
                ["acknowledge", "training", "--name", "A. Weber", "--role", "nurse"],
            ]
            for refusal in refusals { #expect(try await device.aftercare(refusal).status != 0) }
            #expect(try device.entries(from: before) == refusals.map { _ in "request.refused" })
            let ledger = LedgerFolder(device.path("state/ledger"), storage: Storage())
            let entries = try ledger.entries(from: 1, limit: 10_000).filter { $0.event == .requestRefused }
            #expect(
                entries.compactMap { $0.body["method"]?.string }
                    == ["Commit", "Activate", "Cancel", "Rollback", "Acknowledge"])
            #expect(entries.allSatisfy { $0.body["requestedBy"]?.string == "uid \(geteuid())" })
            #expect(entries.allSatisfy { $0.body["fault"]?["code"] == "AC-2704" || $0.body["method"] == "Rollback" })
        }
    }

    @Test(
        "Hundreds of service sessions and requests that nobody may make: a bounded number of entries, one of them counts"
    )
    func sessions() async throws {
        try await FaultyDevice.on { faulty in
            let connection = try await BusConnection.open(.at("unix:path=\(faulty.device.path("machine/bus"))"))
            for number in 0..<640 {
                // There is no table [service]: nobody is let in, and each try is refused.
                let answer = try? await connection.call("Begin", on: Self.sessions, [.string("tty\(number)")])
                #expect(answer == nil)
            }
            await connection.close()
            try await faulty.keepsItsPromises(.sessionFlood)
            #expect(try faulty.device.refusals().count == 64)
            try await faulty.updates("after the flood")
            let ledger = LedgerFolder(faulty.device.path("state/ledger"), storage: Storage())
            let counted = try ledger.entries(from: 1, limit: 10_000).filter { $0.event == .refusalsCounted }
            #expect(counted.map { $0.body["count"]?.integer } == [640 - 64])
        }
    }

    @Test(
        "A server that sends what is no bundle, for ever or not at all: the offer ends with its reason",
        arguments: ["endless", "garbage", "huge"])
    func server(behaviour: String) async throws {
        let server = try await WebServer.start(content: [UInt8](repeating: 0x41, count: 1 << 16))
        try await FaultyDevice.on { faulty in
            let start = faulty.device.lines.count
            try await faulty.device.aftercare(["install", "\(server.address)/\(behaviour)"])
            let status = try await faulty.device.conclusion(from: start)
            #expect(["failed", "refused"].contains(status["last"]?["outcome"]?.string), "\(status)")
            #expect(status["last"]?["fault"]?["reason"]?.string?.isEmpty == false)
            try await faulty.keepsItsPromises(.hostileServer)
        }
    }

    @Test(
        "A receiver of heartbeats that floods, drips or breaks off: updates and the watchdog do not notice",
        arguments: ["endless", "garbage"])
    func receiver(behaviour: String) async throws {
        try await FaultyDevice.on(receiving: behaviour) { faulty in
            try await faulty.updates(Comment(rawValue: behaviour))
            try await faulty.keepsItsPromises(.hostileReceiver)
        }
    }
}
