import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Segments and checkpoints when the power fails")
struct SegmentPowerCutTests {
    private let limits = LedgerLimits(segment: 1500, total: 6000, checkpointInterval: 1 << 50)
    private let key: DeviceKey

    init() throws { key = DeviceKey(try PrivateKey.generate(.ed25519)) }

    /// Records entries until the power fails, through sealing, dropping and checkpoints; gives the last that was
    /// acknowledged, and the
    /// last checkpoint that somebody was shown.
    private func record(in folder: TemporaryFolder, _ probe: StorageProbe) throws -> (Int, Checkpoint?) {
        let signer = try LedgerSigner(device: "pump", key: key)
        var (acknowledged, shown) = (0, Checkpoint?.none)
        do throws(LedgerError) {
            let ledger = try folder.open(probe, limits: limits, signer: signer)
            for number in 1...24 {
                try ledger.append([event(number, filling: 250)])
                acknowledged = number
                if number % 10 == 0 { shown = try ledger.checkpoint() }
            }
        } catch {}
        return (acknowledged, shown)
    }

    /// Opens what the cut left, twice, and holds the ledger to its word.
    private func check(_ folder: TemporaryFolder, _ acknowledged: Int, _ shown: Checkpoint?, _ note: Comment) throws {
        let signer = try LedgerSigner(device: "pump", key: key)
        for round in 1...2 {
            let ledger = try folder.open(limits: limits, signer: signer)
            #expect(round == 1 || ledger.torn == nil, note)
            try ledger.append([event(100 + round)])
            _ = try ledger.checkpoint()
            let entries = try ledger.entries(from: 1, limit: 999)
            let numbers = entries.compactMap(\.number).filter { $0 < 100 }
            let newest = max(acknowledged, numbers.last ?? 0)
            #expect(acknowledged == 0 || numbers.isEmpty || newest - acknowledged <= 1, note)
            // What is missing at the beginning was dropped, and an entry counts it.
            let dropped = entries.last { $0.event == .ledgerDropped }?.body["last"]?.integer ?? 0
            let first = try #require(try folder.reader.segments().first).first
            #expect(first == UInt64(dropped) + 1, note)
            if let start = numbers.first { #expect(numbers == Array(start...newest), note) }
            if first == 1, acknowledged > 0 { #expect(numbers.first == 1, note) }
            let report = try folder.reader.verify(
                LedgerKnowledge(key: signer.publicKey, checkpoints: shown.map { [$0] } ?? []))
            guard case .whole(let summary) = report.verdict else {
                Issue.record("broken: \(report.verdict), \(note)")
                return
            }
            #expect(summary.head == ledger.head, note)
            #expect(report.covered == ledger.newest, note)
        }
        let left = try Storage().names(in: folder.ledger)
        let firsts = Set(try folder.reader.segments().map(\.first))
        for name in left where name.hasPrefix("sealed-") {
            #expect(firsts.contains(UInt64(name.dropFirst(7).dropLast(5)) ?? 0), "\(name) is left, \(note)")
        }
    }

    @Test(
        "Cut or torn at any change of the medium, sealing, dropping and signing lose nothing",
        arguments: [0, 1, 40, -1])
    func cutAnywhere(keeping: Int) throws {
        for number in 0... {
            let folder = try TemporaryFolder(inMemory: true)
            let probe = StorageProbe(cutAt: number, keeping: keeping)
            let (acknowledged, shown) = try record(in: folder, probe)
            try check(folder, acknowledged, shown, "cut at change \(number), keeping \(keeping)")
            if probe.operations.count <= number {
                #expect(acknowledged == 24)
                #expect(number >= 100)
                return
            }
        }
    }

    @Test("Where a full disk stops sealing, the entry is refused, and nothing is lost when there is room again")
    func fullDisk() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let full = Switch()
        let probe = StorageProbe { _, operation in
            guard full.isOn else { return .proceed }
            if case .write = operation { return .tear(keeping: 30, .noSpace) }
            return .proceed
        }
        let ledger = try folder.open(probe, limits: limits, signer: try LedgerSigner(device: "pump", key: key))
        var recorded: [Int] = []
        for number in 1...18 {
            full.isOn = number % 3 == 0
            if (try? ledger.append([event(number, filling: 250)])) != nil { recorded.append(number) }
        }
        full.isOn = false
        try ledger.append([event(19)])
        _ = try ledger.checkpoint()
        let numbers = try ledger.entries(from: 1, limit: 99).compactMap(\.number)
        #expect(Array((recorded + [19]).suffix(numbers.count)) == numbers)
        let report = try folder.reader.verify()
        guard case .whole = report.verdict else {
            Issue.record("\(report.verdict)")
            return
        }
        #expect(report.covered == ledger.newest)
    }
}
