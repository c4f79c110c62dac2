import Documents
import Testing
import Vocabulary

@Suite("Where things stand in a TOML text")
struct TOMLPositionsTests {
    private static let text = #"""
        title = "x" # a comment with [brackets] and = signs

        [board]
        name = 'a # no comment'
          maker   =   "b"
        size.width = 3
        "quoted \u00e4.key" = 1

        [[sensor]]
        name = "one"
        limits = [
            1, # the first
            -2,
            { high = 3, "low" = [4, 5] },
        ]

        [[sensor]]
        name = "two"
        note = """
        [not.a.table]
        key = "no key" \"""
        still inside"""
        raw = '''
        [[sensor]]
        ''' # the end
        unit = "V"

        [[sensor.channel]]
        id = 7
        [[sensor.channel]]
        id = 8
        [sensor.channel.deep]
        is_deep = true
        """#

    private static let places: [(String, Int, Int, Int, Int)] = [
        ("title", 1, 1, 1, 9), ("board", 3, 1, 3, 1), ("board.name", 4, 1, 4, 8), ("board.maker", 5, 3, 5, 15),
        ("board.size", 6, 1, 6, 1), ("board.size.width", 6, 6, 6, 14), ("board.quoted ä.key", 7, 1, 7, 23),
        ("sensor", 9, 1, 9, 1), ("sensor[0]", 9, 1, 9, 1), ("sensor[0].name", 10, 1, 10, 8),
        ("sensor[0].limits", 11, 1, 11, 10), ("sensor[0].limits[1]", 13, 5, 13, 5),
        ("sensor[0].limits[2].high", 14, 7, 14, 14), ("sensor[0].limits[2].low[1]", 14, 29, 14, 29),
        ("sensor[1]", 17, 1, 17, 1), ("sensor[1].unit", 26, 1, 26, 8), ("sensor[1].channel[0].id", 29, 1, 29, 6),
        ("sensor[1].channel[1].id", 31, 1, 31, 6), ("sensor[1].channel[1].deep", 32, 1, 32, 1),
    ]

    @Test("Keys and values of every kind are found again", arguments: places)
    func everyPlace(path: String, keyLine: Int, keyColumn: Int, valueLine: Int, valueColumn: Int) {
        let positions = TOMLPositions(Self.text)
        #expect(positions.key(path) == TextPosition(line: keyLine, column: keyColumn))
        #expect(positions.value(path) == TextPosition(line: valueLine, column: valueColumn))
    }

    @Test("What is missing stands where what should hold it stands")
    func holders() {
        let positions = TOMLPositions(Self.text)
        #expect(positions.holder(of: "sensor[1].unit") == TextPosition(line: 17, column: 1))
        #expect(positions.holder(of: "nothing.at.all") == TextPosition(line: 1, column: 1))
    }

    @Test("A text cut anywhere is walked to its end")
    func cut() {
        for length in 0...Self.text.utf8.count {
            let text = String(decoding: Array(Self.text.utf8.prefix(length)), as: UTF8.self)
            _ = TOMLPositions(text)
        }
        #expect(TOMLPositions("a = [").key("a") != nil)
    }

    @Test("A carriage return before a line's end moves no column of the next line")
    func carriageReturns() {
        let positions = TOMLPositions("a = 1\r\n\r\n  b = 2\r\n")
        #expect(positions.key("b") == TextPosition(line: 3, column: 3))
    }

    @Test("Reading a document through its fields says where a refusal stands, with the number of its cause")
    func reading() {
        let error = #expect(throws: DocumentError.self) {
            try TOML.read("a = 1\n\n  b = 2\n") { (fields) throws(DocumentError) in try fields.integer("a") }
        }
        #expect(error == .at(TextPosition(line: 3, column: 3), .unknownKey("b")))
        #expect(error?.code == FaultCode(1107))
        #expect(error?.description == "line 3, column 3: 'b' is not a known key")
    }
}
