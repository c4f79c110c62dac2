import Documents
import Glibc
import Platform
import SelfTests
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// Declares one test in TOML under a root and runs it: what people write is what is tested.
private func outcome(
    _ lines: String, in root: TemporaryFolder, units: (any UnitStates)? = nil, at path: FilePath? = nil
) async throws -> SelfTestResult {
    let declarations = try TemporaryFolder()
    // Long where the time is not what is tested: a busy machine is no failure.
    let timeout = lines.contains("timeout") ? "" : "timeout = 600"
    try declarations.write("a.toml", "[[test]]\nid = \"x\"\n\(lines)\n\(timeout)\n")
    let plan = try SelfTestPlan.read(folder: declarations.path)
    let runner = SelfTestRunner(root: path ?? root.path, units: units)
    let report = await runner.run(plan, deadline: .seconds(900))
    return try #require(report.results.first)
}

/// A service manager with units in the states it is given.
private struct Units: UnitStates {
    struct Broken: Error {}
    let states: [String: UnitState]

    func state(of unit: String) async throws -> UnitState {
        switch unit {
        case "broken.service": throw Broken()
        case "hanging.service":
            // Ends only by being cancelled.
            await waitToBeCancelled()
            throw Broken()
        default: states[unit] ?? UnitState(load: "not-found", active: "inactive", sub: "dead")
        }
    }
}

@Suite("Probes of files and numbers")
struct FileProbeTests {
    @Test(
        "A number is held to its limits after scaling",
        arguments: [
            ("41000\n", SelfTestVerdict.passed, 41.0), ("30000\n", .passed, 30), ("80000", .passed, 80),
            ("29999\n", .failed, 29.999), ("80001", .failed, 80.001), ("-5", .failed, -0.005), ("4.5e4", .passed, 45),
        ])
    func limits(content: String, verdict: SelfTestVerdict, value: Double) async throws {
        let root = try TemporaryFolder()
        try root.write("sys/temp", content)
        let result = try await outcome(
            "kind = \"sysfs\"\npath = \"/sys/temp\"\nscale = 0.001\nmin = 30\nmax = 80\nunit = \"C\"", in: root)
        #expect(result.verdict == verdict)
        guard case .decimal(let seen) = result.value else {
            Issue.record("no value: \(result.reason)")
            return
        }
        #expect(abs(seen - value) < 1e-9)
        #expect(result.limit == ["min": .decimal(30), "max": .decimal(80)])
        #expect(result.unit == "C")
        #expect(result.reason.isEmpty == (verdict == .passed))
    }

    @Test("What is no number fails and is kept", arguments: ["", "hot", "0x10", "nan", "inf", "1 2", "41000\0"])
    func noNumber(content: String) async throws {
        let root = try TemporaryFolder()
        try root.write("sys/temp", content)
        let result = try await outcome("kind = \"sysfs\"\npath = \"/sys/temp\"\nmin = 0", in: root)
        #expect(result.verdict == .failed)
        #expect(result.value == nil)
    }

    @Test("A number that is not there is an error, not a zero")
    func absent() async throws {
        let root = try TemporaryFolder()
        let result = try await outcome("kind = \"sysfs\"\npath = \"/sys/temp\"\nmin = 0", in: root)
        #expect(result.verdict == .error)
        #expect(result.reason.contains("No such file"))
    }

    @Test("A read that hangs is given up, and not tried again", arguments: ["sysfs", "file"])
    func hanging(kind: String) async throws {
        let root = try TemporaryFolder()
        #expect(mkfifo(root.file("pipe").string, 0o600) == 0)
        let held = kind == "sysfs" ? "min = 0" : "sha256 = \"\(String(repeating: "0", count: 64))\""
        let result = try await outcome(
            "kind = \"\(kind)\"\npath = \"/pipe\"\n\(held)\ntimeout = 0.1\nretries = 5\ninterval = 0.01", in: root)
        #expect(result.verdict == .timedOut)
        #expect(result.attempts == 1)
        // Lets the thread that was left behind go.
        let writer = open(root.file("pipe").string, O_RDWR | O_NONBLOCK)
        close(writer)
    }

    @Test("A file is held to its digest")
    func digest() async throws {
        let root = try TemporaryFolder()
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0) }
        try root.write("usr/data", content)
        let digest = SHA256.digest(of: content).hex
        let good = try await outcome("kind = \"file\"\npath = \"/usr/data\"\nsha256 = \"\(digest)\"", in: root)
        #expect(good.verdict == .passed)
        #expect(good.value == .string(digest))
        try root.write("usr/data", content + [0])
        let bad = try await outcome("kind = \"file\"\npath = \"/usr/data\"\nsha256 = \"\(digest)\"", in: root)
        #expect(bad.verdict == .failed)
        #expect(bad.limit == .string(digest))
        let absent = try await outcome("kind = \"file\"\npath = \"/usr/none\"\nsha256 = \"\(digest)\"", in: root)
        #expect(absent.verdict == .failed)
        #expect(absent.value == nil)
    }
}

@Suite("Probes of commands")
struct CommandProbeTests {
    @Test(
        "A command is judged by its status and what it prints",
        arguments: [
            ("exit 0", "", SelfTestVerdict.passed), ("exit 3", "", .failed), ("exit 3", "expect-status = 3", .passed),
            ("exit 0", "expect-status = 3", .failed), ("kill -9 $$", "", .failed),
            ("echo all is well", "expect-output = \"is well\"", .passed),
            ("echo all is ill", "expect-output = \"is well\"", .failed),
            ("echo is well >&2", "expect-output = \"is well\"", .failed),
            ("echo ' 2.5 '", "min = 2\nmax = 3", .passed), ("echo 3.5", "min = 2\nmax = 3", .failed),
            ("echo no number", "min = 2", .failed), ("exit 1; echo 2.5", "min = 2", .failed),
            ("echo 'rate=2.5 V'", "value = \"rate=([0-9.]+)\"\nmin = 2", .passed),
            ("echo 'rate=1.5 V'", "value = \"rate=([0-9.]+)\"\nmin = 2", .failed),
            ("echo none", "value = \"rate=([0-9.]+)\"\nmin = 2", .failed),
            ("sleep 1000", "timeout = 0.2", .timedOut),
            ("trap '' TERM; sleep 1000; sleep 1000", "timeout = 0.2", .timedOut),
        ])
    func judged(script: String, lines: String, verdict: SelfTestVerdict) async throws {
        let text = "kind = \"command\"\nrun = [\"/bin/sh\", \"-c\", \"\"\"\(script)\"\"\"]\n\(lines)"
        let result = try await outcome(text, in: try TemporaryFolder(), at: "/")
        #expect(result.verdict == verdict, "\(result.reason)")
        #expect(result.reason.isEmpty == (verdict == .passed))
    }

    @Test("The measured number, its limits and what was printed are kept")
    func evidence() async throws {
        let text = """
            kind = "command"
            run = ["/bin/echo", "rate=2.5 ml/h"]
            value = "rate=([0-9.]+)"
            max = 2
            unit = "ml/h"
            """
        let result = try await outcome(text, in: try TemporaryFolder(), at: "/")
        #expect(result.value == .decimal(2.5))
        #expect(result.limit == ["max": .decimal(2)])
        #expect(result.reason == "2.5 ml/h is above 2.0 ml/h")
        #expect(result.output == "rate=2.5 ml/h\n")
        #expect(result.isolation != nil)
    }

    @Test("A babbling command fills no record, and leaves no control characters in it")
    func babbling() async throws {
        let text = "kind = \"command\"\nrun = [\"/usr/bin/head\", \"-c\", \"5000000\", \"/dev/zero\"]"
        let result = try await outcome(text, in: try TemporaryFolder(), at: "/")
        #expect(result.verdict == .passed)
        #expect(result.output.unicodeScalars.count == 2048)
        #expect(result.output.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
    }

    @Test("A program that is not there, or a user, is an error that says so")
    func absent() async throws {
        let folder = try TemporaryFolder()
        let program = try await outcome("kind = \"command\"\nrun = [\"/no/such\"]", in: folder)
        #expect(program.verdict == .error)
        #expect(program.reason.contains("there is no such program"))
        let user = try await outcome("kind = \"command\"\nrun = [\"/bin/true\"]\nuser = \"no-such-user\"", in: folder)
        #expect(user.verdict == .error)
        #expect(user.reason == "there is no user 'no-such-user'")
    }

    @Test("Run by root, a command is nobody, reads only, and is alone", .enabled(if: geteuid() == 0))
    func sandbox() async throws {
        let script =
            "id -un; touch /tmp/mark-$$ 2>/dev/null && echo wrote; tail -n +3 /proc/net/dev | cut -d: -f1 | xargs"
        let text = "kind = \"command\"\nrun = [\"/bin/sh\", \"-c\", \"\(script)\"]\nexpect-status = 0"
        let result = try await outcome(text, in: try TemporaryFolder(), at: "/")
        #expect(result.output == "nobody\nlo\n")
        #expect(result.isolation == ["files", "network"])
    }
}

@Suite("Probes of units, addresses and ports", .serialized)
struct OtherProbeTests {
    private static let units = Units(states: [
        "pump.service": UnitState(load: "loaded", active: "active", sub: "running"),
        "dead.service": UnitState(load: "loaded", active: "failed", sub: "failed"),
    ])

    @Test(
        "A unit is held to its state",
        arguments: [
            ("pump.service", "active", SelfTestVerdict.passed, "active"), ("dead.service", "active", .failed, "failed"),
            ("dead.service", "failed", .passed, "failed"), ("none.service", "active", .failed, "not-found"),
            ("none.service", "inactive", .failed, "not-found"), ("broken.service", "active", .error, nil),
        ] as [(String, String, SelfTestVerdict, String?)])
    func unit(name: String, state: String, verdict: SelfTestVerdict, value: String?) async throws {
        let text = "kind = \"unit\"\nunit = \"\(name)\"\nstate = \"\(state)\""
        let result = try await outcome(text, in: try TemporaryFolder(), units: Self.units)
        #expect(result.verdict == verdict)
        #expect(result.value == value.map(JSON.string))
    }

    @Test("A service manager that does not answer is given up")
    func hangingServiceManager() async throws {
        let text = "kind = \"unit\"\nunit = \"hanging.service\"\ntimeout = 0.1"
        let result = try await outcome(text, in: try TemporaryFolder(), units: Self.units)
        #expect(result.verdict == .timedOut)
    }

    @Test("Without a service manager a unit's test is an error")
    func noServiceManager() async throws {
        let result = try await outcome("kind = \"unit\"\nunit = \"a.service\"", in: try TemporaryFolder())
        #expect(result.verdict == .error)
    }

    @Test(
        "An address is held to its status and words",
        arguments: [
            ("/200", "", SelfTestVerdict.passed), ("/404", "", .failed), ("/404", "status = 404", .passed),
            ("/200", "contains = \"ord\"", .passed), ("/200", "contains = \"sword\"", .failed),
            ("/mute", "timeout = 0.2", .timedOut), ("/hasty", "", .failed), ("/endless", "", .failed),
        ])
    func http(path: String, lines: String, verdict: SelfTestVerdict) async throws {
        let server = try await WebServer.start(content: [])
        let text = "kind = \"http\"\nurl = \"\(server.address)\(path)\"\n\(lines)"
        #expect(try await outcome(text, in: try TemporaryFolder()).verdict == verdict)
    }

    @Test("A server is believed only on its own authority, taken from under the root")
    func https() async throws {
        let server = try await WebServer.start(content: [], tls: "localhost")
        let authority = try #require(server.certificate?.certificate)
        let root = try TemporaryFolder()
        try root.write("etc/ca.pem", try Storage().read(authority, limit: 10000))
        let text = "kind = \"http\"\nurl = \"\(server.address)/200\""
        #expect(try await outcome(text, in: root).verdict == .failed)
        #expect(try await outcome(text + "\nca = \"/etc/ca.pem\"", in: root).verdict == .passed)
    }

    @Test(
        "A port is held to its answer",
        arguments: [
            ("pong 12.5\r\n", "expect = \"pong\"", SelfTestVerdict.passed),
            ("pong 12.5\r\n", "expect = \"pong ([0-9.]+)[^0-9.]\"\nmin = 12\nmax = 13", .passed),
            ("pong 13.5\r\n", "expect = \"pong ([0-9.]+)[^0-9.]\"\nmin = 12\nmax = 13", .failed),
            ("pong ...\r\n", "expect = \"pong ([0-9.]+)[^0-9.]\"\nmin = 12\nmax = 13", .failed),
            ("\u{0}\u{7}garbage", "expect = \"pong\"", .failed), ("", "expect = \"pong\"", .timedOut),
        ])
    func serial(answer: String, lines: String, verdict: SelfTestVerdict) async throws {
        let terminal = try PseudoTerminal { heard in heard == Array("ping\r".utf8) ? Array(answer.utf8) : nil }
        let text = """
            kind = "serial"
            port = "\(terminal.path)"
            send = "ping\\r"
            within = \(answer.contains("pong") ? 600 : 0.3)
            \(lines)
            """
        #expect(try await outcome(text, in: try TemporaryFolder(), at: "/").verdict == verdict)
    }

    @Test("A port that is not there is an error")
    func noPort() async throws {
        let text = "kind = \"serial\"\nport = \"/dev/none\"\nsend = \"\"\nexpect = \"x\""
        let result = try await outcome(text, in: try TemporaryFolder())
        #expect(result.verdict == .error)
        #expect(result.reason.contains("/dev/none"))
    }
}
