import ChangeControl
import Testing

@Suite("The patterns of references")
struct TextPatternTests {
    @Test(
        "A pattern takes the whole text, and nothing else",
        arguments: [
            ("K#{6}", ["K261234"], ["K26123", "K2612345", "k261234", "P261234", "K26123x", ""]),
            (
                "#{7}-#{1,2}/#{1,2}/#{2}-#{3}-[CR]", ["1234567-6/21/26-001-C", "1234567-12/1/26-001-R"],
                ["1234567-6-21-26-001-C", "1234567-6/21/26-001-X", "1234567-6/21/2026-001-C", "234567-6/21/26-001-C"]
            ),
            ("P#{6}/S#{3,4}", ["P260012/S003", "P260012/S0031"], ["P260012/S03", "P260012"]),
            ("8#{2}\\.#{1,4}", ["880.2400"], ["8802400", "980.2400"]),
            ("[0-9a-f]{64}", [String(repeating: "ab", count: 32)], [String(repeating: "AB", count: 32)]),
            ("[A-Z-]{0,3}x", ["x", "A-Zx"], ["A-ZZx", ""]),
            ("..", ["äß", "日本"], ["a", "abc"]),
            ("[\\]a]", ["]", "a"], ["\\"]),
            ("#{0,8}#{0,8}", ["", "1", "1234567890123456"], ["12345678901234567"]),
        ])
    func matching(pattern: String, taken: [String], refused: [String]) throws {
        let pattern = try TextPattern(pattern)
        for text in taken { #expect(pattern.matches(text), "\(text)") }
        for text in refused { #expect(!pattern.matches(text), "\(text)") }
    }

    @Test(
        "A pattern that is not understood is refused when it is read",
        arguments: [
            "", "[", "[]", "[A-", "[Z-A]", "K*", "(K)", "a|b", "^K", "K$", "K{", "K{}", "K{0}", "K{3,2}", "K{-1}",
            "K{129}",
            "K{1,2,3}", "]", "}", "\\", "a{100}b{100}", "K{ 1}",
        ])
    func malformed(pattern: String) {
        #expect(throws: TextPattern.Malformed.self) { try TextPattern(pattern) }
    }

    @Test("A long text costs no more than its length allows, whatever the pattern")
    func bounded() throws {
        let pattern = try TextPattern("a{0,64}a{0,63}b")
        #expect(!pattern.matches(String(repeating: "a", count: TextPattern.mostText)))
        #expect(!pattern.matches(String(repeating: "a", count: TextPattern.mostText + 1)))
    }
}
