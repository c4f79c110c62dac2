import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("The verification of a ledger")
struct LedgerVerificationTests {
    let folder: TemporaryFolder
    let lines: [[UInt8]]

    /// Ten entries in the groups 1, 2-4, 5, 6-9, 10.
    init() throws {
        folder = try TemporaryFolder()
        let ledger = try folder.open()
        for group in [1...1, 2...4, 5...5, 6...9, 10...10] { try ledger.append(group.map { event($0) }) }
        lines = try folder.lines()
    }

    private func verdict(_ lines: [[UInt8]]) throws -> LedgerVerdict {
        try folder.put(lines)
        return try folder.verify()
    }

    private func offset(of line: Int) -> UInt64 { UInt64(lines[0..<(line - 1)].map { $0.count + 1 }.reduce(0, +)) }

    @Test("A whole ledger has its counts and its head")
    func whole() throws {
        #expect(
            try folder.verify() == .whole(LedgerSummary(entries: 10, torn: 0, head: SHA256.leafHash(of: lines[9]))))
    }

    @Test("An empty ledger is whole")
    func empty() throws {
        #expect(try verdict([]) == .whole(LedgerSummary(entries: 0, torn: 0, head: LedgerEntry.noLine)))
    }

    @Test("Any changed byte is found, and the line it stands in is named")
    func anyByte() throws {
        let lines = Array(lines.prefix(4))
        try folder.put(lines)
        let bytes = try folder.bytes()
        let path = "ledger/\(LedgerFile.name)"
        var line: UInt64 = 1
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            try folder.write(path, changed)
            let verdict = try folder.verify()
            if line < 4 {
                guard case .broken(line, _, _) = verdict else {
                    Issue.record("byte \(position) of line \(line): \(verdict)")
                    return
                }
            } else {
                // Nothing vouches for the last line but the head, which is why somebody outside keeps it.
                #expect(verdict != .whole(LedgerSummary(entries: 4, torn: 0, head: SHA256.leafHash(of: lines[3]))))
            }
            if bytes[position] == 0x0A { line += 1 }
        }
    }

    @Test("A deleted line is named", arguments: 1...9)
    func deleted(line: Int) throws {
        var rest = lines
        rest.remove(at: line - 1)
        #expect(
            try verdict(rest) == .broken(line: UInt64(line), offset: offset(of: line), reason: .deleted))
    }

    @Test(
        "Two swapped lines are found at the first",
        arguments: [(1, 2), (2, 3), (4, 5), (9, 10), (1, 10), (3, 7), (6, 9)])
    func swapped(one: Int, other: Int) throws {
        var rest = lines
        rest.swapAt(one - 1, other - 1)
        #expect(try verdict(rest) == .broken(line: UInt64(one), offset: offset(of: one), reason: .swapped))
    }

    @Test("A line that stands twice is found at its second place", arguments: 1...9)
    func repeated(line: Int) throws {
        var rest = lines
        rest.insert(lines[line - 1], at: line)
        #expect(
            try verdict(rest)
                == .broken(line: UInt64(line + 1), offset: offset(of: line + 1), reason: .inserted))
    }

    @Test("An edited body is found although its own line is well-formed", arguments: 1...9)
    func edited(line: Int) throws {
        var rest = lines
        rest[line - 1] = Array(
            String(decoding: lines[line - 1], as: UTF8.self).replacing("\"number\":", with: "\"number\":4").utf8)
        #expect(try verdict(rest) == .broken(line: UInt64(line), offset: offset(of: line), reason: .edited))
    }

    @Test("An append that the power cut short shows as torn until the ledger is opened again")
    func torn() throws {
        let path = "ledger/\(LedgerFile.name)"
        try folder.write(path, try folder.bytes() + lines[9].prefix(40))
        #expect(
            try folder.verify() == .broken(line: 11, offset: offset(of: 10) + UInt64(lines[9].count + 1), reason: .torn)
        )
        #expect(try folder.open().newest == 12)
        guard case .whole(let summary) = try folder.verify() else { throw Unexpected() }
        #expect(summary.entries == 11)
        #expect(summary.torn == 1)
    }

    @Test("A marker does not excuse what was changed before the group it follows")
    func markerExcusesNothingElse() throws {
        try folder.write("ledger/\(LedgerFile.name)", try folder.bytes() + lines[9].prefix(40))
        _ = try folder.open()
        var marked = try folder.lines()
        marked[6][20] ^= 1
        #expect(try verdict(marked) == .broken(line: 7, offset: offset(of: 7), reason: .edited))
    }

    @Test("Bytes of a torn region that change after it was marked are found")
    func editedTornRegion() throws {
        try folder.write("ledger/\(LedgerFile.name)", try folder.bytes() + lines[9].prefix(40))
        do { try folder.open().append([event(12)]) }
        var marked = try folder.lines()
        marked[10][5] ^= 1
        guard case .broken(11, _, .edited) = try verdict(marked) else { throw Unexpected() }
    }

    @Test("Damage before the last group is left for the verification: opening neither hides nor trips over it")
    func damageIsNotTorn() throws {
        var damaged = lines
        damaged[6][20] ^= 1
        try folder.put(damaged)
        let ledger = try folder.open()
        #expect(ledger.torn == nil)
        #expect(try ledger.append([event(11)]) == [11])
        #expect(try folder.verify() == .broken(line: 7, offset: offset(of: 7), reason: .edited))
    }

    @Test("A line of gigantic length is a broken line, not gigantic memory")
    func giganticLine() throws {
        var damaged = lines
        damaged.insert([UInt8](repeating: 0x61, count: 3 << 20), at: 4)
        #expect(try verdict(damaged) == .broken(line: 5, offset: offset(of: 5), reason: .edited))
    }

    private struct Unexpected: Error {}
}
