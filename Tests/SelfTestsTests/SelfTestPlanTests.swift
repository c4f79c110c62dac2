import Documents
import Platform
import SelfTests
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// One test with `lines` as its body, after an id.
private func declared(_ lines: String) -> String { "[[test]]\nid = \"x\"\n\(lines)\n" }

private func plan(_ files: [String: String]) throws -> SelfTestPlan {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(name, text) }
    return try SelfTestPlan.read(folder: folder.path)
}

/// A question with one text of 501 bytes.
private func longAsk(_ key: String) -> String {
    let text = String(repeating: "x", count: 501)
    return "kind = \"ask\"\n\(key) = \"\(text)\"" + (key == "question" ? "" : "\nquestion = \"x\"")
}

@Suite("Declarations of self-tests")
struct SelfTestPlanTests {
    @Test("Every kind is read with all its keys")
    func everyKind() throws {
        let text = """
            [[test]]
            id = "selfcheck"
            title = "The pump checks itself"
            kind = "command"
            run = ["/usr/bin/pump-check", "--all"]
            user = "pump"
            expect-status = 3
            expect-output = "all good"
            value = "rate=([0-9.]+)"
            min = 1
            max = 2.5
            unit = "ml/h"
            network = true
            writes = true
            required = false
            timeout = 2.5
            retries = 2
            interval = 0.5

            [[test]]
            id = "service"
            kind = "unit"
            unit = "pump@1.service"
            state = "inactive"

            [[test]]
            id = "calibration"
            kind = "file"
            path = "/usr/share/pump/calibration"
            sha256 = "\(String(repeating: "ab", count: 32))"

            [[test]]
            id = "temperature"
            kind = "sysfs"
            path = "/sys/class/thermal/thermal_zone0/temp"
            scale = 0.001
            max = 80

            [[test]]
            id = "api"
            kind = "http"
            url = "https://localhost/health"
            status = 204
            contains = "ok"
            ca = "/etc/pump/ca.pem"

            [[test]]
            id = "valve"
            kind = "serial"
            port = "/dev/ttyS1"
            baud = 9600
            send = "ping\\r\\n"
            expect = "pong"
            within = 0.25
            attended = true
            prepare = "Connect the test line."

            [[test]]
            id = "alarm"
            kind = "ask"
            question = "Is the lamp dark?"
            answer = "no"
            """
        let tests = try plan(["10-pump.toml": text]).tests
        #expect(tests.map(\.id) == ["selfcheck", "service", "calibration", "temperature", "api", "valve", "alarm"])
        #expect(tests.map(\.kind) == ["command", "unit", "file", "sysfs", "http", "serial", "ask"])
        #expect(tests.map(\.isRequired) == [false, true, true, true, true, true, true])
        #expect(tests.map(\.isAttended) == [false, false, false, false, false, true, true])
        #expect(tests[5].preparation == "Connect the test line.")
        #expect(tests[6].check == .ask(AskCheck(question: "Is the lamp dark?", expected: false)))
        #expect(tests[0].title == "The pump checks itself")
        #expect(tests[0].timeout == .milliseconds(2500))
        #expect(tests[0].retries == 2)
        #expect(tests[0].interval == .milliseconds(500))
        guard case .command(let command) = tests[0].check, case .serial(let serial) = tests[5].check else {
            Issue.record("the checks are of other kinds")
            return
        }
        #expect(command.arguments == ["/usr/bin/pump-check", "--all"])
        #expect(command.user == "pump")
        #expect(command.status == 3)
        #expect(command.limits == Limits(minimum: 1, maximum: 2.5, unit: "ml/h"))
        #expect(command.mayUseNetwork && command.mayWrite)
        #expect(serial.send == Array("ping\r\n".utf8))
        #expect(serial.within == .milliseconds(250))
    }

    @Test("Files are read in the order of their names, and others are let be")
    func order() throws {
        func unit(_ id: String) -> String { "[[test]]\nid = \"\(id)\"\nkind = \"unit\"\nunit = \"a.service\"\n" }
        let plan = try plan([
            "20.toml": unit("second"), "10.toml": unit("first"), "notes.txt": "nothing", ".30.toml": "no TOML",
        ])
        #expect(plan.tests.map(\.id) == ["first", "second"])
        #expect(plan.declarations.map(\.file) == ["10.toml", "20.toml"])
        #expect(plan.declarations[0].digest == SHA256.digest(of: Array(unit("first").utf8)))
    }

    @Test("No folder and no tests are told apart, and both are empty")
    func nothing() throws {
        let folder = try TemporaryFolder()
        let missing = try SelfTestPlan.read(folder: folder.file("missing"))
        #expect(missing.isEmpty && !missing.hasFolder)
        let empty = try SelfTestPlan.read(folder: folder.path)
        #expect(empty.isEmpty && empty.hasFolder)
    }

    @Test(
        "A bad key refuses the file, and is named with it",
        arguments: [
            ("kind = \"magic\"", "test[0].kind"), ("", "test[0].kind"),
            ("kind = \"unit\"", "test[0].unit"), ("kind = \"unit\"\nunit = \"pump\"", "test[0].unit"),
            ("kind = \"unit\"\nunit = \"a b.service\"", "test[0].unit"),
            ("kind = \"unit\"\nunit = \"a.service\"\nstate = \"fine\"", "test[0].state"),
            ("kind = \"unit\"\nunit = \"a.service\"\ntimeuot = 3", "test[0].timeuot"),
            ("kind = \"unit\"\nunit = \"a.service\"\npath = \"/x\"", "test[0].path"),
            ("kind = \"unit\"\nunit = \"a.service\"\ntimeout = 0", "test[0].timeout"),
            ("kind = \"unit\"\nunit = \"a.service\"\ntimeout = 3601", "test[0].timeout"),
            ("kind = \"unit\"\nunit = \"a.service\"\nretries = -1", "test[0].retries"),
            ("kind = \"unit\"\nunit = \"a.service\"\nrequired = \"no\"", "test[0].required"),
            ("kind = \"command\"\nrun = []", "test[0].run"), ("kind = \"command\"\nrun = [\"sh\"]", "test[0].run"),
            ("kind = \"command\"\nrun = [\"/bin/../x\"]", "test[0].run"),
            ("kind = \"command\"\nrun = [\"/x\", \"a\\u0000\"]", "test[0].run"),
            ("kind = \"command\"\nrun = [\"/x\"]\nvalue = \"(a\"\nmin = 1", "test[0].value"),
            ("kind = \"command\"\nrun = [\"/x\"]\nvalue = \"a\"", "test[0].value"),
            ("kind = \"command\"\nrun = [\"/x\"]\nexpect-status = 256", "test[0].expect-status"),
            ("kind = \"command\"\nrun = [\"/x\"]\nunit = \"V\"", "test[0].unit"),
            ("kind = \"file\"\npath = \"x\"\nsha256 = \"00\"", "test[0].path"),
            ("kind = \"file\"\npath = \"/x\"\nsha256 = \"00\"", "test[0].sha256"),
            ("kind = \"sysfs\"\npath = \"/sys/x\"", "test[0].path"),
            ("kind = \"sysfs\"\npath = \"/sys/../etc\"\nmin = 1", "test[0].path"),
            ("kind = \"sysfs\"\npath = \"/sys/x\"\nmin = 2\nmax = 1", "test[0].min"),
            ("kind = \"sysfs\"\npath = \"/sys/x\"\nmin = 2\nscale = 0", "test[0].scale"),
            ("kind = \"http\"\nurl = \"file:///etc/passwd\"", "test[0].url"),
            ("kind = \"http\"\nurl = \"http://x\"\nstatus = 99", "test[0].status"),
            ("kind = \"serial\"\nport = \"/dev/x\"\nsend = \"\"\nexpect = \"x\"\nbaud = 49", "test[0].baud"),
            ("kind = \"serial\"\nport = \"/dev/x\"\nsend = \"\"", "test[0].expect"),
            ("kind = \"serial\"\nport = \"/dev/x\"\nexpect = \"x\"", "test[0].send"),
            ("kind = \"serial\"\nport = \"/dev/x\"\nsend = \"\"\nexpect = \"x{9}\"", "test[0].expect"),
            ("kind = \"unit\"\nunit = \"a.service\"\nprepare = \"x\"", "test[0].prepare"),
            ("kind = \"unit\"\nunit = \"a.service\"\nattended = 1", "test[0].attended"),
            ("kind = \"unit\"\nunit = \"a.service\"\nquestion = \"x\"", "test[0].question"),
            ("kind = \"ask\"", "test[0].question"), ("kind = \"ask\"\nquestion = \" \"", "test[0].question"),
            ("kind = \"ask\"\nquestion = \"x\"\nanswer = \"maybe\"", "test[0].answer"),
            ("kind = \"ask\"\nquestion = \"x\"\nattended = false", "test[0].attended"),
            ("kind = \"ask\"\nquestion = \"x\"\nretries = 1", "test[0].retries"),
            (longAsk("question"), "test[0].question"), (longAsk("prepare"), "test[0].prepare"),
        ])
    func badKey(lines: String, key: String) throws {
        let error = #expect(throws: SelfTestError.self) { try plan(["a.toml": declared(lines)]) }
        #expect(error?.code == FaultCode(2402))
        #expect(error?.kind == .refused)
        #expect(error?.description.contains("a.toml'") == true)
        #expect(error?.description.contains("'\(key)'") == true)
    }

    @Test("A refusal says line and column of what it speaks of, with the number of a malformed file")
    func place() throws {
        let folder = try TemporaryFolder()
        let right = declared("kind = \"unit\"\nunit = \"a.service\"")
        let file = try folder.write(
            "a.toml", right + "\n[[test]]\nid = \"y\"\n  timeuot = 3\nkind = \"unit\"\nunit = \"b.mount\"\n")
        let error = #expect(throws: SelfTestError.self) { try SelfTestPlan.read(folder: folder.path) }
        #expect(error == .malformed(file, .at(TextPosition(line: 8, column: 3), .unknownKey("test[1].timeuot"))))
        #expect(error?.code == FaultCode(2402))
        try folder.write("a.toml", right + "\n[[test]]\nid = \"y\"\nkind = \"ask\"\nquestion = \"?\"\n answer = 3\n")
        let other = #expect(throws: SelfTestError.self) { try SelfTestPlan.read(folder: folder.path) }
        let reason = DocumentError.unacceptable("test[1].answer", reason: "is not a string")
        #expect(other == .malformed(file, .at(TextPosition(line: 10, column: 11), reason)))
    }

    @Test(
        "An id must be one that a record can name",
        arguments: ["", "A", "a b", "a_b", String(repeating: "a", count: 65)])
    func badID(id: String) throws {
        let error = #expect(throws: SelfTestError.self) {
            try plan(["a.toml": "[[test]]\nid = \"\(id)\"\nkind = \"unit\"\nunit = \"a.service\""])
        }
        #expect(error?.description.contains("'test[0].id'") == true)
    }

    @Test("The same id twice is refused, in one file or two")
    func duplicate() throws {
        let text = declared("kind = \"unit\"\nunit = \"a.service\"")
        for files in [["a.toml": text, "b.toml": text], ["a.toml": text + text]] {
            let error = #expect(throws: SelfTestError.self) { try plan(files) }
            #expect(error?.code == FaultCode(2404))
        }
    }

    @Test("What is no TOML, no text, or no list of tests is refused", arguments: ["[[test", "x = 1", "test = 3"])
    func malformed(text: String) throws {
        #expect(throws: SelfTestError.self) { try plan(["a.toml": text]) }
    }

    @Test("A file that is not UTF-8 or too large is refused with its own code")
    func bytes() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a.toml", [0x61, 0xFF])
        #expect(throws: SelfTestError.notText(file)) { try SelfTestPlan.read(folder: folder.path) }
        try folder.write("a.toml", [UInt8](repeating: 0x23, count: SelfTestPlan.fileLimit + 1))
        #expect(throws: SelfTestError.cannotRead(.tooLarge(file, limit: SelfTestPlan.fileLimit))) {
            try SelfTestPlan.read(folder: folder.path)
        }
    }

    @Test("More tests than can be run are refused")
    func tooMany() throws {
        func tests(_ range: Range<Int>) -> String {
            range.map { "[[test]]\nid = \"t\($0)\"\nkind = \"unit\"\nunit = \"a.service\"\n" }.joined()
        }
        let error = #expect(throws: SelfTestError.self) {
            try plan(["a.toml": tests(0..<200), "b.toml": tests(200..<257)])
        }
        #expect(error?.code == FaultCode(2405))
    }
}
