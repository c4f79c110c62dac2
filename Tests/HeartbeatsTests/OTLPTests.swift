import Documents
import Heartbeats
import TestSupport
import Testing
import Vocabulary

@Suite("OTLP, read by OpenTelemetry's own classes", .serialized)
struct OTLPTests {
    private func value(_ value: TelemetryValue) -> JSON {
        switch value {
        case .text(let text): ["text": .string(text)]
        case .integer(let number): ["integer": .string(String(number))]
        case .decimal(let number): ["decimal": .decimal(number)]
        }
    }

    private func attributes(_ attributes: [AttributeField: TelemetryValue]) -> JSON {
        .object(Dictionary(uniqueKeysWithValues: attributes.map { ($0.name, value($1)) }))
    }

    private func nanoseconds(_ time: Timestamp) -> JSON { .string("\(time.seconds)000000000") }

    private func expected(_ point: MetricPoint, at time: Timestamp) -> JSON {
        let isSum = point.field.entry.kind == .sum
        return [
            "name": .string(point.field.name), "unit": .string(point.field.entry.unit),
            "kind": isSum ? "sum" : "gauge", "value": value(point.value), "attributes": attributes(point.attributes),
            "time": nanoseconds(time), "start": isSum ? nanoseconds(point.start ?? ManualTime.start) : "0",
        ]
    }

    private func expected(_ event: TelemetryEvent, observed: Timestamp) -> JSON {
        [
            "name": .string(event.field.name), "severity": .number(event.severity.rawValue),
            "text": .string(event.severity.text), "attributes": attributes(event.attributes),
            "time": nanoseconds(event.time), "observed": nanoseconds(observed),
        ]
    }

    private func randomValue(_ field: some TelemetryField, _ dice: inout Dice) -> TelemetryValue {
        switch field.entry.domain {
        case .word(let words): .text(words.randomElement(using: &dice) ?? "")
        case .name(.indicator): "cpu.temperature"
        case .name(.selfTest): "pump-motor"
        case .name(.finding): "HF-TEMP-CPU"
        case .label: "rev-c_2.1"
        case .version: "2.0.0-rc.1"
        case .digest: .text(String(repeating: "0a", count: 32))
        case .identifier: .text(String(repeating: "0a", count: 16))
        case .faultCode: "AC-3201"
        case .unit: "m/s2"
        case .integer: .integer([0, -1, Int64.max, Int64.min, 1 << 60].randomElement(using: &dice) ?? 0)
        case .number:
            .decimal(
                [0, -0.5, 1e300, 2.5e-308, 61.25, Double.random(in: -1e6...1e6, using: &dice)].randomElement(
                    using: &dice)
                    ?? 0)
        }
    }

    private func random(_ dice: inout Dice) -> HeartbeatContent {
        var content = HeartbeatContent(resource: Sample.identity, bootTime: ManualTime.start)
        let extras = AttributeField.allCases
        func some() -> [AttributeField: TelemetryValue] {
            Dictionary(
                extras.shuffled(using: &dice).prefix(Int.random(in: 0...5, using: &dice)).map {
                    ($0, randomValue($0, &dice))
                }
            ) { $1 }
        }
        for field in MetricField.allCases {
            content.metrics.append(MetricPoint(field, randomValue(field, &dice), some()))
        }
        content.metrics.append(MetricPoint(.dropped, .integer(3), some(), since: Timestamp(seconds: 1_700_000_000)))
        for field in EventField.allCases {
            let severity = TelemetrySeverity.allCases.randomElement(using: &dice) ?? .warning
            content.events.append(TelemetryEvent(field, severity, at: Timestamp(seconds: 1_789_999_999), some()))
        }
        return content
    }

    @Test("Random heartbeats arrive with the same values, in fields that OpenTelemetry knows")
    func roundTrip() async throws {
        let receiver = try await TelemetryReceiver.start()
        var dice = Dice(seed: 7)
        var want: [JSON] = []
        for _ in 0..<20 {
            let content = random(&dice)
            let station = try Station(url: receiver.address + "/ok", content: { content })
            await station.run(until: .seconds(60))
            let records = try receiver.received().suffix(2).flatMap { $0["records"]?.array ?? [] }
            let now = ManualTime.start
            want = content.metrics.map { expected($0, at: now) } + content.events.map { expected($0, observed: now) }
            for one in want { #expect(records.contains(one), "\(one.canonicalText)") }
            let own = records.filter { record in
                ["aftercare.queue.items", "aftercare.queue.bytes", "aftercare.telemetry.withheld"]
                    .contains(record["name"]?.string ?? "")
            }
            #expect(own.count >= 5)
            #expect(station.paper.faults.isEmpty)
        }
        for request in try receiver.received() {
            #expect(request["error"] == nil)
            let resource = request["resources"]?.array?.first
            #expect(resource?["service.name"] == ["text": "aftercare"])
            #expect(resource?["service.instance.id"] == ["text": "pump-0001"])
            #expect(request["head"]?["idempotency-key"]?.string?.utf8.count == 32)
        }
    }
}
