/// A day of the calendar, written as RFC 3339 does: `2026-11-17`.
package struct CalendarDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The moment at which the day begins in UTC.
    package let start: Timestamp

    /// Reads `YYYY-MM-DD`; nil for a day that no calendar has.
    package init?(_ text: String) {
        guard text.utf8.count == 10, let start = Timestamp("\(text)T00:00:00Z") else { return nil }
        self.start = start
    }

    package var description: String { String(start.description.prefix(10)) }

    /// The moment at which the next day begins in UTC.
    package var end: Timestamp { start.advanced(by: 86400) }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.start < right.start }
}
