import Console
import Documents
import Foundation
import Platform
import Servicing
import TestSupport
import Testing
import Vocabulary

@Suite("Anything on the line")
struct FuzzTests {
    private static let words =
        ConsoleWords.all + [
            "yes", "y", "n", "all", "stick", "line", "ledger", "A", "qr", "dumb", "vt100", "utf8", "?", "\t",
        ]

    /// A mix of what lines carry: noise, control sequences, commands, and text cut in half.
    private static func piece(_ dice: inout Dice) -> [UInt8] {
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: return (0..<Int.random(in: 1..<200, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
        case 1:
            return Array("\u{1B}[\(Int.random(in: 0..<99, using: &dice))".utf8) + [
                UInt8.random(in: 0x40..<0x7F, using: &dice)
            ]
        case 2:
            return [[0x03], [0x0D], [0x0A], [0x04], [0x1B], [0x00], [0x7F], [0x0C]].randomElement(using: &dice) ?? []
        case 3: return Array("Gerät 漢字 ".utf8.prefix(Int.random(in: 1..<14, using: &dice)))
        case 4: return [UInt8](repeating: 0x41, count: Int.random(in: 1..<3000, using: &dice))
        case 5, 8, 9, 10, 11: return Array(((ConsoleWords.all.randomElement(using: &dice) ?? "") + "\r").utf8)
        default:
            let line = (0..<Int.random(in: 1..<4, using: &dice)).map { _ in words.randomElement(using: &dice) ?? "" }
            return Array((line.joined(separator: " ") + "\r").utf8)
        }
    }

    @Test("A million bytes are refused, obeyed or let go, and the console lives", arguments: [UInt64(1), 2])
    func million(seed: UInt64) async throws {
        let desk = ScriptedDesk()
        let refusal = FaultReport(code: FaultCode(3405), kind: .refused, reason: "not allowed", advice: "")
        for command in [ServiceCommand.status, .activate, .cancel, .ledger, .slots, .logout] {
            desk.on(command) { _ throws(FaultReport) in throw refusal }
        }
        let visitor = try Visitor(desk) { $0.pasteSilence = .zero }
        try await visitor.arrive()
        await BlockingThread.run("fuzz") {
            var (dice, sent) = (Dice(seed: seed), 0)
            while sent < 500_000 {
                let bytes = Self.piece(&dice)
                visitor.type(bytes)
                sent += bytes.count
            }
        }
        // Whatever it was in the middle of: out of it, and a sign of life.
        visitor.lookAway()
        visitor.type("\u{3}\r\u{3}\u{3}\u{3}\r")
        var lives = false
        for _ in 0..<20 where !lives {
            visitor.type("\u{3}\u{3}\rterminal dumb\r")
            lives = await visitor.shows("taken for dumb", within: .seconds(1))
        }
        #expect(lives, "\(visitor.seen.suffix(500))")
        let refused = desk.commands.filter {
            ["status", "activate", "cancel", "ledger", "slots", "logout"].contains($0)
        }
        let said = visitor.seen.components(separatedBy: "[AC-3405]").count - 1
        let givenUp = visitor.seen.components(separatedBy: "^C").count - 1
        #expect(refused.count >= 10)
        #expect(said <= refused.count && said + givenUp >= refused.count)
        let paper = PaperTerminal(visitor.bytes)
        let wide = paper.lines.first { $0.count > 80 }
        #expect(wide == nil, "\(String(wide ?? []))")
        #expect(paper.strange.isEmpty, "\(paper.strange.prefix(10))")
        #expect(visitor.seen.contains("[AC-3602]"))
        #expect(visitor.seen.contains("[AC-3601]"))
        visitor.hangUp()
        _ = try await visitor.end()
    }

    @Test("A line of 100,000 characters is refused once, and the next is heard")
    func longLine() async throws {
        let visitor = try Visitor(ScriptedDesk())
        try await visitor.arrive()
        await BlockingThread.run("long line") { visitor.type([UInt8](repeating: 0x61, count: 100_000)) }
        visitor.type("\r")
        try await visitor.wait(for: "[AC-3601]")
        _ = try await visitor.run("terminal", until: "taken for dumb")
        #expect(visitor.seen.components(separatedBy: "AC-3601").count == 2)
    }

    @Test("A script that is pasted is given up after three lines")
    func script() async throws {
        let visitor = try Visitor(ScriptedDesk())
        try await visitor.arrive()
        visitor.type((0..<200).map { "export VALUE\($0)=\($0); rm -rf /tmp/x\($0)\r" }.joined())
        try await visitor.wait(for: "[AC-3608]")
        #expect(visitor.seen.components(separatedBy: "Not understood").count <= 5)
        _ = try await visitor.run("terminal", until: "taken for dumb")
    }
}
