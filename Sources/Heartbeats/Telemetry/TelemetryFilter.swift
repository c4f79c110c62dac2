/// Lets through what the allow-list admits, and counts what it withholds.
///
/// A point or event with one attribute that is not admitted does not leave at all: without the attribute it would say
/// something else.
package struct TelemetryFilter: Sendable {
    private let names: TelemetryNames

    package init(names: TelemetryNames) { self.names = names }

    package struct Result: Sendable, Equatable {
        package let content: HeartbeatContent
        package let withheld: Int
    }

    package func admitted(_ content: HeartbeatContent) -> Result {
        var passing = content
        passing.resource = content.resource.filter { field, text in field.entry.domain.holds(.text(text), among: names)
        }
        passing.metrics = content.metrics.filter(isAdmitted)
        passing.events = content.events.filter(isAdmitted)
        let withheld =
            content.resource.count - passing.resource.count + content.metrics.count - passing.metrics.count
            + content.events.count - passing.events.count
        return Result(content: passing, withheld: withheld)
    }

    private func isAdmitted(_ point: MetricPoint) -> Bool {
        point.field.entry.domain.holds(point.value, among: names) && areAdmitted(point.attributes)
    }

    private func isAdmitted(_ event: TelemetryEvent) -> Bool { areAdmitted(event.attributes) }

    private func areAdmitted(_ attributes: [AttributeField: TelemetryValue]) -> Bool {
        attributes.allSatisfy { field, value in field.entry.domain.holds(value, among: names) }
    }
}
