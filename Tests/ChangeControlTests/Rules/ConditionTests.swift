import ChangeControl
import Documents
import TestSupport
import Testing
import Vocabulary

@Suite("The conditions of rules")
struct ConditionTests {
    private static let record: JSON = [
        "id": "CR-1", "count": 3, "share": .decimal(0.5), "yes": true, "no": false, "empty": "", "blank": "  ",
        "none": [], "nothing": .null, "date": "2026-06-01", "later": "2027-06-01", "time": "2026-06-01T00:00:01Z",
        "changes": [
            ["id": "C-1", "kind": "alarm", "reports": ["R-1"]], ["id": "C-2", "kind": "algorithm", "reports": []],
        ],
        "known": ["C-1", "C-2", "C-3"], "words": "words",
    ]

    private static func context(certain: Bool = true) throws -> RuleContext {
        RuleContext(
            record: record, market: ["market": "EU", "assessment": ["outcome": "fine"]], device: ["route": "510k"],
            time: PossibleTime(try #require(Timestamp("2026-06-01T00:00:00Z")), isCertain: certain))
    }

    private static func condition(_ toml: String) throws -> Condition {
        try TOML.read("c = \(toml)") { (fields) throws(DocumentError) in
            try ConditionReading.read("c", from: &fields)
        }
    }

    @Test(
        "A condition says what stands in the record",
        arguments: [
            (#"{ path = "id", equals = "CR-1" }"#, true), (#"{ path = "id", equals = "CR-2" }"#, false),
            (#"{ path = "record.id", equals = "CR-1" }"#, true), (#"{ path = "count", equals = 3 }"#, true),
            (#"{ path = "count", equals = 3.0 }"#, true), (#"{ path = "yes", equals = true }"#, true),
            (#"{ path = "yes", equals = "true" }"#, false), (#"{ path = "id", in = ["a", "CR-1"] }"#, true),
            (#"{ path = "id", exists = true }"#, true), (#"{ path = "nothing", exists = true }"#, false),
            (#"{ path = "absent", exists = false }"#, true), (#"{ path = "id.deeper", exists = false }"#, true),
            (#"{ path = "empty", exists = true }"#, true), (#"{ path = "empty", filled = true }"#, false),
            (#"{ path = "blank", filled = false }"#, true), (#"{ path = "none", filled = true }"#, false),
            (#"{ path = "no", filled = true }"#, true), (#"{ path = "absent", filled = false }"#, true),
            (#"{ path = "id", matches = "CR-#" }"#, true), (#"{ path = "id", matches = ["X", "CR-#{1,3}"] }"#, true),
            (#"{ path = "count", matches = "[0-9]" }"#, false), (#"{ path = "count", atLeast = 3 }"#, true),
            (#"{ path = "count", atLeast = 4 }"#, false), (#"{ path = "share", atMost = 0.5 }"#, true),
            (#"{ path = "id", atMost = 9 }"#, false), (#"{ path = "changes[].kind", equals = "alarm" }"#, true),
            (#"{ path = "changes[].kind", every = true, equals = "alarm" }"#, false),
            (#"{ path = "changes[].id", every = true, same = "known[]" }"#, true),
            (#"{ path = "known[]", every = true, same = "changes[].id" }"#, false),
            (#"{ path = "none[]", every = true, equals = "x" }"#, true),
            (#"{ path = "none[]", equals = "x" }"#, false), (#"{ path = "id[]", exists = true }"#, false),
            (#"{ path = "changes[].reports[]", equals = "R-1" }"#, true),
            (#"{ path = "market.market", equals = "EU" }"#, true),
            (#"{ path = "assessment.outcome", equals = "fine" }"#, true),
            (#"{ path = "device.route", equals = "510k" }"#, true),
            (#"{ path = "date", hasCome = true }"#, true), (#"{ path = "time", hasCome = true }"#, false),
            (#"{ path = "later", hasCome = true }"#, false), (#"{ path = "id", hasCome = true }"#, false),
            (#"{ path = "date", noLaterThan = "later" }"#, true), (#"{ path = "later", noLaterThan = "date" }"#, false),
            (#"{ path = "date", noLaterThan = "absent" }"#, false),
            (#"{ not = { path = "id", equals = "CR-1" } }"#, false),
            (#"{ all = [{ path = "yes", equals = true }, { path = "no", equals = false }] }"#, true),
            (#"{ any = [{ path = "yes", equals = false }, { path = "no", equals = false }] }"#, true),
            (#"[{ path = "yes", equals = true }, { path = "no", equals = true }]"#, false),
            (
                #"{ some = "changes[]", where = [{ path = "item.kind", equals = "alarm" }, { path = "item.reports", filled = true }] }"#,
                true
            ),
            (
                #"{ some = "changes[]", where = [{ path = "item.kind", equals = "algorithm" }, { path = "item.reports", filled = true }] }"#,
                false
            ),
            (#"{ every = "changes[]", where = { path = "item.id", matches = "C-#" } }"#, true),
            (#"{ every = "changes[]", where = { path = "item.reports", filled = true } }"#, false),
        ])
    func holds(toml: String, expected: Bool) throws {
        #expect(try Self.condition(toml).truth(in: try Self.context()) == Truth(expected))
    }

    @Test(
        "Where the clock is only a lower bound, a day before it has come, and a later one may have",
        arguments: [
            (#"{ path = "date", hasCome = true }"#, Truth.yes), (#"{ path = "later", hasCome = true }"#, .open),
            (#"{ not = { path = "later", hasCome = true } }"#, .open),
            (#"[{ path = "later", hasCome = true }, { path = "yes", equals = true }]"#, .open),
            (#"[{ path = "later", hasCome = true }, { path = "yes", equals = false }]"#, .no),
            (#"{ any = [{ path = "later", hasCome = true }, { path = "yes", equals = true }] }"#, .yes),
            (#"{ path = "absent", hasCome = true }"#, .no),
        ])
    func open(toml: String, expected: Truth) throws {
        #expect(try Self.condition(toml).truth(in: try Self.context(certain: false)) == expected)
    }

    @Test("People are asked for the days that decide, and which way")
    func question() throws {
        let context = try Self.context(certain: false)
        let day = "2027-06-01T00:00:00Z"
        #expect(
            try Self.condition(#"{ path = "later", hasCome = true }"#).dateQuestion(in: context) == "\(day) has come")
        let ahead = try Self.condition(#"{ not = { path = "later", hasCome = true } }"#)
        #expect(ahead.dateQuestion(in: context) == "\(day) is still ahead")
    }

    @Test(
        "A condition that is not understood is refused when it is read, with its place",
        arguments: [
            #"{ path = "id" }"#, #"{ path = "id", equals = 1, exists = true }"#, #"{ path = "id", equal = 1 }"#,
            #"{ path = "id", equals = [1] }"#, #"{ path = "id", in = [] }"#, #"{ path = "id", in = [[1]] }"#,
            #"{ path = "id", matches = "(" }"#, #"{ path = "id", matches = [] }"#, #"{ path = "", exists = true }"#,
            #"{ path = "a..b", exists = true }"#, #"{ path = "a[0]", exists = true }"#,
            #"{ path = "a b", exists = true }"#,
            #"{ path = "a.b.c.d.e.f.g.h.i", exists = true }"#, #"{ path = "a[].b[].c[]", exists = true }"#,
            #"{ path = "device[]", exists = true }"#, #"{ path = "item.kind", exists = true }"#,
            #"{ path = "id", hasCome = false }"#, #"{ path = "id", exists = "yes" }"#, #"{ all = [] }"#, #"[]"#,
            #""yes""#,
            #"{ all = { path = "id", exists = true } }"#, #"{ not = [] }"#, #"{ some = "changes[]" }"#,
            #"{ some = "changes[]", where = { path = "item", exists = true }, path = "id" }"#,
            #"{ path = "id", exists = true, x-note = "why" }"#, #"{ path = "id", atLeast = inf }"#,
            #"{ some = "a[]", where = { some = "item.b[]", where = { some = "item.c[]", where = { path = "item", exists = true } } } }"#,
            String(repeating: "{ not = ", count: 8) + #"{ path = "id", exists = true }"#
                + String(repeating: " }", count: 8),
            "[" + Array(repeating: #"{ path = "id", exists = true }"#, count: 64).joined(separator: ", ") + "]",
        ])
    func refused(toml: String) {
        let error = #expect(throws: DocumentError.self) { try Self.condition(toml) }
        #expect(error?.position != nil)
    }

    @Test("Any condition has an answer about any record", arguments: 0..<300)
    func total(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        let condition = RandomValues.condition(depth: 4, &dice)
        let json = RandomValues.json(depth: 5, &dice)
        let context = RuleContext(
            record: json, market: RandomValues.json(depth: 3, &dice), device: nil,
            time: PossibleTime(Approvers.time, isCertain: Bool.random(using: &dice)))
        let answer = condition.truth(in: context)
        #expect(Condition.not(condition).truth(in: context) == !answer)
        #expect(Condition.all([condition, condition]).truth(in: context) == answer)
        _ = condition.dateQuestion(in: context)
    }
}

/// Values and conditions that nobody would write, the same for the same dice.
enum RandomValues {
    static let names = ["changes", "kind", "id", "risk", "markets", "market", "assessment", "udi", "version", "x"]

    static func json(depth: Int, _ dice: inout Dice) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &dice) {
        case 0: .null
        case 1: .bool(Bool.random(using: &dice))
        case 2: .integer(Int64.random(in: -5...5, using: &dice))
        case 3: .decimal(Double.random(in: -2...2, using: &dice))
        case 4: .string(["", "2026-01-01", "2031-01-01T00:00:00Z", "alarm", "EU"].randomElement(using: &dice) ?? "")
        case 5: .string(String(repeating: "ä", count: Int.random(in: 0..<40, using: &dice)))
        case 6:
            .array((0..<Int.random(in: 0..<5, using: &dice)).map { _ in json(depth: depth - 1, &dice) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0..<6, using: &dice)).map { _ in
                        (names.randomElement(using: &dice) ?? "", json(depth: depth - 1, &dice))
                    }
                ) { $1 })
        }
    }

    /// Never nil: names, at most four of them, and at most one list.
    private static func path(_ dice: inout Dice) -> RulePath? {
        let steps = (0..<Int.random(in: 1...4, using: &dice)).map { step in
            (names.randomElement(using: &dice) ?? "") + (step == 1 && Bool.random(using: &dice) ? "[]" : "")
        }
        return RulePath(steps.joined(separator: "."))
    }

    static func condition(depth: Int, _ dice: inout Dice) -> Condition {
        guard let path = path(&dice), let other = self.path(&dice) else { return .all([]) }
        let isEvery = Bool.random(using: &dice)
        return switch Int.random(in: 0..<(depth > 0 ? 10 : 5), using: &dice) {
        case 0: .value(path, .exists(isEvery), isEvery: false)
        case 1: .value(path, .hasCome, isEvery: isEvery)
        case 2: .value(path, .same(other), isEvery: isEvery)
        case 3: .value(path, .oneOf(["alarm", 1, true]), isEvery: isEvery)
        case 4: .value(path, .noLaterThan(other), isEvery: isEvery)
        case 5: .not(condition(depth: depth - 1, &dice))
        case 6: .all((0..<3).map { _ in condition(depth: depth - 1, &dice) })
        case 7: .any((0..<3).map { _ in condition(depth: depth - 1, &dice) })
        case 8: .some(path, condition(depth: depth - 1, &dice))
        default: .every(path, condition(depth: depth - 1, &dice))
        }
    }
}
