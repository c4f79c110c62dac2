package import Documents
package import Vocabulary

extension ChangeRecord {
    /// The decision on corrections and removals (21 CFR 806).
    package enum Part806: Sendable, Equatable {
        case enhancementNotReportable
        case routineServicing
        case reported(Report806)
        case notReported(Justification806)
        /// Reported as an event (21 CFR 803), by that report's number.
        case reportedUnder803(String)
    }

    package struct Report806: RecordPart, Equatable {
        package static let name = "safetyAction.part806.reported_806_10"
        package static let summary = "A report of a correction or removal."

        package let number: String
        package let date: CalendarDate

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            number = try reader.required(
                "number", .report806, "Registration number, date, sequence, and C or R.", clause: "21 CFR 806.10(c)(1)")
            date = try reader.required("date", .date, "When it was sent.", clause: "21 CFR 806.10(b)")
        }
    }

    package struct Justification806: RecordPart, Equatable {
        package static let name = "safetyAction.part806.not_reported_806_20"
        package static let summary = "Why a correction or removal is not reported."

        package let justification: String
        package let reviewer: String

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            justification = try reader.required(
                "justification", .text(2000), "Why it need not be reported.", clause: "21 CFR 806.20(b)(4)")
            reviewer = try reader.required(
                "reviewer", .text(128), "The person who reviewed that.", clause: "21 CFR 806.20(b)(4)")
        }
    }
}

extension RecordKind where Value == ChangeRecord.Part806 {
    static var part806: RecordKind {
        .choice([
            .word("enhancement_not_reportable", .enhancementNotReportable),
            .word("routine_servicing", .routineServicing),
            .with("reported_806_10", .object(ChangeRecord.Report806.self)) { .reported($0) },
            .with("not_reported_806_20", .object(ChangeRecord.Justification806.self)) { .notReported($0) },
            .with("reported_under_803", .reference) { .reportedUnder803($0) },
        ])
    }
}

extension RecordKind where Value == String {
    /// `1234567-6/21/26-001-C`: seven digits, month/day/year, three digits, correction or removal (21 CFR 806.10(c)(1)).
    static var report806: RecordKind {
        RecordKind(words: "report number, like `1234567-6/21/26-001-C`") {
            "1234567-6/21/26-001-C"
        } schema: {
            [
                "type": "string",
                "pattern": "^[0-9]{7}-(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])/[0-9]{2}-[0-9]{3}-[CR]$",
            ]
        } read: { (value, path) throws(DocumentError) in
            let text = try value.recordText(path)
            guard isReport806(text) else {
                throw .unacceptable(path, reason: "is not a report number like 1234567-6/21/26-001-C")
            }
            return text
        }
    }

    private static func isReport806(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, digits(parts[0], 7...7) != nil, digits(parts[2], 3...3) != nil,
            parts[3] == "C" || parts[3] == "R"
        else { return false }
        let date = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        guard date.count == 3, let month = digits(date[0], 1...2), let day = digits(date[1], 1...2),
            digits(date[2], 2...2) != nil
        else { return false }
        return (1...12).contains(month) && (1...31).contains(day)
    }

    private static func digits(_ text: Substring, _ count: ClosedRange<Int>) -> Int? {
        guard count.contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
