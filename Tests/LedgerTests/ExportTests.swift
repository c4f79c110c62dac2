import Documents
import Foundation
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// One damage of a file, chosen by dice.
private enum Edit: Int, CaseIterable {
    case byte, insertedByte, removedByte, deletedLine, repeatedLine, swappedLines, copiedLine, cut

    func apply(to bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        func any(_ count: Int) -> Int { Int(dice.next() % UInt64(count)) }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map { Array($0) + [0x0A] }
        var changed = bytes
        let (line, other) = (any(lines.count), any(lines.count))
        switch self {
        case .byte: changed[any(bytes.count)] ^= UInt8(1 + any(255))
        case .insertedByte: changed.insert(UInt8(any(256)), at: any(bytes.count))
        case .removedByte: changed.remove(at: any(bytes.count))
        case .cut: changed.removeLast(1 + any(bytes.count))
        case .deletedLine, .repeatedLine, .swappedLines, .copiedLine:
            switch self {
            case .deletedLine: lines.remove(at: line)
            case .repeatedLine: lines.insert(lines[line], at: line)
            case .swappedLines: lines.swapAt(line, other)
            default: lines.insert(lines[line], at: other)
            }
            changed = Array(lines.joined())
        }
        return changed
    }
}

@Suite("Exports of a ledger")
struct ExportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    private func export(_ ledger: Ledger) throws -> [UInt8] {
        _ = try? ledger.checkpoint()
        return try export()
    }

    private func export(signer: LedgerSigner? = nil) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try LedgerExport(folder.reader, signer: signer).write { (piece) throws(LedgerError) in bytes += piece }
        return bytes
    }

    private func verify(_ bytes: [UInt8], _ knowledge: LedgerKnowledge = LedgerKnowledge()) throws -> LedgerReport {
        try LedgerExportFile(try folder.write("export", bytes), storage: Storage()).verify(knowledge)
    }

    private func index(_ bytes: [UInt8], _ knowledge: LedgerKnowledge = LedgerKnowledge()) throws -> UInt64? {
        guard case .broken(let line, _, _) = try verify(bytes, knowledge).verdict else { return nil }
        return line
    }

    /// A ledger with groups, a change of keys and several segments and checkpoints.
    private func ledger() throws -> Ledger {
        let signer = try folder.signer()
        let ledger = try folder.open(limits: smallLimits, signer: signer)
        for group in [[1], [2, 3, 4], [5, 6], [7], [8, 9, 10, 11, 12], [13]] {
            try ledger.append(group.map { event($0, filling: 100) })
        }
        let new = try LedgerSigner(device: "pump-0001", key: DeviceKey(try PrivateKey.generate(.p256)))
        try ledger.changeKey(from: signer, to: new)
        for group in [[14, 15], [16]] { try ledger.append(group.map { event($0) }) }
        return ledger
    }

    @Test("An export holds every line byte for byte, and verifies by itself")
    func whole() throws {
        let ledger = try ledger()
        let bytes = try export(ledger)
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let own = try folder.reader.segments().flatMap {
            try folder.read("ledger/\(LedgerSegment.name(first: $0.first))").split(separator: 0x0A).map(Array.init)
        }
        #expect(lines.dropFirst().dropLast(2).map(Array.init) == own)
        let report = try verify(bytes, LedgerKnowledge(key: try folder.signer().publicKey))
        #expect(report.verdict == .whole(LedgerSummary(entries: ledger.newest, torn: 0, head: ledger.head)))
        #expect(report.covered == ledger.newest)
        #expect(report.checkpoints >= 4)
    }

    @Test(
        "10,000 random edits are all found, each at the first line that it changed", arguments: 0..<4 as Range<UInt64>)
    func randomEdits(seed: UInt64) throws {
        let bytes = try export(try ledger())
        var dice = Dice(seed: seed)
        var found = 0
        while found < 2500 {
            let edit = Edit.allCases[Int(dice.next() % UInt64(Edit.allCases.count))]
            let changed = edit.apply(to: bytes, &dice)
            guard changed != bytes else { continue }
            let expected = firstChangedLine(bytes, changed)
            let index = try index(changed)
            #expect(index == expected, "\(edit), seed \(seed), number \(found)")
            guard index == expected else { return }
            found += 1
        }
    }

    /// The first line that is not what it was: its sequence, 0 for the frames.
    private func firstChangedLine(_ bytes: [UInt8], _ changed: [UInt8]) -> UInt64 {
        let before = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let after = changed.split(separator: 0x0A, omittingEmptySubsequences: false)
        // What stands after the last line feed is empty, or a line without its end.
        let whole = after.count - 1
        let line = (0..<before.count - 1).first { $0 >= whole || before[$0] != after[$0] } ?? before.count
        return line < before.count - 2 ? UInt64(line) : 0
    }

    @Test("The auditor's verifier, written from the format alone, names the same index", arguments: [1, 2])
    func auditor(seed: UInt64) throws {
        do {
            _ = try ledger()
            // A torn region, so that its rules are compared too.
            let last = try #require(try folder.reader.segments().last)
            let name = "ledger/\(LedgerSegment.name(first: last.first))"
            try folder.write(name, try folder.read(name) + Array("{\"body\":{}\nhalf of it".utf8))
        }
        let signer = try LedgerSigner(device: "x", key: DeviceKey(try PrivateKey.generate(.ed25519)))
        #expect(throws: LedgerError.self) { try folder.open(limits: smallLimits, signer: signer) }
        do { try folder.open(limits: smallLimits).append([event(20), event(21)]) }
        let bytes = try unsigned(try export(), to: try folder.open().newest)
        var dice = Dice(seed: seed)
        var exports = [bytes]
        while exports.count < 300 {
            let edit = Edit.allCases[Int(dice.next() % UInt64(Edit.allCases.count))]
            exports.append(edit.apply(to: bytes, &dice))
        }
        let input = exports.flatMap { Array("{\"length\": \($0.count)}\n".utf8) + $0 }
        let script = ProjectFolder.file("scripts/verify-ledger").string
        let result = try Tool.run(["python3", script, "--batch"], input: input)
        let answers = result.output.split(separator: 0x0A)
        try #require(answers.count == exports.count, "\(result.error)")
        for (number, (export, answer)) in zip(exports, answers).enumerated() {
            let value = try JSONReader.read(Array(answer), limit: 1 << 20)
            let theirs = value["findings"]?.array?.first?["index"]?.integer.map { UInt64($0) }
            #expect(try index(export) == theirs, "number \(number): \(String(decoding: answer, as: UTF8.self))")
        }
    }

    /// The same lines in the frames of a ledger without a key, up to its very end.
    private func unsigned(_ export: [UInt8], to last: UInt64) throws -> [UInt8] {
        let lines = try folder.reader.segments().flatMap {
            try folder.read("ledger/\(LedgerSegment.name(first: $0.first))")
        }
        let head = try #require(try folder.leaves().last)
        func frame(_ members: [String: JSON]) -> [UInt8] {
            var members = members
            members["digest"] = .string(SHA256.digest(of: JSON.object(members).canonicalBytes).hex)
            return JSON.object(members).canonicalBytes + [0x0A]
        }
        return frame([
            "format": "aftercare.ledger-export/1", "origin": "", "first": 1, "last": .number(last),
            "previous": .string(LedgerEntry.noLine.hex), "range": [], "key": .null, "checkpoints": [],
        ]) + lines + frame(["format": "aftercare.ledger-export-end/1", "previous": .string(head.hex)])
    }

    @Test("An older export in the place of a newer one shows against a head that was kept")
    func oldHead() throws {
        let signer = try folder.signer()
        let ledger = try folder.open(signer: signer)
        try ledger.append([event(1), event(2)])
        let old = try export(ledger)
        try ledger.append([event(3)])
        let kept = try ledger.checkpoint()
        let new = try export(ledger)
        #expect(try index(old) == nil)
        #expect(try index(old, LedgerKnowledge(checkpoints: [kept])) == 3)
        #expect(try index(new, LedgerKnowledge(checkpoints: [kept])) == nil)
        // Its newest checkpoint taken out and the frame made whole again: the last line is covered by none.
        let header = try JSONReader.read(Array(new.prefix { $0 != 0x0A }), limit: 1 << 20)
        guard case .object(var members) = header else { throw Unexpected() }
        members["checkpoints"] = .array((members["checkpoints"]?.array ?? []).dropLast())
        members["digest"] = nil
        members["digest"] = .string(SHA256.digest(of: JSON.object(members).canonicalBytes).hex)
        let rest = new.drop { $0 != 0x0A }
        #expect(try index(JSON.object(members).canonicalBytes + rest) == 3)
    }

    @Test("A history that was written anew, with all its hashes, is found at the first line that no checkpoint covers")
    func rewritten() throws {
        let signer = try folder.signer()
        do {
            let ledger = try folder.open(signer: signer)
            try ledger.append([event(1), event(2)])
            _ = try ledger.checkpoint()
            try ledger.append([event(3), event(4)])
            _ = try ledger.checkpoint()
        }
        let (kept, keys) = (try folder.read("ledger/checkpoints.jsonl"), try folder.read("ledger/keys.json"))
        try folder.write(
            "ledger/\(LedgerFile.name)", Array(try folder.lines()[..<2].joined(separator: [0x0A])) + [0x0A])
        do {
            let ledger = try folder.open()
            try ledger.append([event(33), event(4)])
        }
        try folder.write("ledger/checkpoints.jsonl", kept)
        try folder.write("ledger/keys.json", keys)
        #expect(try folder.verify() == .broken(line: 3, offset: 0, reason: .checkpoint))
        #expect(try index(try export()) == 3)
    }

    @Test("A ledger without a key is exported and verified, and is said to be unsigned")
    func unsignedLedger() throws {
        let ledger = try folder.open()
        try ledger.append([event(1)])
        let report = try verify(try export())
        #expect(report.verdict == .whole(LedgerSummary(entries: 1, torn: 0, head: ledger.head)))
        #expect(report.key == nil)
    }

    @Test("An export of a ledger that dropped its beginning verifies under the same checkpoints")
    func afterDropping() throws {
        let ledger = try folder.open(limits: smallLimits, signer: try folder.signer())
        for number in 1...60 { try ledger.append([event(number, filling: 300)]) }
        let report = try verify(try export(ledger))
        guard case .whole(let summary) = report.verdict else { throw Unexpected() }
        #expect(report.first > 20)
        #expect(summary.head == ledger.head)
        #expect(report.covered == ledger.newest)
    }

    private struct Unexpected: Error {}
}
