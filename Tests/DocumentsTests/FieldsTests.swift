import Documents
import Testing
import Vocabulary

@Suite("Fields of an object")
struct FieldsTests {
    private static let digest = String(repeating: "ab", count: 32)

    private func fields(_ value: JSON) throws(DocumentError) -> Fields { try Fields(value, at: "device") }

    @Test("Every kind of member is read")
    func reading() throws {
        var fields = try fields([
            "name": "pump", "count": 3, "ratio": 2, "on": true, "digest": .string(Self.digest), "version": "1.2.3",
            "time": "2026-01-31T12:00:00Z", "tags": ["a", "b"], "inner": ["x": 1], "items": [1, 2],
        ])
        #expect(try fields.string("name") == "pump")
        #expect(try fields.integer("count") == 3)
        #expect(try fields.optionalDecimal("ratio") == 2)
        #expect(try fields.bool("on", default: false))
        #expect(try fields.digest("digest").hex == Self.digest)
        #expect(try fields.version("version").description == "1.2.3")
        #expect(try fields.timestamp("time").description == "2026-01-31T12:00:00Z")
        #expect(try fields.strings("tags") == ["a", "b"])
        #expect(try fields.list("items").map(\.path) == ["device.items[0]", "device.items[1]"])
        var inner = try fields.fields("inner")
        #expect(try inner.integer("x") == 1)
        #expect(inner.path == "device.inner")
        try fields.done()
    }

    @Test("What is absent has its default, or is missing by its whole path")
    func absent() throws {
        var fields = try fields([:])
        #expect(try fields.optionalString("a") == nil)
        #expect(try fields.integer("b", default: 7) == 7)
        #expect(try fields.optionalDecimal("c") == nil)
        #expect(try fields.bool("d", default: true))
        #expect(try fields.optionalStrings("e") == [])
        #expect(try fields.optionalFields("f") == nil)
        #expect(throws: DocumentError.missing("device.g")) { try fields.string("g") }
    }

    @Test("A member that nobody took is refused, unless it is marked as an extension")
    func unknown() throws {
        var known = try fields(["a": 1, "x-vendor": 2])
        _ = try known.integer("a")
        try known.done()
        let unknown = try fields(["z": 1, "b": 2])
        #expect(throws: DocumentError.unknownKey("device.b")) { try unknown.done() }
    }

    @Test("An object can be kept as it stands, and what extends it be told from the rest")
    func whole() throws {
        let object: JSON = ["a": 1, "b": ["c"], "x-note": "kept"]
        var fields = try fields(object)
        #expect(fields.extensions == ["x-note": "kept"])
        #expect(fields.whole() == object)
        try fields.done()
    }

    @Test("What is no object has no fields", arguments: [.null, 1, "a", [], true] as [JSON])
    func noObject(value: JSON) {
        #expect(throws: DocumentError.unacceptable("device", reason: "is not an object")) { try fields(value) }
    }

    @Test(
        "A text of the wrong kind, too long or with control characters is refused",
        arguments: [1, .null, .string(String(repeating: "a", count: 257)), "a\u{7}b", "a\u{7F}", "\r"] as [JSON])
    func badText(value: JSON) throws {
        var fields = try fields(["a": value])
        let error = #expect(throws: DocumentError.self) { try fields.string("a") }
        #expect(error?.code == FaultCode(1108))
    }

    @Test(
        "A number of the wrong kind or out of its range is refused",
        arguments: [-1, 11, .decimal(5), "5", .null] as [JSON])
    func badNumber(value: JSON) throws {
        var fields = try fields(["a": value])
        let error = #expect(throws: DocumentError.self) { try fields.integer("a", in: 0...10) }
        #expect(error?.code == FaultCode(1108))
    }

    @Test("A range is told with the number that is outside it")
    func range() throws {
        var fields = try fields(["a": 11])
        #expect(throws: DocumentError.unacceptable("device.a", reason: "is 11, outside 0 to 10")) {
            try fields.integer("a", in: 0...10)
        }
    }

    @Test("Lists are bounded, and each of their elements is looked at")
    func lists() throws {
        var fields = try fields(["a": [1, 2, 3], "b": ["x", 1], "c": "x"])
        #expect(throws: DocumentError.unacceptable("device.a", reason: "has more than 2 elements")) {
            try fields.list("a", limit: 2)
        }
        #expect(throws: DocumentError.self) { try fields.strings("b") }
        #expect(throws: DocumentError.unacceptable("device.c", reason: "is not a list")) { try fields.list("c") }
    }

    @Test("Digests, versions and times of the wrong form are refused", arguments: ["", "ab ", "1..2", "2026/01/31"])
    func badForms(text: String) throws {
        var fields = try fields(["a": .string(text)])
        #expect(throws: DocumentError.self) { try fields.digest("a") }
        #expect(throws: DocumentError.self) { try fields.version("a") }
        #expect(throws: DocumentError.self) { try fields.timestamp("a") }
    }
}
