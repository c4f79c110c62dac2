import Hardware
import Health
import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("The health plan")
struct HealthPlanTests {
    private static let head = """
        code = "HF-TEMP-CPU"
        indicator = "cpu.temperature"
        sentence = "The processor is too hot"

        """

    @Test("A whole plan is read")
    func whole() throws {
        let plan = try HealthPlan(
            """
            interval = 30
            slack = 2
            statistics = ["hour", "day"]

            [[watch]]
            indicators = ["cpu.*", "board.temperature"]
            interval = 10
            hold = 45
            code = "HF-CPU"
            absent = "ignore"
            implausible = "alarm"

            [[limit]]
            code = "HF-TEMP-CPU"
            indicator = "cpu.temperature"
            unit = "Cel"
            warning-above = 80
            alarm-above = 95.5
            clear-by = 3
            hold = 20
            hold-closing = 60
            sentence = "The processor is too hot"
            advice = "Check the fan."

            [[limit]]
            code = "HF-LAN"
            indicator = "lan.state"
            expected = ["up"]
            severity = "alarm"
            sentence = "The network is off"

            [[prediction]]
            code = "HF-LIFE-EMMC"
            kind = "storage"
            indicator = "emmc.life-used"
            warning-days = 365
            alarm-days = 90
            minimum-days = 30
            sentence = "The storage wears out"
            """)
        #expect(plan.slack == .seconds(2) && plan.windows == [.hour, .day])
        #expect(plan.watch(for: "lan.state").interval == .seconds(30))
        let watch = plan.watch(for: "cpu.fan")
        #expect(watch.interval == .seconds(10) && watch.patience == .seconds(45) && watch.code.description == "HF-CPU")
        #expect(watch.severities == [.implausible: .alarm, .stale: .warning, .unreadable: .warning])
        #expect(plan.watch(for: "lan.state").patience == .seconds(90))
        #expect(plan.limits.map(\.code.description) == ["HF-TEMP-CPU", "HF-LAN"])
        #expect(plan.limits[0].rule == .thresholds(Thresholds(warningAbove: 80, alarmAbove: 95.5, clearBy: 3)))
        #expect(plan.limits[0].opensAfter == .seconds(20) && plan.limits[0].closesAfter == .seconds(60))
        #expect(plan.limits[1].rule == .words(expected: ["up"], severity: .alarm))
        #expect(plan.predictions.first?.end == 100 && plan.predictions.first?.minimumDays == 30)
    }

    @Test(
        "A limit that contradicts itself, or is not known, is refused with its key and line",
        arguments: [
            ("", "limit[0].indicator"), ("warning-above = 96\nalarm-above = 95", "limit[0].warning-above"),
            ("warning-below = 3\nalarm-below = 4", "limit[0].warning-below"),
            ("warning-above = 5\nwarning-below = 5", "limit[0].clear-by"),
            ("warning-above = 10\nwarning-below = 5\nclear-by = 2.5", "limit[0].clear-by"),
            ("warning-above = 10\nclear-by = -1", "limit[0].clear-by"),
            ("warning-above = \"hot\"", "limit[0].warning-above"), ("warning-above = 1\nhold = -1", "limit[0].hold"),
            ("warning-above = 1\nhold = 86401", "limit[0].hold"), ("warnign-above = 1", "limit[0].indicator"),
            ("warning-above = 1\nx = 3", "limit[0].x"), ("warning-above = 1\nunit = \"C\"", "limit[0].unit"),
            ("expected = []", "limit[0].expected"), ("expected = [\"up\"]\nseverity = \"bad\"", "limit[0].severity"),
            ("expected = [\"up\"]\nwarning-above = 3", "limit[0].warning-above"),
        ])
    func badLimit(lines: String, key: String) {
        let error = #expect(throws: (any Error).self) { try HealthPlan("[[limit]]\n" + Self.head + lines) }
        let text = (error as? any Fault)?.description ?? ""
        #expect(text.contains("'\(key)'"), "\(text)")
        #expect(text.contains("line "), "\(text)")
    }

    @Test(
        "Whatever else makes no sense is refused",
        arguments: [
            "interval = 0", "interval = 1\nslack = 1", "statistics = [\"week\"]", "statistics = [\"hour\", \"hour\"]",
            "intervall = 3", "[[watch]]", "[[watch]]\nindicators = []", "[[watch]]\nindicators = [\"CPU\"]",
            "[[watch]]\nindicators = [\"a\"]\nstale = \"loud\"", "[[watch]]\nindicators = [\"a\"]\ncode = \"X\"",
            "[[prediction]]\ncode = \"HF-A\"\nkind = \"magic\"\nindicator = \"a\"\nsentence = \"x\"",
            "[[prediction]]\ncode = \"HF-A\"\nkind = \"storage\"\nindicator = \"a.*\"\nsentence = \"x\"",
            "[[prediction]]\ncode = \"HF-A\"\nkind = \"storage\"\nindicator = \"a\"\nend = 101\nsentence = \"x\"",
            """
            [[prediction]]
            code = "HF-A"
            kind = "storage"
            indicator = "a"
            warning-days = 3
            alarm-days = 4
            sentence = "x"
            """,
        ])
    func badPlan(text: String) {
        #expect(throws: (any Error).self) { try HealthPlan(text) }
    }

    @Test(
        "A code is HF- and words of capitals and digits, and never one that readings have",
        arguments: [
            "TEMP", "HF", "HF-", "HF-temp", "HF-A_B", "HF--A", "HF-A-B-C-D-E-F-G", "HF-TEMP-STALE", "HF-TEMP-ABSENT",
        ])
    func badCode(code: String) {
        let text = "[[limit]]\ncode = \"\(code)\"\nindicator = \"a\"\nwarning-above = 1\nsentence = \"x\""
        #expect(throws: (any Error).self) { try HealthPlan(text) }
    }

    @Test("The same code twice is refused")
    func twice() {
        let limit = "[[limit]]\n" + Self.head + "warning-above = 1\n"
        #expect(throws: (any Error).self) { try HealthPlan(limit + limit) }
    }

    @Test("A file is read with its digest; none is the standard; bad ones have their codes")
    func files() throws {
        let folder = try TemporaryFolder()
        #expect(try HealthPlan.read(folder.file("none.toml")) == HealthPlan())
        let text = "[[limit]]\n" + Self.head + "warning-above = 1\n"
        let file = try folder.write("health.toml", text)
        #expect(try HealthPlan.read(file).digest == SHA256.digest(of: Array(text.utf8)))
        try folder.write("health.toml", [0xFF])
        #expect(throws: HealthError.notText(file)) { try HealthPlan.read(file) }
        try folder.write("health.toml", "interval = 0")
        #expect(#expect(throws: HealthError.self) { try HealthPlan.read(file) }?.code == FaultCode(3203))
        try folder.write("health.toml", [UInt8](repeating: 0x23, count: HealthPlan.sizeLimit + 1))
        #expect(#expect(throws: HealthError.self) { try HealthPlan.read(file) }?.code == FaultCode(3201))
    }

    @Test(
        "A plan that this board cannot keep is refused",
        arguments: [
            ("indicator = \"gpu.temperature\"\nwarning-above = 1", 3204),
            ("indicator = \"cpu.temperature\"\nunit = \"V\"\nwarning-above = 1", 3205),
            ("indicator = \"*\"\nunit = \"V\"\nwarning-above = 1", 3205),
            ("indicator = \"lan.state\"\nwarning-above = 1", 3205),
            ("indicator = \"cpu.temperature\"\nexpected = [\"up\"]", 3205),
        ])
    func board(lines: String, code: Int) throws {
        let plan = try HealthPlan("[[limit]]\ncode = \"HF-A\"\nsentence = \"x\"\n" + lines)
        let error = #expect(throws: HealthError.self) { try plan.check(against: [temperature, link]) }
        #expect(error?.code == FaultCode(code))
    }

    @Test("A prediction of an indicator that is not there is refused; what fits is taken")
    func predictionOnBoard() throws {
        func plan(_ indicator: String) -> HealthPlan {
            let code = FindingCode("HF-A") ?? .reading
            return HealthPlan(predictions: [
                PredictionRule(code: code, kind: .storage, indicator: indicator, sentence: "x")
            ])
        }
        #expect(throws: HealthError.self) { try plan("emmc.life-used").check(against: [temperature]) }
        try plan("cpu.temperature").check(against: [temperature])
    }

    @Test(
        "A pattern names what it says, and ends in time",
        arguments: [
            ("cpu.temperature", "cpu.temperature", true), ("cpu.temperature", "cpu.temperature2", false),
            ("cpu.*", "cpu.temperature", true), ("*.temperature", "cpu.temperature", true), ("*", "a", true),
            ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("cpu.*", "gpu.a", false),
            ("*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 100), false),
        ])
    func patterns(pattern: String, name: String, matches: Bool) throws {
        #expect(try #require(IndicatorPattern(pattern)).matches(name) == matches)
    }
}
