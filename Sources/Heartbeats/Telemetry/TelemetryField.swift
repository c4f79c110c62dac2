/// A field that may leave the device: one row of the allow-list.
///
/// How it works: a heartbeat is built of fields and values only, and the fields are the cases of four enums, so what
/// stands in no table cannot be put into one. Each case must say what it is for before it compiles, and what values
/// it may have; a value outside of that is withheld (`TelemetryFilter`). `docs/telemetry.md` is written from these.
package protocol TelemetryField: Hashable, Sendable, CaseIterable {
    var entry: TelemetryEntry { get }
}

extension TelemetryField {
    /// The name on the wire, stable for ever.
    package var name: String { entry.name }
}

/// What the allow-list says of one field.
package struct TelemetryEntry: Sendable {
    package let name: String
    package let kind: Kind
    /// A UCUM code, as OTLP has it; empty for text.
    package let unit: String
    package let domain: TelemetryDomain
    package let duty: Duty
    /// What the duty needs it for, as one clause.
    package let purpose: String
    package let example: String

    package enum Kind: String, Sendable {
        case resource = "resource attribute"
        case gauge
        /// Only rises, from its start time on.
        case sum = "monotonic sum"
        case log
        case attribute = "attribute of a point or log"
    }

    /// The kind of maintenance that a field serves: what serves none of them has no business in a heartbeat.
    package enum Duty: String, Sendable {
        case corrective, adaptive, preventive, surveillance
        /// The transport itself: finding the device, ordering and counting what it sent.
        case transport
    }

    init(
        _ name: String, _ kind: Kind, unit: String = "", _ domain: TelemetryDomain, for duty: Duty, _ purpose: String,
        example: String
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.domain = domain
        self.duty = duty
        self.purpose = purpose
        self.example = example
    }
}

/// A value in a heartbeat.
package enum TelemetryValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case decimal(Double)
}

extension TelemetryValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .decimal(value) }
}
