import Documents
import Foundation
import Heartbeats
import TestSupport
import Testing
import Vocabulary

@Suite("What may leave")
struct AllowListTests {
    private let entries = TelemetryTable.entries

    private func admitted(_ content: HeartbeatContent) -> TelemetryFilter.Result {
        TelemetryFilter(names: Sample.names).admitted(content)
    }

    @Test("docs/telemetry.md says what the code says")
    func document() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/telemetry.md"), encoding: .utf8)
        #expect(text == TelemetryTable.markdown, "run scripts/update-telemetry-table")
    }

    @Test("Every field has a name of its own, a purpose and an example, and every number its unit")
    func complete() {
        #expect(Set(entries.map(\.name)).count == entries.count)
        for entry in entries {
            #expect(!entry.purpose.isEmpty && !entry.example.isEmpty, "\(entry.name)")
            #expect(entry.unit.isEmpty != [.gauge, .sum].contains(entry.kind), "\(entry.name)")
        }
    }

    @Test("What the board and the plan name is admitted")
    func named() {
        var content = Sample.content()
        content.events = [Sample.alarm()]
        #expect(admitted(content).content == content)
        #expect(admitted(content).withheld == 0)
    }

    @Test(
        "A value that could say anything else is withheld, and counted",
        arguments: [
            MetricPoint.indicator("patient.smith", unit: "Cel", "mean", 1),
            .indicator("cpu.temperature", unit: "John Smith", "mean", 1),
            .indicator("cpu.temperature", unit: "Cel", "Smith", 1),
            .indicator("cpu.temperature", unit: "Cel", "mean", .nan),
            .indicator("cpu.temperature", unit: "Cel", "mean", .infinity), MetricPoint(.boots, .decimal(1.5)),
            MetricPoint(.uptime, "yesterday"), MetricPoint(.uptime, 1, [.test: "room 12"]),
            MetricPoint(.uptime, 1, [.hash: "abc"]), MetricPoint(.uptime, 1, [.code: "AC-12345"]),
            MetricPoint(.uptime, 1, [.toVersion: "Smith"]), MetricPoint(.uptime, 1, [.state: "Idle"]),
        ])
    func withheld(point: MetricPoint) {
        var content = Sample.content()
        content.metrics.append(point)
        #expect(admitted(content).content == Sample.content())
        #expect(admitted(content).withheld == 1)
    }

    @Test(
        "An identity that is no label is withheld",
        arguments: ["", "Mr Smith", "bed\n3", String(repeating: "a", count: 65)])
    func identity(text: String) {
        var content = Sample.content()
        content.resource[.device] = text
        #expect(admitted(content).content.resource[.device] == nil)
        #expect(admitted(content).withheld == 1)
    }
}

@Suite("A device's pseudonym", .serialized)
struct PseudonymTests {
    @Test("With a key only a code leaves, the same each time; without the key's file nothing does")
    func pseudonym() async throws {
        let station = try Station(url: "https://localhost:1", table: "pseudonym-key-file = \"/nowhere/key\"")
        let folder = try #require(station.folder)
        let preview = try await station.service.preview()
        #expect(preview["withheld"] == 1)
        #expect(!preview.canonicalText.contains("pump-0001"))

        let key = try folder.write("key", "0123456789abcdef0123456789abcdef\n")
        let known = try Station(url: "https://localhost:1", table: "pseudonym-key-file = \"\(key)\"")
        let code = DevicePseudonym.code(of: "pump-0001", key: Array("0123456789abcdef0123456789abcdef".utf8))
        let text = try await known.service.preview().canonicalText
        #expect(!text.contains("pump-0001"))
        #expect(text.contains(code))
        #expect(code.utf8.count == 32)
    }
}
