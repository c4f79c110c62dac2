package import Vocabulary

/// All that one heartbeat says, made of fields of the allow-list and their values.
package struct HeartbeatContent: Sendable, Equatable {
    /// Who speaks; the service adds the item's id and the service's name itself.
    package var resource: [ResourceField: String]
    package var metrics: [MetricPoint]
    package var events: [TelemetryEvent]
    /// When the device booted, which is the start of all that only rises.
    package var bootTime: Timestamp

    package init(
        resource: [ResourceField: String] = [:], metrics: [MetricPoint] = [], events: [TelemetryEvent] = [],
        bootTime: Timestamp
    ) {
        self.resource = resource
        self.metrics = metrics
        self.events = events
        self.bootTime = bootTime
    }
}

/// One number at one moment.
package struct MetricPoint: Sendable, Equatable {
    package let field: MetricField
    package let value: TelemetryValue
    package let attributes: [AttributeField: TelemetryValue]
    /// Since when a sum counts; nil for since the boot.
    package let start: Timestamp?

    package init(
        _ field: MetricField, _ value: TelemetryValue, _ attributes: [AttributeField: TelemetryValue] = [:],
        since start: Timestamp? = nil
    ) {
        self.field = field
        self.value = value
        self.attributes = attributes
        self.start = start
    }

    /// `statistic` of the indicator `name`, in the unit of this UCUM code.
    package static func indicator(
        _ name: String, unit: String, _ statistic: String, _ value: Double
    ) -> MetricPoint {
        MetricPoint(
            .indicator, .decimal(value),
            [.indicator: .text(name), .unit: .text(unit), .statistic: .text(statistic)])
    }
}

/// Something that happened.
package struct TelemetryEvent: Sendable, Equatable {
    package let field: EventField
    package let severity: TelemetrySeverity
    package let time: Timestamp
    package let attributes: [AttributeField: TelemetryValue]

    package init(
        _ field: EventField, _ severity: TelemetrySeverity, at time: Timestamp,
        _ attributes: [AttributeField: TelemetryValue] = [:]
    ) {
        self.field = field
        self.severity = severity
        self.time = time
        self.attributes = attributes
    }

    /// How soon it must leave.
    package var priority: HeartbeatPriority {
        switch (field, severity) {
        case (.updateEnded, _), (_, .error), (_, .critical): .urgent
        case (.findingOpened, _), (.findingChanged, _), (.findingClosed, _), (.queueLost, _), (_, .warning): .finding
        default: .routine
        }
    }
}

/// The severities of OpenTelemetry's log data model that are used here, with their numbers.
package enum TelemetrySeverity: Int, Sendable, CaseIterable {
    case information = 9
    case warning = 13
    case error = 17
    case critical = 21

    /// The short name that the data model gives it.
    package var text: String {
        switch self {
        case .information: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "FATAL"
        }
    }
}
