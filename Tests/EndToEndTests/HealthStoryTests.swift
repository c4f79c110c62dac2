import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("A board, its findings and its heartbeats", .timeLimit(.minutes(10)))
struct HealthStoryTests {
    /// The manufacturer's side: `scripts/receiver`, which can be gone and come back on the same port.
    private final class Receiver {
        let file: FilePath
        private var process = Process()
        private(set) var address = ""

        init(in folder: TemporaryFolder) throws {
            file = try folder.write("received", "")
            try start(port: "0")
        }

        deinit { stop() }

        func start(port: String? = nil) throws {
            let output = Pipe()
            process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            process.arguments = [
                ProjectFolder.file("scripts/receiver").string, port ?? String(address.split(separator: ":")[2]),
                file.string,
            ]
            process.standardOutput = output
            try process.run()
            let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            address = said.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func stop() {
            guard process.isRunning else { return }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        func items() throws -> [JSON] {
            try Storage().read(file, limit: 64 << 20).split(separator: 10).map {
                try JSONReader.read(Array($0), limit: 1 << 20)
            }
        }

        /// The names of the events about this finding, in the order in which they happened.
        func events(of finding: String) throws -> [String] {
            var told: [(sequence: Int64, name: String)] = []
            for event in try items().flatMap({ $0["events"]?.array ?? [] }) {
                guard event["aftercare.finding"]?.string == finding, let name = event["name"]?.string else { continue }
                told.append((event["aftercare.sequence"]?.integer ?? 0, name))
            }
            return told.sorted { $0.sequence < $1.sequence }.map(\.name)
        }
    }

    private func has(_ code: String, in health: JSON) -> Bool {
        health["findings"]?.array?.contains { $0["code"]?.string == code } == true
    }

    @Test(
        "A motor overheats: it is found, shown, told; while the network is gone it waits, and then nothing is missing")
    func story() async throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(in: folder)
        try await Device.on(heartbeat: receiver.address) { device in
            let well = try await device.json(["health"]) { $0["state"] == "ok" }
            #expect(well["indicators"]?.array?.count == 7)
            try await device.drift("at 0s motor.temperature ramp 45..82 over 1s", seconds: 2)
            try await device.json(["health"]) { has("HF-TEMP-MOTOR", in: $0) && $0["state"] == "alarm" }
            #expect(try await device.aftercare(["health"]).status == 1)
            let table = try await device.aftercare(["health"]).text
            #expect(table.contains("ALARM HF-TEMP-MOTOR, motor.temperature"))
            #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 })
            #expect(try await device.status()["findings"]?.array?.first?["code"] == "HF-TEMP-MOTOR")
            while try receiver.events(of: "HF-TEMP-MOTOR").isEmpty { await Task.yield() }

            receiver.stop()
            try await device.drift("at 0s motor.temperature ramp 82..40 over 1s", seconds: 2)
            try await device.json(["health"]) { $0["state"] == "ok" }
            try await device.json(["heartbeat", "show"]) { $0["queue"]?["items"]?.integer ?? 0 > 0 }
            try await device.killAgent()
            try receiver.start()
            while try receiver.events(of: "HF-TEMP-MOTOR").last != "aftercare.finding.closed" { await Task.yield() }
            let shown = try await device.json(["heartbeat", "show"]) { $0["queue"]?["items"] == 0 }
            #expect(shown["queue"]?["dropped"]?.array?.isEmpty == true)
            let transfers = try await device.json(["egress", "list"])
            let accepted = transfers.array?.filter { $0["outcome"] == "accepted" } ?? []
            let sent = Set(accepted.flatMap { $0["items"]?.array?.compactMap(\.string) ?? [] })
            // One may be under way between the two looks.
            #expect(sent.isSubset(of: Set(try receiver.items().compactMap { $0["id"]?.string })))
            #expect(sent.count >= 4)
            let newest = try #require(accepted.first)
            let body = try await device.aftercare(["egress", "list", "--body", "\(newest["id"]?.integer ?? 0)"])
            #expect(body.status == 0, "\(body.error)")
            #expect(SHA256.digest(of: body.output).hex == newest["digest"]?.string)
        }
    }

    @Test("Sensors that lie, hang and go away each have their finding, and an update goes on as if nothing were")
    func badSensors() async throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(in: folder)
        try await Device.on(heartbeat: receiver.address) { device in
            try await device.drift(
                """
                at 0s cpu.temperature hang
                at 0s motor.temperature min-int
                at 0s motor.current huge
                at 0s battery.level text
                at 0s battery.health absent
                at 0s emmc.life-used empty
                """, seconds: 1)
            let health = try await device.json(["health"]) { health in
                ["HF-READING-UNREADABLE", "HF-READING-IMPLAUSIBLE", "HF-READING-ABSENT"].allSatisfy {
                    has($0, in: health)
                } && (health["findings"]?.array?.count ?? 0) >= 6
            }
            #expect(health["findings"]?.array?.allSatisfy { $0["reason"]?.string?.isEmpty == false } == true)
            let start = device.lines.count
            let bundle = try await device.product.bundle("1.1.0").string
            #expect(try await device.aftercare(["install", bundle]).status == 0)
            let status = try await device.conclusion(from: start)
            #expect(status["last"]?["outcome"] == "committed")
            #expect((status["findings"]?.array?.count ?? 0) >= 6)
            // None of them was opened a second time by the restart.
            #expect(try device.entries().filter { $0 == "finding.opened" }.count == status["findings"]?.array?.count)
            while try !receiver.items().contains(where: { item in
                item["events"]?.array?.contains { $0["aftercare.outcome"] == "committed" } == true
            }) { await Task.yield() }
        }
    }

    @Test("An endpoint behind a captive portal keeps the agent from nothing, and is named for what it is")
    func captivePortal() async throws {
        let portal = try await TelemetryReceiver.start()
        try await Device.on(heartbeat: portal.address + "/html") { device in
            let shown = try await device.json(["heartbeat", "show"]) {
                $0["endpoints"]?.array?.first?["fault"] != nil
            }
            let trouble = shown["endpoints"]?.array?.first?["fault"]?["code"]
            #expect(trouble == "AC-3302", "\(shown["endpoints"] ?? .null)")
            let start = device.lines.count
            let bundle = try await device.product.bundle("1.1.0").string
            #expect(try await device.aftercare(["install", bundle]).status == 0)
            #expect(try await device.conclusion(from: start)["last"]?["outcome"] == "committed")
        }
    }
}
