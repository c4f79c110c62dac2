import Documents
import TestSupport
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    /// RFC 8785 appendix B: the bits of a double and how ECMAScript writes it.
    @Test(
        "Numbers are written as RFC 8785 appendix B shows",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func numbers(bits: UInt64, text: String) {
        #expect(JSON.decimal(Double(bitPattern: bits)).canonicalText == text)
    }

    @Test("Keys are sorted by UTF-16 code units, as RFC 8785 §3.2.3 shows")
    func sorting() {
        let value: JSON = [
            "\u{20AC}": "Euro Sign", "\r": "Carriage Return", "\u{FB33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\u{1F600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{F6}": "Latin Small Letter O With Diaeresis",
        ]
        let expected = [
            #""\r":"Carriage Return""#, #""1":"One""#, "\"\u{80}\":\"Control\"",
            "\"\u{F6}\":\"Latin Small Letter O With Diaeresis\"", "\"\u{20AC}\":\"Euro Sign\"",
            "\"\u{1F600}\":\"Emoji: Grinning Face\"", "\"\u{FB33}\":\"Hebrew Letter Dalet With Dagesh\"",
        ]
        #expect(value.canonicalText == "{\(expected.joined(separator: ","))}")
    }

    @Test("The example of RFC 8785 §3.2.2 comes out as its §3.2.4 shows")
    func example() throws {
        // The RFC's 333333333.33333329 and its 1E30 exceed nothing that a double holds; whole numbers of ours end at 2^53.
        let input = """
            {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}
            """
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try JSONReader.read(Array(input.utf8), limit: 1000).canonicalText == expected)
    }

    @Test("Control characters are escaped the short way where there is one, everything else stands as it is")
    func strings() {
        #expect(
            JSON.string("\u{8}\t\n\u{C}\r\u{1}\u{1F}\u{7F}\u{2028}/ä").canonicalText
                == "\"\\b\\t\\n\\f\\r\\u0001\\u001f\u{7F}\u{2028}/ä\"")
    }

    @Test(
        "Random values are written as Python writes them, and read back to the same bytes",
        arguments: 0..<4 as Range<UInt64>)
    func python(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let values = (0..<100).map { _ in RandomJSON.value(depth: 4, &dice) }
        let lines = values.map(\.canonicalText)
        let program = """
            import json, sys
            for line in sys.stdin.buffer.read().decode().split("\\n"):
                print(json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False))
            """
        let result = try Tool.run(
            ["python3", "-c", program], input: Array(lines.joined(separator: "\n").utf8),
            environment: ["PYTHONIOENCODING": "utf-8"])
        #expect(result.text.split(separator: "\n").map(String.init) == lines, "\(result.error)")
        for line in lines { #expect(try JSONReader.read(Array(line.utf8), limit: 1 << 20).canonicalText == line) }
    }

    @Test("The text for people has the same order and reads back as the same value")
    func pretty() throws {
        let value: JSON = ["b": [1, []], "a": ["c": .null], "d": [:]]
        #expect(
            value.prettyText == "{\n  \"a\": {\n    \"c\": null\n  },\n  \"b\": [\n    1,\n    []\n  ],\n  \"d\": {}\n}"
        )
        #expect(try JSONReader.read(Array(value.prettyText.utf8), limit: 100) == value)
    }
}

/// Values that Python sorts and writes the same way: keys of the basic plane below the surrogates, decimals without exponent.
private enum RandomJSON {
    static func value(depth: Int, _ dice: inout Dice) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &dice) {
        case 0: return .null
        case 1: return .bool(.random(using: &dice))
        case 2: return .integer(.random(in: -JSON.largestInteger...JSON.largestInteger, using: &dice))
        // A half at the end keeps it a decimal for both.
        case 3: return .decimal(Double(Int.random(in: -1_000_000...1_000_000, using: &dice)) + 0.5)
        case 4, 5: return .string(text(0xD7FF, &dice))
        case 6: return .array((0..<Int.random(in: 0...5, using: &dice)).map { _ in value(depth: depth - 1, &dice) })
        default:
            var members: [String: JSON] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &dice) {
                members[text(0xFF, &dice)] = value(depth: depth - 1, &dice)
            }
            return .object(members)
        }
    }

    private static func text(_ last: UInt32, _ dice: inout Dice) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &dice) {
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...last, using: &dice)) { text.append(scalar) }
        }
        return String(text)
    }
}
