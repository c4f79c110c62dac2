package import Documents
package import Vocabulary

/// The signals of OTLP that are sent, each to a path of its own (OTLP specification 1.x, "OTLP/HTTP Request").
package enum TelemetrySignal: String, Sendable, CaseIterable {
    case metrics
    case logs

    package var path: String { "/v1/\(rawValue)" }

    /// The member of a request that holds the items.
    var listName: String {
        switch self {
        case .metrics: "resourceMetrics"
        case .logs: "resourceLogs"
        }
    }

    /// A whole request of items that are JSON text already, joined without reading them again.
    package func request(of items: [[UInt8]]) -> [UInt8] {
        var body = Array("{\"\(listName)\":[".utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += item
        }
        return body + Array("]}".utf8)
    }
}

/// Writes heartbeats in OTLP's JSON mapping: camel case, 64-bit integers as strings, enums as numbers.
package struct OTLPEncoding: Sendable {
    private static let schema = "https://opentelemetry.io/schemas/1.27.0"
    /// AGGREGATION_TEMPORALITY_CUMULATIVE of opentelemetry/proto/metrics/v1/metrics.proto.
    private static let cumulative: JSON = 2

    private let resource: JSON
    private let scope: JSON

    /// Speaks as `resource` says; `item` is the id by which a receiver knows a repetition.
    package init(resource: [ResourceField: String], item: String) {
        var all = resource
        all[.service] = "aftercare"
        all[.item] = item
        let attributes = all.map { field, text in (field.name, TelemetryValue.text(text)) }
        self.resource = ["attributes": Self.attributes(attributes)]
        scope = .members(["name": "aftercare", "version": all[.agentVersion].map(JSON.string)])
    }

    /// One `ResourceMetrics`, all points of one moment; sums count since `start`.
    package func metrics(_ points: [MetricPoint], at time: Timestamp, since start: Timestamp) -> JSON {
        var byField: [MetricField: [MetricPoint]] = [:]
        for point in points { byField[point.field, default: []].append(point) }
        let metrics = MetricField.allCases.compactMap { field in
            byField[field].map { metric(field, $0, at: time, since: start) }
        }
        return [
            "resource": resource, "schemaUrl": .string(Self.schema),
            "scopeMetrics": [["scope": scope, "metrics": .array(metrics)]],
        ]
    }

    /// One `ResourceLogs`; `observed` is when they were put into the queue.
    package func logs(_ events: [TelemetryEvent], observed: Timestamp) -> JSON {
        let records = events.map { event -> JSON in
            [
                "timeUnixNano": Self.nanoseconds(event.time), "observedTimeUnixNano": Self.nanoseconds(observed),
                "severityNumber": .number(event.severity.rawValue), "severityText": .string(event.severity.text),
                "eventName": .string(event.field.name), "body": ["stringValue": .string(event.field.name)],
                "attributes": Self.attributes(event.attributes.map { ($0.name, $1) }),
            ]
        }
        return [
            "resource": resource, "schemaUrl": .string(Self.schema),
            "scopeLogs": [["scope": scope, "logRecords": .array(records)]],
        ]
    }

    private func metric(
        _ field: MetricField, _ points: [MetricPoint], at time: Timestamp, since start: Timestamp
    ) -> JSON {
        let entry = field.entry
        let values = points.map { point -> JSON in
            .members([
                "attributes": Self.attributes(point.attributes.map { ($0.name, $1) }),
                "startTimeUnixNano": entry.kind == .sum ? Self.nanoseconds(point.start ?? start) : nil,
                "timeUnixNano": Self.nanoseconds(time), "asInt": Self.integer(point.value),
                "asDouble": Self.decimal(point.value),
            ])
        }
        var members: [String: JSON] = ["name": .string(entry.name), "unit": .string(entry.unit)]
        if entry.kind == .sum {
            members["sum"] = [
                "aggregationTemporality": Self.cumulative, "isMonotonic": true, "dataPoints": .array(values),
            ]
        } else {
            members["gauge"] = ["dataPoints": .array(values)]
        }
        return .object(members)
    }

    private static func attributes(_ attributes: [(name: String, value: TelemetryValue)]) -> JSON {
        .array(
            attributes.sorted { $0.name < $1.name }.map { name, value in
                let content: JSON =
                    switch value {
                    case .text(let text): ["stringValue": .string(text)]
                    case .integer(let number): ["intValue": .string(String(number))]
                    case .decimal(let number): ["doubleValue": .decimal(number)]
                    }
                return ["key": .string(name), "value": content]
            })
    }

    private static func integer(_ value: TelemetryValue) -> JSON? {
        if case .integer(let number) = value { .string(String(number)) } else { nil }
    }

    private static func decimal(_ value: TelemetryValue) -> JSON? {
        if case .decimal(let number) = value { .decimal(number) } else { nil }
    }

    /// Nanoseconds since 1970 as OTLP's unsigned 64 bits hold them; a clock before 1970 says 0, "unknown".
    private static func nanoseconds(_ time: Timestamp) -> JSON {
        let (nanoseconds, isTooLarge) = UInt64(max(0, time.seconds)).multipliedReportingOverflow(by: 1_000_000_000)
        return .string(String(isTooLarge ? UInt64.max : nanoseconds))
    }
}
