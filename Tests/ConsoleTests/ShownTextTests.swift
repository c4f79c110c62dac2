import Console
import Documents
import Foundation
import Platform
import Servicing
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("What is shown")
struct ShownTextTests {
    private static let pieces = [
        "a", "word", "a-very-long-word-" + String(repeating: "x", count: 120), "\u{1B}[2J", "\u{7}", "\r\n", "\u{202E}",
        "é", "e\u{301}", "漢字", "👩‍⚕️", "", " ", "   ", "\u{0}", "\u{9B}31m", "°C", "IP4-000417", "\u{FEFF}", "\u{7F}",
    ]

    private static func text(_ dice: inout Dice) -> String {
        (0..<Int.random(in: 0..<12, using: &dice)).map { _ in pieces.randomElement(using: &dice) ?? "" }
            .joined(separator: Bool.random(using: &dice) ? " " : "")
    }

    /// Any answer with these members somewhere in it.
    static func answer(_ dice: inout Dice, depth: Int = 0) -> JSON {
        let keys = [
            "device", "version", "state", "last", "update", "offer", "fault", "reason", "code", "findings", "progress",
            "slotSets", "content", "images", "updates", "detail", "gates", "tests", "result", "limit", "value", "steps",
            "entries", "body", "time", "type", "passport", "prompts", "holds", "text", "notes", "releases", "heldBy",
            "verdict", "title", "tell", "found", "step", "sequence", "done", "total", "phase", "id", "prepare",
        ]
        switch Int.random(in: 0..<(depth > 4 ? 4 : 9), using: &dice) {
        case 0: return .integer(Int64.random(in: -(1 << 52)...(1 << 52), using: &dice))
        case 1: return .bool(Bool.random(using: &dice))
        case 2: return .null
        case 3, 4: return .string(text(&dice))
        case 5: return .array((0..<Int.random(in: 0..<5, using: &dice)).map { _ in answer(&dice, depth: depth + 1) })
        default:
            var members: [String: JSON] = [:]
            for _ in 0..<Int.random(in: 0..<14, using: &dice) {
                members[keys.randomElement(using: &dice) ?? ""] = answer(&dice, depth: depth + 1)
            }
            return .object(members)
        }
    }

    @Test("Nothing that could drive a terminal is left of any text", arguments: TerminalCharacters.allCases)
    func cleaning(characters: TerminalCharacters) {
        // Not an expectation each: there are a million of them.
        let harmful = (0...0x10FFFF).compactMap { Unicode.Scalar(UInt32($0)) }.filter { scalar in
            characters.shown(String(Character(scalar))).unicodeScalars.contains { shown in
                !(0x20..<0x7F).contains(shown.value) && (characters == .ascii || shown.value < 0xA0)
            }
        }
        #expect(harmful.isEmpty)
        #expect(
            characters.shown("Temp. \u{1B}[31m40 °C") == (characters == .ascii ? "Temp. .[31m40 C" : "Temp. .[31m40 °C")
        )
    }

    @Test("A table keeps within its width and loses no row")
    func tables() {
        var dice = Dice(seed: 3)
        for _ in 0..<500 {
            let columns = Int.random(in: 1...6, using: &dice)
            let rows = (0..<Int.random(in: 1..<6, using: &dice)).map { _ in
                (0..<columns).map { _ in TerminalCharacters.utf8.shown(Self.text(&dice)) }
            }
            let lines = TextLayout.table(rows, width: 80).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.count <= 80 })
            #expect(lines.count > rows.count)
        }
    }

    @Test("A table without a width breaks nothing")
    func wideTable() {
        let long = String(repeating: "x", count: 200)
        #expect(TextLayout.table([["A", "B"], ["1", long]]) == "A  B\n1  \(long)\n")
    }

    @Test("A last column that does not fit goes on below itself")
    func wrapping() {
        let table = TextLayout.table([["Update", "1.1.0 waits: the pump is running"]], width: 30)
        #expect(table == "Update  1.1.0 waits: the pump\n        is running\n")
    }

    @Test(
        "No answer of a device, however made, is wider than the terminal or drives it",
        arguments: ["status", "slots", "history", "ledger", "network", "passport", "test", "stick", "hold", "update x"])
    func anyAnswer(command: String) async throws {
        for seed in 0..<2 {
            var dice = Dice(seed: UInt64(seed))
            var wanted: [JSON] = []
            for _ in 0..<8 { wanted.append(Self.whole(&dice)) }
            let answers = wanted
            let desk = ScriptedDesk()
            let visitor = try Visitor(desk)
            try await visitor.logIn()
            for answer in answers {
                for word in ServiceCommand.allCases where word != .login {
                    desk.on(word) { _ throws(FaultReport) in answer }
                }
                visitor.type("\(command)\r")
                var isDone = false
                while !isDone {
                    let text = try await visitor.wait(forOneOf: ["-- more --", "# ", "real> ", "go on: ", "release: "])
                    isDone = text.hasSuffix("IP4-000417# ")
                    if !isDone { visitor.type("\u{3}") }
                }
            }
            let paper = PaperTerminal(visitor.bytes)
            #expect(paper.widest <= 80)
            #expect(paper.strange.isEmpty, "\(paper.strange)")
        }
    }

    /// An object on top with every member at once, so that each rendering finds what it looks for.
    private static func whole(_ dice: inout Dice) -> JSON {
        var members: [String: JSON] = [:]
        for key in ["slotSets", "updates", "entries", "steps", "tests", "releases", "holds", "findings", "gates"] {
            members[key] = .array((0..<6).map { _ in answer(&dice) })
        }
        for key in ["passport", "last", "update", "progress", "trouble", "result"] { members[key] = answer(&dice) }
        for key in ["state", "device", "product", "version", "notes"] { members[key] = .string(text(&dice)) }
        return .object(members)
    }

    @Test("A scanner reads the QR code from the screen", arguments: TerminalCharacters.allCases)
    func scanning(characters: TerminalCharacters) throws {
        let text = "(01)04012345678901(21)IP4-000417"
        let code = try #require(QRCode(Array(text.utf8)))
        let lines = QRCodeText.lines(code, characters)
        #expect(lines.allSatisfy { $0.count == QRCodeText.width(code, characters) })
        // Each character as it looks on a dark terminal, eight pixels high.
        let (width, high) = (lines[0].count * 4, lines.count * 8)
        var picture = Array("P5 \(width) \(high) 255\n".utf8)
        for line in lines {
            for row in 0..<8 {
                for character in line {
                    let isLight = character == "#" || character == "█" || character == (row < 4 ? "▀" : "▄")
                    picture += [UInt8](repeating: isLight ? 255 : 0, count: 4)
                }
            }
        }
        let folder = try TemporaryFolder()
        try Data(picture).write(to: URL(filePath: folder.file("code.pgm").string))
        let result = try Tool.run(["zbarimg", "--quiet", "--raw", folder.file("code.pgm").string])
        #expect(result.text == text + "\n", "\(result.error)")
    }

    @Test("What fits no QR code makes none")
    func noCode() {
        #expect(QRCode([]) == nil)
        #expect(QRCode([UInt8](repeating: 65, count: 3000)) == nil)
    }
}
