import Documents
import Foundation
import Testing
import Vocabulary

@Suite("Reading TOML")
struct TOMLTests {
    @Test("Tables, lists, strings, numbers and truth values become what JSON has")
    func values() throws {
        let text = """
            title = "Pump \\u00e4" # a comment
            path = 'C:\\raw'
            limits = [1, -2, 0x10, 0o17, 0b11]
            ratio = 0.5
            on = true
            [slots.a]
            size = 1_000
            [[images]]
            name = "root"
            [[images]]
            name = "boot"
            """
        let expected: JSON = [
            "title": "Pump ä", "path": "C:\\raw", "limits": [1, -2, 16, 15, 3], "ratio": .decimal(0.5), "on": true,
            "slots": ["a": ["size": 1000]], "images": [["name": "root"], ["name": "boot"]],
        ]
        #expect(try TOML.read(text) == expected)
    }

    @Test("A text with a zero in it is refused, not cut off there")
    func zero() throws {
        #expect(try TOML.read("a = 1\n") == ["a": 1])
        #expect(throws: DocumentError.self) { try TOML.read("a = 1\u{0}\n") }
    }

    @Test("Reading takes no memory that is not given back")
    func memory() throws {
        let text = (0..<400).map { "[table-\($0)]\nname = \"\(String(repeating: "n", count: 200))\"\n" }.joined()
        let resident = { () throws -> Int in
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
            return try #require(Int(pages)) * 4096
        }
        for _ in 0..<20 { _ = try TOML.read(text) }
        let before = try resident()
        for _ in 0..<300 { _ = try TOML.read(text) }
        #expect(try resident() - before < 24 << 20)
    }

    @Test("A time becomes a string")
    func time() throws {
        #expect(try TOML.read("at = 2026-01-31T12:00:00Z")["at"]?.string == "2026-01-31T12:00:00Z")
    }

    @Test(
        "A mistake is refused with its line",
        arguments: [
            ("a = 1\na = 2", 2), ("a = 1\nb = ", 2), ("x", 1), ("a = 1\n\n[t\n", 3), ("a = \"open", 1), ("[a]\n[a]", 2),
            ("a = 1 b = 2", 1), ("a = 01", 1), ("[\u{19}", 1), ("a = 1\n[ # no name\n]", 2), ("[[\u{1}]]", 1),
            ("\u{FEFF}[[ \u{19}", 1), ("a = [\n1]\n[ = ]", 3), ("[a.\u{1}]", 1),
            ("a = [}", 1), ("a = [\n  1, }", 2), ("a = [{b = [ # none\n}]}]", 2),
            ("\(String(repeating: "k", count: 257)) = 1", 1),
        ])
    func mistakes(text: String, line: Int) {
        let error = #expect(throws: DocumentError.self) { try TOML.read(text) }
        guard case .toml(line, _, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
        #expect(error?.code == FaultCode(1105))
    }

    @Test(
        "A table may have any name that TOML has",
        arguments: [
            "[\"\"]", "['a b']", "[ a ]", "[a . \"b.c\"]", "[[ -1 ]]", "\u{FEFF}[a]", "x = \"\"\"\n[\n\"\"\"\n[a]",
            "x = '''\n[ ]\n'''", "x = [\n[ ],\n[1]\n]\n[a]", "# [\n[a] # [", "x = { y = [ ] }",
        ])
    func tables(text: String) throws { _ = try TOML.read(text) }

    @Test(
        "What is nested too deeply is refused before it can use up the stack",
        arguments: [
            "a = " + String(repeating: "[", count: 1 << 19), "a = " + String(repeating: "{a=", count: 1 << 18),
            String(repeating: "a.", count: 1 << 19) + "a = 1", "[" + String(repeating: "a.", count: 1 << 19) + "a]",
            "[" + String(repeating: "a.", count: 31) + "a]\nb = 1", "a.b = " + String(repeating: "[", count: 31),
        ].map(DeepText.init))
    func depth(deep: DeepText) {
        #expect(throws: DocumentError.tooDeep(limit: JSONReader.depthLimit)) {
            try TOML.read(deep.text, limit: 1 << 21)
        }
    }

    /// A text that is too long for the name of a test.
    struct DeepText: CustomTestStringConvertible {
        let text: String
        var testDescription: String { "\(text.prefix(12))…, \(text.utf8.count) bytes" }
    }

    @Test("As deep as JSON may be, TOML may be")
    func deepest() throws {
        let inLists = "a = " + String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        let inTables = "[" + String(repeating: "a.", count: 29) + "a]\nb = 1"
        for text in [inLists, inTables] { _ = try TOML.read(text) }
    }

    @Test("A document over its limit is refused")
    func limit() { #expect(throws: DocumentError.tooLarge(limit: 4)) { try TOML.read("a = 1", limit: 4) } }
}
