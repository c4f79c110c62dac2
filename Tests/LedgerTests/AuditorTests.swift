import Documents
import Foundation
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// Our verifier and the auditor's, which knows nothing of ours but the document, must give the same first bad index.
@Suite("The auditor's verifier and a ledger")
struct AuditorTests {
    private let folder: TemporaryFolder
    private let export: [UInt8]
    private let head: Checkpoint
    private let key: [UInt8]

    /// A ledger of five boots with torn regions, several segments, checkpoints, and a key that was replaced.
    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        var signer = try Self.signer()
        let limits = LedgerLimits(segment: 6000)
        var clock = SteadyClock()
        for start in 0..<5 {
            clock.wall = clock.wall.advanced(by: 3600)
            let ledger = try folder.open(
                clock: clock, bootID: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f\(start)", limits: limits, signer: signer)
            for group in [1...1, 2...4, 5...5] { try ledger.append(group.map { event($0, filling: 20) }) }
            if start == 1 {
                let new = try Self.signer()
                try ledger.changeKey(from: signer, to: new)
                signer = new
            }
            _ = try ledger.checkpoint()
            if start.isMultiple(of: 2) {
                try ledger.append([event(6), event(7)])
                // No checkpoint covers what comes after a group that may have sealed a segment.
                try ledger.append([event(8), event(9)])
            }
            try Self.tear(folder, start)
        }
        let ledger = try folder.open(clock: clock, limits: limits, signer: signer)
        try ledger.append([event(10)])
        head = try ledger.checkpoint()
        key = signer.publicKey
        var bytes: [UInt8] = []
        try LedgerExport(folder.reader, signer: signer).write { (part: [UInt8]) throws(LedgerError) in bytes += part }
        export = bytes
    }

    private static func signer() throws -> LedgerSigner {
        try LedgerSigner(device: "pump-0001", key: DeviceKey(try PrivateKey.generate(.ed25519)))
    }

    /// What a power cut leaves of the last group: all of it, half a line, two lines of which only the second is whole.
    private static func tear(_ folder: TemporaryFolder, _ how: Int) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.ledger.string)
        let newest = try #require(names.filter { $0.hasPrefix("entries-") }.max())
        var lines = LedgerEdit.lines(try folder.read("ledger/\(newest)")).map { $0 + [0x0A] }
        let last = lines.count - 1
        switch how {
        case 1: lines.append(Array(lines[last].prefix(50)))
        case 2: lines[last - 1].replaceSubrange(0..<30, with: repeatElement(0, count: 30))
        case 3: lines.append([0, 0x0A, 0xFF, 0x0A])
        default: break
        }
        try folder.write("ledger/\(newest)", Array(lines.joined()))
    }

    private func ours(_ bytes: [UInt8], _ knowledge: LedgerKnowledge) throws -> Int64? {
        let path = try folder.write("export.jsonl", bytes)
        switch try LedgerExportFile(path, storage: Storage()).verify(knowledge).verdict {
        case .whole: return nil
        case .broken(let line, _, _): return Int64(line)
        }
    }

    @Test("An export and its folder are whole, and the auditor says the same of them as we do")
    func whole() throws {
        let path = try folder.write("export.jsonl", export)
        let report = try LedgerExportFile(path, storage: Storage()).verify()
        guard case .whole(let summary) = report.verdict else { throw Unexpected(report: report) }
        let note = try folder.write("head.note", head.note).string
        let known = ["--checkpoint", note, "--key", try folder.write("key", Base64.encode(key)).string]
        let answer = try Auditor.ask([path.string] + known)
        #expect(answer.status == 0, "\(answer)")
        #expect(answer.report["head"]?.string == summary.head.hex)
        #expect(answer.report["entries"] == .number(summary.entries))
        #expect(answer.report["torn"] == .number(summary.torn))
        #expect(answer.report["boots"] == 5)
        #expect(answer.report["keys"] == 2)
        let copy = try Auditor.ask([folder.ledger.string] + known)
        #expect(copy.status == 0, "\(copy)")
        #expect(copy.report["head"]?.string == summary.head.hex)
        #expect(try Auditor.ask(["-"], input: export).status == 0)
    }

    @Test("Ten thousand random edits are all found, by both at the same first bad index", .timeLimit(.minutes(10)))
    func edits() throws {
        var dice = Dice(seed: 20_261_123)
        let knowledge = LedgerKnowledge(key: key, checkpoints: [head])
        try #require(try ours(export, knowledge) == nil)
        let given: JSON = ["checkpoints": [.string(head.note)], "keys": [.string(Base64.encode(key))]]
        for _ in 0..<10 {
            var edited: [(edit: LedgerEdit, bytes: [UInt8])] = []
            while edited.count < 1000 {
                let edit = LedgerEdit.allCases[edited.count % LedgerEdit.allCases.count]
                let bytes = edit.apply(to: export, &dice)
                if bytes != export { edited.append((edit, bytes)) }
            }
            let answers = try Auditor.ask(
                batch: edited.map { one in
                    guard case .object(var head) = given else { return (given, one.bytes) }
                    head["length"] = .number(one.bytes.count)
                    return (.object(head), one.bytes)
                })
            try #require(answers.count == edited.count, "\(answers.last.map { "\($0)" } ?? "no answer")")
            for (one, answer) in zip(edited, answers) {
                let index = try ours(one.bytes, knowledge)
                #expect(index != nil, "\(one.edit) was not found by us")
                #expect(answer.index == index, "\(one.edit): \(answer.report.canonicalText)")
            }
        }
    }

    @Test("Where the oldest segments were dropped, what is left is verified from what they left behind")
    func dropped() throws {
        let small = try TemporaryFolder(inMemory: true)
        let signer = try Self.signer()
        let ledger = try small.open(limits: LedgerLimits(segment: 2000, total: 8000), signer: signer)
        for number in 0..<60 { try ledger.append([event(number)]) }
        _ = try ledger.checkpoint()
        var bytes: [UInt8] = []
        try LedgerExport(small.reader, signer: signer).write { (part: [UInt8]) throws(LedgerError) in bytes += part }
        let key = try folder.write("key", Base64.encode(signer.publicKey)).string
        for place in [small.ledger.string, try folder.write("small.jsonl", bytes).string] {
            let answer = try Auditor.ask([place, "--key", key])
            #expect(answer.status == 0, "\(answer)")
            #expect((answer.report["dropped"]?.integer ?? 0) > 10)
        }
    }

    @Test("The proof of an entry holds, and not for another entry")
    func proofs() throws {
        for sequence: UInt64 in [1, 7, head.size] {
            let proof = try LedgerProof(of: sequence, in: folder.reader).json
            let path = try folder.write("proof.json", proof.canonicalBytes + [0x0A])
            let answer = try Auditor.ask(["--proof", path.string])
            #expect(answer.status == 0, "\(answer)")
            #expect(answer.report["sequence"] == .number(sequence))
            guard case .object(var members) = proof else { continue }
            members["entry"] = .string((members["entry"]?.string ?? "").replacing("\"number\":", with: "\"number\":4"))
            try folder.write("proof.json", JSON.object(members).canonicalBytes + [0x0A])
            #expect(try Auditor.ask(["--proof", path.string]).status == 3)
        }
    }

    @Test("A witness's signature is verified, and another's is not taken for it")
    func witnesses() throws {
        let other = try WitnessKey(name: "fleet", key: try PublicKey(der: key))
        let file = try folder.write("fleet.vkey", other.verifierKey)
        let path = try folder.write("export.jsonl", export)
        let answer = try Auditor.ask([path.string, "--witness", file.string])
        #expect(answer.warnings.contains { $0.contains("has signed none") }, "\(answer)")
    }

    @Test("Its own reading is right where others publish vectors")
    func vectors() throws {
        let checks = ProjectFolder.file("Tests/Peers/auditor_checks.py").string
        let done = try Tool.run(["python3", checks])
        #expect(done.status == 0, "\(done.error)")
    }

    private struct Unexpected: Error { let report: LedgerReport }
}
