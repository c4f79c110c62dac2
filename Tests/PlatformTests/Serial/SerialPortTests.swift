import Platform
import SystemPackage
import TestSupport
import Testing

private func echo(_ heard: [UInt8]) -> [UInt8]? { heard }

@Suite("Serial ports")
struct SerialPortTests {
    @Test("Every byte goes through as it is, control characters too")
    func everyByte() async throws {
        let terminal = try PseudoTerminal(answer: echo)
        let sent = (0...255).map { UInt8($0) }
        let heard = try await BlockingThread.run("serial") { () throws(SerialError) in
            let port = try SerialPort(terminal.path)
            try port.write(sent, within: .seconds(10))
            var heard: [UInt8] = []
            while heard.count < sent.count {
                let more = try port.read(100, within: .seconds(10))
                if more.isEmpty { break }
                heard += more
            }
            return heard
        }
        #expect(heard == sent)
    }

    @Test("An answer in pieces is matched when its last piece has come")
    func listening() async throws {
        let terminal = try PseudoTerminal { heard in
            heard.last == UInt8(ascii: "\r") ? Array("noise\r\nFLOW=12.5 ml/h\r\n".utf8) : nil
        }
        let pattern = try #require(TextPattern("FLOW=([0-9.]+) ml/h"))
        let answer = try await BlockingThread.run("serial") { () throws(SerialError) in
            let port = try SerialPort(terminal.path)
            try port.write(Array("flow?".utf8), within: .seconds(10))
            try port.write([13], within: .seconds(10))
            return try port.listen(for: pattern, within: .seconds(10))
        }
        let match = try #require(answer.match)
        #expect(
            match.map { $0.map { String(decoding: answer.bytes[$0], as: UTF8.self) } } == ["FLOW=12.5 ml/h", "12.5"])
    }

    @Test("Silence ends when the time is up, with nothing heard")
    func silence() async throws {
        let terminal = try PseudoTerminal { _ in nil }
        let pattern = try #require(TextPattern("x"))
        let answer = try await BlockingThread.run("serial") { () throws(SerialError) in
            try SerialPort(terminal.path).listen(for: pattern, within: .milliseconds(50))
        }
        #expect(answer == SerialAnswer(bytes: [], match: nil))
    }

    @Test("Chatter that never matches ends at the limit")
    func chatter() async throws {
        let terminal = try PseudoTerminal { _ in [UInt8](repeating: 0x2E, count: 2000) }
        let pattern = try #require(TextPattern("x"))
        let answer = try await BlockingThread.run("serial") { () throws(SerialError) in
            let port = try SerialPort(terminal.path)
            try port.write([1], within: .seconds(10))
            return try port.listen(for: pattern, within: .seconds(60), limit: 1000)
        }
        #expect(answer == SerialAnswer(bytes: [UInt8](repeating: 0x2E, count: 1000), match: nil))
    }

    @Test("A port that another program holds is refused")
    func inUse() throws {
        let terminal = try PseudoTerminal(answer: echo)
        let first = try SerialPort(terminal.path)
        #expect(throws: SerialError.inUse(terminal.path)) { try SerialPort(terminal.path) }
        #expect(first.path == terminal.path)
    }

    @Test("What is no serial port is refused with its own code")
    func notAPort() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("file", "text")
        #expect(throws: SerialError.notATerminal(file)) { try SerialPort(file) }
        let missing = folder.file("missing")
        #expect(throws: SerialError.cannot("open", missing, .noSuchFileOrDirectory)) {
            try SerialPort(missing)
        }
    }

    @Test("A far end that goes away is told from one that keeps silent")
    func hungUp() async throws {
        let terminal = try PseudoTerminal(answer: { _ in nil })
        let path = terminal.path
        let port = try SerialPort(path)
        terminal.hangUp()
        await #expect(throws: SerialError.hungUp(path)) {
            try await BlockingThread.run("serial") { () throws(SerialError) in try port.read(10, within: .seconds(10)) }
        }
    }
}

@Suite("Text patterns")
struct TextPatternTests {
    @Test(
        "What could cost any time, or does not compile, is not taken",
        arguments: ["", "a{2}", "(a)\\1", "(", "[", "a\\", "a\0b", String(repeating: "a", count: 257)])
    func notTaken(text: String) { #expect(TextPattern(text) == nil) }

    @Test(
        "A repetition of a repetition, or one that doubles too often in groups, is not compiled at all",
        arguments: [
            "a++", "a*?", "([0-9.])?+", String(repeating: "(", count: 40) + "a" + String(repeating: "+)", count: 40),
            "([a-z[:digit:]])+*", "[]]+*", "\\++*",
        ])
    func tooDear(text: String) { #expect(TextPattern(text) == nil) }

    @Test(
        "What only looks like that is taken",
        arguments: [
            ("(a+)+", "aa"), ("[+*?]+", "+*?"), ("[]+]+", "]+"), ("[^]+]+", "ab"), ("a\\++", "a++"),
            ("[[:digit:]+]+", "1+2"),
            ("rate=([0-9.]+)", "rate=2.5"), ("(a|b+)*c?", "abbac"), ("((((a+)+)+)+)+", "aaa"),
        ])
    func taken(text: String, whole: String) throws {
        let pattern = try #require(TextPattern(text))
        #expect(pattern.firstMatch(in: Array(whole.utf8))?[0] == 0..<whole.utf8.count)
    }

    @Test("Zero bytes hide nothing, and a group that took no part has no place")
    func matching() throws {
        let pattern = try #require(TextPattern("b(x)?(c)"))
        #expect(pattern.firstMatch(in: [0, 0, 98, 99]) == [2..<4, nil, 3..<4])
        #expect(pattern.firstMatch(in: []) == nil)
        #expect(try #require(TextPattern("^ok$")).firstMatch(in: Array("no\nok\nno".utf8)) == [3..<5])
    }
}
