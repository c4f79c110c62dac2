import Console
import TestSupport
import Testing

@Suite("The line editor")
struct LineEditorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let typed: String
        let line: String
        let cursor: Int
    }

    static let cases = [
        Case(testDescription: "text", typed: "status", line: "status", cursor: 6),
        Case(testDescription: "backspace", typed: "stx\u{7F}a", line: "sta", cursor: 3),
        Case(testDescription: "left and insert", typed: "sttus\u{1B}[D\u{1B}[D\u{1B}[Da", line: "status", cursor: 3),
        Case(testDescription: "application keys", typed: "ab\u{1B}OD\u{1B}ODx", line: "xab", cursor: 1),
        Case(testDescription: "home and end", typed: "b\u{1B}[Ha\u{1B}[Fc", line: "abc", cursor: 3),
        Case(testDescription: "home and end of Linux", typed: "b\u{1B}[1~a\u{1B}[4~c", line: "abc", cursor: 3),
        Case(testDescription: "delete", typed: "abc\u{1}\u{1B}[3~", line: "bc", cursor: 0),
        Case(testDescription: "Ctrl-D in a line", typed: "abc\u{1}\u{4}", line: "bc", cursor: 0),
        Case(testDescription: "kill a word", typed: "hold ledger  \u{17}", line: "hold ", cursor: 5),
        Case(testDescription: "kill the line", typed: "hold ledger\u{15}x", line: "x", cursor: 1),
        Case(testDescription: "kill to the end", typed: "hold ledger\u{1B}b\u{B}", line: "hold ", cursor: 5),
        Case(testDescription: "word left", typed: "a bc de\u{1B}[1;5D\u{1B}[1;5Dx", line: "a xbc de", cursor: 3),
        Case(testDescription: "history", typed: "one\rtwo\r\u{1B}[A\u{1B}[A", line: "one", cursor: 3),
        Case(testDescription: "back from history", typed: "one\rtwo\u{10}\u{E}", line: "two", cursor: 3),
        Case(testDescription: "UTF-8", typed: "Gerät", line: "Gerät", cursor: 5),
        Case(testDescription: "an unknown sequence", typed: "a\u{1B}[99;1qb", line: "ab", cursor: 2),
        Case(testDescription: "a title for a window", typed: "a\u{1B}]0;rm -rf\u{7}b", line: "ab", cursor: 2),
        Case(testDescription: "Enter ends a title", typed: "\u{1B}]0;title\rab", line: "ab", cursor: 2),
        Case(testDescription: "CR and LF are one end", typed: "a\r\nb", line: "b", cursor: 1),
    ]

    @Test("Keys of every terminal edit the line", arguments: cases)
    func editing(situation: Case) {
        var (parser, editor) = (KeyParser(), LineEditor())
        for byte in situation.typed.utf8 {
            for key in parser.take(byte) where editor.take(key) == .entered {
                editor.begin(remembering: editor.line)
            }
        }
        #expect(editor.line == situation.line)
        #expect(editor.cursor == situation.cursor)
    }

    @Test(
        "UTF-8 that is cut in half, or never was any, is no text",
        arguments: [[0xC3], [0xE2, 0x82], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]])
    func cutText(bytes: [UInt8]) {
        var (parser, editor) = (KeyParser(), LineEditor())
        for byte in bytes + Array("ab".utf8) {
            for key in parser.take(byte) { _ = editor.take(key) }
        }
        #expect(editor.line == "ab")
    }

    @Test("A line holds 1024 characters and then says that it is too long")
    func limit() {
        var editor = LineEditor()
        for _ in 0..<LineEditor.limit { #expect(editor.take(.character("x")) == .edited) }
        #expect(!editor.hasOverflowed)
        #expect(editor.take(.character("x")) == .refused)
        #expect(editor.hasOverflowed)
        #expect(editor.line.count == LineEditor.limit)
    }

    @Test("A question mark asks for help, but not between quotation marks")
    func questionMark() {
        var editor = LineEditor()
        #expect(editor.take(.character("?")) == .help)
        for character in "rollback \"why" { _ = editor.take(.character(character)) }
        #expect(editor.take(.character("?")) == .edited)
        #expect(editor.line == "rollback \"why?")
        #expect(editor.take(.character("?"), hasHelp: false) == .edited)
    }

    @Test("What is drawn is what is in the line, whatever is typed, dumb or not", arguments: [true, false])
    func drawing(isVT100: Bool) {
        let keys: [Key] = [
            .left, .right, .home, .end, .backspace, .delete, .killWord, .killToEnd, .wordLeft, .wordRight,
            .character("a"), .character("b"), .character(" "), .character("ä"), .character("漢"),
        ]
        var dice = Dice(seed: isVT100 ? 7 : 8)
        let terminal = TerminalKind(isVT100: isVT100, characters: isVT100 ? .utf8 : .ascii)
        for _ in 0..<40 {
            var (editor, drawing, paper) = (LineEditor(), LineDrawing(), PaperTerminal())
            for step in 0..<300 {
                // Long enough to leave the screen's width behind.
                let key = step < 120 ? keys[Int.random(in: 10..<15, using: &dice)] : keys.randomElement(using: &dice)
                _ = editor.take(key ?? .left)
                paper.show(drawing.draw(prompt: "device> ", editor.text, cursor: editor.cursor, on: terminal))
                let shown = editor.text.map { isVT100 && $0 == "ä" || $0.isASCII ? $0 : "?" }
                let seen = Array(paper.line)
                #expect(paper.line.hasPrefix("device> "))
                if editor.text.count < 70 {
                    let expected = "device> " + String(shown)
                    #expect(paper.line.trimmingEnd == expected.trimmingEnd)
                    #expect(paper.column == 8 + editor.cursor)
                } else if editor.cursor < editor.text.count, paper.column > 8, paper.column < seen.count - 1 {
                    #expect(seen[paper.column] == shown[editor.cursor])
                }
            }
            #expect(paper.widest < 80)
            #expect(paper.strange.isEmpty)
        }
    }
}

extension String {
    var trimmingEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
