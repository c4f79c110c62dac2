import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("The ledger when the power fails")
struct LedgerPowerCutTests {
    /// Records groups until the power fails, and gives the numbers of what was acknowledged.
    private func record(in folder: TemporaryFolder, _ probe: StorageProbe) -> [Int] {
        var acknowledged: [Int] = []
        do throws(LedgerError) {
            let ledger = try folder.open(probe)
            for group in [[1], [2, 3, 4], [5], [6, 7]] {
                try ledger.append(group.map { event($0, filling: 300) })
                acknowledged += group
            }
        } catch {}
        return acknowledged
    }

    /// Opens what the cut left and holds the ledger to its word.
    private func check(_ folder: TemporaryFolder, _ acknowledged: [Int], _ note: Comment) throws {
        for round in 1...2 {
            let ledger = try folder.open()
            let numbers = try ledger.entries(from: 1, limit: 99).compactMap(\.number).filter { $0 < 100 }
            #expect(numbers.starts(with: acknowledged), note)
            #expect(numbers == Array(1..<(numbers.count + 1)), note)
            #expect(round == 1 || ledger.torn == nil, note)
            try ledger.append([event(100 + round)])
            #expect(try ledger.entries(from: ledger.newest, limit: 1).map(\.number) == [100 + round], note)
            guard case .whole(let summary) = try folder.verify() else {
                Issue.record("broken: \(try folder.verify()), \(note)")
                return
            }
            #expect(summary.entries + summary.torn == ledger.newest, note)
            #expect(summary.head == ledger.head, note)
        }
    }

    @Test(
        "Cut or torn at any write or flush, it keeps all that was acknowledged",
        arguments: [0, 1, 37, 400, -1, 1 << 20])
    func cutAnywhere(keeping: Int) throws {
        for number in 0... {
            let folder = try TemporaryFolder()
            let probe = StorageProbe(cutAt: number, keeping: keeping)
            let acknowledged = record(in: folder, probe)
            try check(folder, acknowledged, "cut at change \(number), keeping \(keeping)")
            if probe.operations.count <= number {
                #expect(acknowledged == [1, 2, 3, 4, 5, 6, 7])
                #expect(number >= 12)
                return
            }
        }
    }

    @Test(
        "Any sectors of the last group may be lost: what was flushed before it stays",
        arguments: 0..<60 as Range<UInt64>)
    func lostSectors(seed: UInt64) throws {
        var random = Dice(seed: seed)
        let folder = try TemporaryFolder()
        do { try folder.open().append([event(1), event(2)]) }
        let before = try folder.bytes().count
        // The write is whole, its flush fails, and so does everything after it.
        let probe = StorageProbe { index, operation in
            operation == .flush(folder.entries) || index > 90
                ? .fail(.ioError) : operation.isTruncation ? .fail(.ioError) : .proceed
        }
        do {
            let ledger = try folder.open(probe)
            #expect(throws: LedgerError.self) { try ledger.append((3...12).map { event($0, filling: 350) }) }
        }
        var bytes = try folder.bytes()
        #expect(bytes.count > before + 4096)
        for sector in (before / 512)...(bytes.count / 512) where random.next() % 3 == 0 {
            for offset in max(sector * 512, before)..<max(before, min((sector + 1) * 512, bytes.count)) {
                bytes[offset] = 0
            }
        }
        if random.next() % 2 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count - before))) }
        try folder.write("ledger/\(LedgerFile.name)", bytes)
        try check(folder, [1, 2], "seed \(seed)")
    }

    @Test("A torn line stays in the file, byte for byte, and is named by the entry after it")
    func tornLineIsKept() throws {
        let folder = try TemporaryFolder()
        do { try folder.open().append([event(1)]) }
        let whole = try folder.bytes()
        let torn = Array("{\"body\":{\"number\":2".utf8)
        try folder.write("ledger/\(LedgerFile.name)", whole + torn)

        let ledger = try folder.open()
        #expect(try folder.bytes().starts(with: whole + torn + [0x0A]))
        let region = TornRegion(
            offset: UInt64(whole.count), length: UInt64(torn.count + 1), lines: 1,
            digest: SHA256.digest(of: torn + [0x0A]), before: SHA256.leafHash(of: Array(whole.dropLast())))
        #expect(ledger.torn == region)
        let marker = try #require(try ledger.entries(from: 2, limit: 9).first)
        #expect(marker.event == .ledgerTorn)
        #expect(marker.sequence == 3)
        #expect(marker.body["offset"]?.integer == Int64(whole.count))
        #expect(marker.body["lines"]?.integer == 1)
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 2, torn: 1, head: ledger.head)))
    }

    @Test("On a full disk an append fails, leaves nothing, and the next one works", arguments: [0, 1, 200])
    func fullDisk(keeping: Int) throws {
        let folder = try TemporaryFolder()
        let full = Switch()
        let probe = StorageProbe { _, operation in
            guard full.isOn, case .write = operation else { return .proceed }
            return .tear(keeping: keeping, .noSpace)
        }
        let ledger = try folder.open(probe)
        try ledger.append([event(1)])
        let before = try folder.bytes()
        full.isOn = true
        let error = #expect(throws: LedgerError.self) { try ledger.append([event(2), event(3)]) }
        #expect(error == .storage(.cannot("write", folder.entries, .noSpace)))
        #expect(error?.code == FaultCode(1002))
        #expect(try folder.bytes() == before)
        full.isOn = false
        #expect(try ledger.append([event(4)]) == [2])
        #expect(try ledger.entries(from: 1, limit: 9).map(\.number) == [1, 4])
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 2, torn: 0, head: ledger.head)))
    }

    @Test("What a failed append wrote and could not take back is taken back before the next one")
    func lateTruncation() throws {
        let folder = try TemporaryFolder()
        let broken = Switch()
        let probe = StorageProbe { _, operation in
            guard broken.isOn else { return .proceed }
            if case .write = operation { return .tear(keeping: 100, .ioError) }
            return .fail(.ioError)
        }
        let ledger = try folder.open(probe)
        try ledger.append([event(1)])
        broken.isOn = true
        #expect(throws: LedgerError.self) { try ledger.append([event(2)]) }
        #expect(throws: LedgerError.self) { try ledger.append([event(3)]) }
        broken.isOn = false
        try ledger.append([event(4)])
        #expect(try ledger.entries(from: 1, limit: 9).map(\.number) == [1, 4])
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 2, torn: 0, head: ledger.head)))
    }

    @Test("A full disk does not keep a torn ledger from opening; the mark comes with the first entry that fits")
    func tornAndFull() throws {
        let folder = try TemporaryFolder()
        do { try folder.open().append([event(1)]) }
        try folder.write("ledger/\(LedgerFile.name)", try folder.bytes() + Array("{\"bo".utf8))
        let full = Switch()
        full.isOn = true
        let probe = StorageProbe { _, operation in
            guard full.isOn, case .write = operation else { return .proceed }
            return .fail(.noSpace)
        }
        let ledger = try folder.open(probe)
        #expect(ledger.torn?.lines == 1)
        #expect(throws: LedgerError.self) { try ledger.append([event(2)]) }
        full.isOn = false
        #expect(try ledger.append([event(3)]) == [4])
        #expect(
            try ledger.entries(from: 1, limit: 9).map(\.event) == [.updateTransition, .ledgerTorn, .updateTransition])
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 3, torn: 1, head: ledger.head)))
    }
}

extension StorageOperation {
    fileprivate var isTruncation: Bool {
        if case .truncate = self { return true }
        return false
    }
}
