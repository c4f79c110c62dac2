package import Documents
package import Hardware
import Vocabulary

extension Finding {
    /// The members are stable: only new ones are added.
    package var json: JSON {
        .members([
            "code": .string(code.description), "indicator": .string(indicator), "severity": .string(severity.rawValue),
            "opened": .string(opened.description), "opening-value": openingValue?.json,
            "worst-value": worstValue.map(JSON.decimal), "closed": closed.map { .string($0.description) },
            "reopenings": .number(reopenings), "reason": .string(reason), "advice": .string(advice),
        ])
    }

    /// Reads what `json` wrote, by this agent or a newer one.
    package init(_ fields: inout Fields) throws(DocumentError) {
        let code = try fields.string("code")
        guard let code = FindingCode(kept: code) else { throw fields.refuse("code", "is no code of a finding") }
        guard let severity = Severity(rawValue: try fields.string("severity")) else {
            throw fields.refuse("severity", "is not 'warning' or 'alarm'")
        }
        self.init(
            code: code, indicator: try fields.string("indicator"), severity: severity,
            opened: try fields.timestamp("opened"),
            openingValue: try fields.optional("opening-value").map { (value) throws(DocumentError) in
                try Reading.Value(value, at: fields.name("opening-value"))
            },
            worstValue: try fields.optionalDecimal("worst-value"),
            closed: fields.optional("closed") == nil ? nil : try fields.timestamp("closed"),
            reopenings: Int(try fields.integer("reopenings", default: 0)),
            reason: try fields.string("reason", limit: 1024),
            advice: try fields.optionalString("advice", limit: 1024) ?? "")
    }
}

extension FindingCode {
    /// Takes the codes of readings too, which may have a word more.
    init?(kept text: String) {
        for quality in Reading.Quality.allCases where text.hasSuffix("-\(quality.suffix)") {
            guard let code = FindingCode(String(text.dropLast(quality.suffix.count + 1))) else { return nil }
            self = code.adding(quality.suffix)
            return
        }
        self.init(text)
    }
}

extension FindingEvent {
    package var json: JSON {
        [
            "change": .string(change.rawValue), "time": .string(time.description), "finding": finding.json,
        ]
    }
}

extension Reading.Value {
    package var json: JSON {
        switch self {
        case .number(let number): .decimal(number)
        case .word(let word): .string(word)
        }
    }

    init(_ json: JSON, at path: String) throws(DocumentError) {
        switch json {
        case .integer(let number): self = .number(Double(number))
        case .decimal(let number): self = .number(number)
        case .string(let word): self = .word(word)
        default: throw .unacceptable(path, reason: "is neither a number nor a word")
        }
    }
}

extension Fields {
    /// A list of findings; what a newer agent added to them is let be.
    mutating func findings(_ key: String) throws(DocumentError) -> [Finding] {
        var findings: [Finding] = []
        for (value, path) in try optionalList(key, limit: 65536) {
            var fields = try Fields(value, at: path)
            findings.append(try Finding(&fields))
        }
        return findings
    }
}
