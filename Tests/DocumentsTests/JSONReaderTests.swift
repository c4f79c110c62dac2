import Documents
import Testing
import Vocabulary

@Suite("Reading JSON")
struct JSONReaderTests {
    private func read(_ text: String) throws(DocumentError) -> JSON {
        try JSONReader.read(Array(text.utf8), limit: 1 << 20)
    }

    @Test(
        "What RFC 8259 allows is read",
        arguments: [
            ("null", .null), (" true ", true), ("\t\r\n false", false), ("0", 0), ("-0", 0), ("-17", -17),
            ("9007199254740991", .integer(9_007_199_254_740_991)),
            ("-9007199254740991", .integer(-9_007_199_254_740_991)), ("0.5", .decimal(0.5)),
            ("-1.25E+2", .decimal(-125)),
            ("1e3", .decimal(1000)), ("1e-400", .decimal(0)), ("\"\"", ""),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e4\u20AC\uD834\uDD1E""#, "ä€𝄞"), ("\"\u{7F}\u{2028}𝄞\"", "\u{7F}\u{2028}𝄞"),
            (#""\u0000""#, "\u{0}"),
            ("[]", []), ("[ 1 , [ 2 ] ]", [1, [2]]), ("{}", [:]), (#"{ "a" : { "" : 1 } }"#, ["a": ["": 1]]),
        ] as [(String, JSON)])
    func accepted(text: String, value: JSON) throws { #expect(try read(text) == value) }

    @Test(
        "What RFC 8259 does not allow is malformed",
        arguments: [
            "", " ", "nul", "nullx", "True", "'a'", "[1,]", "[,1]", "[1", "[1 2]", "{", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}", "{1:1}", "1 2", "[] []", "01", "-", "-01", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x10", "NaN",
            "Infinity", "-Infinity", "1e400", "9007199254740992", "-9007199254740992", "99999999999999999999", "\"",
            "\"a",
            "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\u+123\"", "\"\\u 123\"", "\"\\ud800\"", "\"\\udc00\"",
            "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"a\nb\"", "\"a\u{0}b\"", "\"\t\"", "// no\n1", "\u{FEFF}1",
            "\u{A0}1",
        ])
    func malformed(text: String) throws {
        let error = #expect(throws: DocumentError.self) { try read(text) }
        #expect(error?.code == FaultCode(1102), "\(String(describing: error))")
    }

    @Test(
        "A decimal whose canonical form nobody could read again is refused",
        arguments: ["1e20", "-1e16", "9007199254740992.0", "999999999999999868928.0"])
    func beyondWholeNumbers(text: String) {
        let error = #expect(throws: DocumentError.self) { try read(text) }
        #expect(error?.description.contains("beyond 2^53") == true)
    }

    @Test(
        "What is taken can be written and read again",
        arguments: ["1e21", "9007199254740991.0", "-0.0", "1e2", "5e-324", "0.1", "[1e-7,{\"a\":1.5e300}]"])
    func writtenAndRead(text: String) throws {
        let canonical = try read(text).canonicalText
        #expect(try read(canonical).canonicalText == canonical)
    }

    @Test(
        "Bytes that are no UTF-8 are malformed",
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) throws {
        let error = #expect(throws: DocumentError.self) {
            try JSONReader.read([0x22] + bytes + [0x22], limit: 100)
        }
        #expect(error?.code == FaultCode(1102))
    }

    @Test(
        "A key that stands twice in one object is refused where it stands again",
        arguments: [
            (#"{"a":1,"a":1}"#, "a", 7), (#"{"a":1,"b":2,"\u0061":3}"#, "a", 13), (#"{"x":{"":1,"":2}}"#, "", 11),
        ])
    func duplicateKey(text: String, key: String, offset: Int) {
        #expect(throws: DocumentError.duplicateKey(key, offset: offset)) { try read(text) }
    }

    @Test("The same key in two objects is no duplicate")
    func repeatedKey() throws { #expect(try read(#"[{"a":1},{"a":{"a":2}}]"#) == [["a": 1], ["a": ["a": 2]]]) }

    @Test("Nesting is bounded", arguments: [(31, true), (32, true), (33, false), (100_000, false)])
    func depth(levels: Int, isTaken: Bool) {
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let result = Result { () throws(DocumentError) in try read(text) }
        switch result {
        case .success: #expect(isTaken)
        case .failure(let error): #expect(!isTaken && error == .tooDeep(limit: 32))
        }
    }

    @Test("Size is bounded before anything is read", arguments: [(4, true), (3, false)])
    func size(limit: Int, isTaken: Bool) throws {
        let bytes = Array("null".utf8)
        if isTaken {
            #expect(try JSONReader.read(bytes, limit: limit) == .null)
        } else {
            #expect(throws: DocumentError.tooLarge(limit: limit)) { try JSONReader.read(bytes, limit: limit) }
        }
    }

    @Test("Every truncation of a document is refused, never a crash")
    func truncations() {
        let document = Array(#"{"a":[1,-2.5e3,"ä\u20ac\ud834\udd1e",true,null],"b":{"c":""}}"#.utf8)
        for count in 0..<document.count {
            #expect(throws: DocumentError.self) { try JSONReader.read(Array(document.prefix(count)), limit: 1000) }
        }
    }
}
