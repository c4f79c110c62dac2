import Documents

/// What one attempt of a self-test showed.
struct Observation: Sendable {
    static let outputLimit = 2048

    let verdict: SelfTestVerdict
    let reason: String
    var value: JSON?
    var limit: JSON?
    var unit: String?
    var output = ""
    var isolation: [String]?
    /// False where another attempt would only lose another thread.
    var mayBeRepeated = true

    init(
        _ verdict: SelfTestVerdict, _ reason: String = "", value: JSON? = nil, limit: JSON? = nil, unit: String? = nil
    ) {
        self.verdict = verdict
        self.reason = reason
        self.value = value
        self.limit = limit
        self.unit = unit
    }

    /// A number held to its limits.
    init(_ value: Double, _ limits: Limits) {
        let holds = limits.hold(value)
        let unit = limits.unit.map { " \($0)" } ?? ""
        var reason = ""
        if let minimum = limits.minimum, value < minimum { reason = "\(value)\(unit) is below \(minimum)\(unit)" }
        if let maximum = limits.maximum, value > maximum { reason = "\(value)\(unit) is above \(maximum)\(unit)" }
        self.init(holds ? .passed : .failed, reason, value: .decimal(value), limit: limits.json, unit: limits.unit)
    }

    /// What a person said, held to what was expected.
    init(_ answer: Bool?, _ check: AskCheck) {
        let expected = JSON.string(AskCheck.word(check.expected))
        guard let answer else {
            self.init(.notRun, "nobody answered the question", limit: expected)
            return
        }
        let said = AskCheck.word(answer)
        let reason = answer == check.expected ? "" : "the answer was '\(said)'"
        self.init(answer == check.expected ? .passed : .failed, reason, value: .string(said), limit: expected)
    }

    /// The beginning of an output as text that a record can hold.
    static func excerpt(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(outputLimit), as: UTF8.self)
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
    }
}

extension Limits {
    var json: JSON { .members(["min": minimum.map(JSON.decimal), "max": maximum.map(JSON.decimal)]) }

    /// Reads a decimal number that fills `text` but for white space: no hexadecimal, no infinity, no `nan`.
    static func number(_ text: some StringProtocol) -> Double? {
        let digits = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        let allowed = Set("0123456789+-.eE")
        guard !digits.isEmpty, digits.count <= 64, digits.allSatisfy(allowed.contains),
            let number = Double(String(digits)), number.isFinite
        else { return nil }
        return number
    }
}
