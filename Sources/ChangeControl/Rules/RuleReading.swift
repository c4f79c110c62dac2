import Documents
import Vocabulary

/// How the parts of a rule pack are read.
enum RuleReading {
    static func isMarket(_ text: String) -> Bool {
        (2...8).contains(text.utf8.count) && text.utf8.allSatisfy { (65...90).contains($0) }
    }

    /// `A-Z a-z 0-9 _ - .`: what a rule, an outcome or a source is called.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [45, 46, 95].contains(byte)
            }
    }
}

extension Fields {
    /// Text in which there is something to see.
    mutating func filledString(_ key: String, limit: Int = 1000) throws(DocumentError) -> String {
        let text = try string(key, limit: limit)
        guard text.contains(where: { !$0.isWhitespace }) else { throw refuse(key, "is empty") }
        return text
    }

    mutating func ruleName(_ key: String) throws(DocumentError) -> String {
        let name = try string(key)
        guard RuleReading.isName(name) else { throw refuse(key, "is not 1 to 64 of A-Z a-z 0-9 _ - .") }
        return name
    }

    mutating func objects<Value>(
        _ key: String, limit: Int, _ read: (inout Fields) throws(DocumentError) -> Value
    ) throws(DocumentError) -> [Value] {
        var values: [Value] = []
        for (value, path) in try optionalList(key, limit: limit) {
            var fields = try Fields(value, at: path)
            values.append(try read(&fields))
            try fields.done()
        }
        return values
    }

    mutating func optionalObject<Value>(
        _ key: String, _ read: (inout Fields) throws(DocumentError) -> Value
    ) throws(DocumentError) -> Value? {
        guard var fields = try optionalFields(key) else { return nil }
        let value = try read(&fields)
        try fields.done()
        return value
    }

    mutating func ruleGate(_ key: String, default standard: Gate?) throws(DocumentError) -> Gate {
        guard let name = try optionalString(key) else {
            guard let standard else { throw .missing(self.name(key)) }
            return standard
        }
        guard let gate = Gate(name: name) else { throw refuse(key, "is not G1 to G14") }
        return gate
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Word.Type
    ) throws(DocumentError) -> Word where Word.RawValue == String {
        let text = try string(key)
        guard let word = Word(rawValue: text) else {
            throw refuse(key, "is none of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    mutating func optionalCondition(_ key: String) throws(DocumentError) -> Condition? {
        optional(key) == nil ? nil : try ConditionReading.read(key, from: &self)
    }

    mutating func ruleExamples() throws(DocumentError) -> [RuleExample] {
        try objects("examples", limit: 64) { (example) throws(DocumentError) in try RuleExample(reading: &example) }
    }
}

extension RuleSource {
    init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.ruleName("id")
        title = try fields.filledString("title")
        reference = try fields.filledString("reference")
        read = try fields.string("read")
        guard Timestamp("\(read)T00:00:00Z") != nil else { throw fields.refuse("read", "is not a day like 2026-11-22") }
    }
}

extension ApprovalRule {
    init(reading fields: inout Fields) throws(DocumentError) {
        clause = try fields.filledString("clause")
        roles = try fields.strings("roles", limit: 16)
        people = Int(try fields.integer("people", in: 1...16))
    }
}

extension RuleExample {
    init(reading fields: inout Fields) throws(DocumentError) {
        title = try fields.filledString("title")
        record = fields.optional("record") ?? [:]
        market = fields.optional("market")
        expect = try fields.word("expect", Verdict.self)
    }
}

extension Rule {
    init(reading fields: inout Fields, gate: Gate) throws(DocumentError) {
        id = try fields.ruleName("id")
        self.gate = try fields.ruleGate("gate", default: gate)
        clause = try fields.filledString("clause")
        source = try fields.ruleName("source")
        stage = try fields.word("stage", Stage.self)
        severity = try fields.word("severity", Severity.self)
        when = try fields.optionalCondition("when")
        require = try ConditionReading.read("require", from: &fields)
        message = try fields.filledString("message")
        advice = try fields.optionalString("advice", limit: 1000) ?? ""
        examples = try fields.ruleExamples()
    }
}

extension AcknowledgementRule {
    init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.ruleName("id")
        gate = try fields.ruleGate("gate", default: nil)
        subject = try fields.word("subject", Acknowledgement.Subject.self)
        clause = try fields.filledString("clause")
        people = Int(try fields.integer("people", in: 1...8))
        when = try fields.optionalCondition("when")
        message = try fields.filledString("message")
        var show: [RulePath] = []
        for text in try fields.optionalStrings("show", limit: 8) {
            guard let path = RulePath(text) else { throw fields.refuse("show", "holds '\(text)', which is no path") }
            show.append(path)
        }
        self.show = show
        examples = try fields.ruleExamples()
    }
}

extension Route {
    init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.ruleName("id")
        title = try fields.filledString("title")
        clause = try fields.filledString("clause")
        questions = try fields.objects("questions", limit: 64) { (question) throws(DocumentError) in
            try Question(reading: &question)
        }
        outcomes = try fields.objects("outcomes", limit: 32) { (outcome) throws(DocumentError) in
            try Outcome(reading: &outcome)
        }
        guard !outcomes.isEmpty else { throw .missing(fields.name("outcomes")) }
    }
}

extension Route.Question {
    init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.ruleName("id")
        member = try fields.ruleName("member")
        text = try fields.filledString("text")
        clause = try fields.filledString("clause")
        answers = fields.optional("answers") == nil ? ["yes", "no"] : try fields.strings("answers", limit: 16)
    }
}

extension Route.Outcome {
    init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.ruleName("id")
        title = try fields.filledString("title")
        clause = try fields.filledString("clause")
        installs = try fields.bool("installs", default: true)
        message = try fields.optionalString("message", limit: 1000) ?? ""
        advice = try fields.optionalString("advice", limit: 1000) ?? ""
        needs = try fields.objects("needs", limit: 16) { (need) throws(DocumentError) in
            Route.Need(
                require: try ConditionReading.read("require", from: &need), message: try need.filledString("message"))
        }
        examples = try fields.ruleExamples()
        guard installs || !message.isEmpty else { throw .missing(fields.name("message")) }
    }
}
