import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// Segments that fill after a few entries of 300 bytes.
let smallLimits = LedgerLimits(segment: 2000, total: 9000, checkpointInterval: 1 << 50)

extension TemporaryFolder {
    /// The leaves as they stand in the files that are there.
    func leaves() throws -> [Digest] {
        try reader.segments().flatMap { segment in
            try read("ledger/\(LedgerSegment.name(first: segment.first))").split(
                separator: 0x0A, omittingEmptySubsequences: false
            ).dropLast().map { SHA256.leafHash(of: Array($0)) }
        }
    }

    func signer(_ device: String = "pump-0001") throws -> LedgerSigner {
        try LedgerSigner(device: device, key: DeviceKey.open(file: file("device.key"), storage: Storage()))
    }
}

@Suite("The segments of a ledger")
struct SegmentTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A full segment is sealed, and the next one begins with an entry that says so")
    func sealing() throws {
        let ledger = try folder.open(limits: smallLimits)
        for number in 1...12 { try ledger.append([event(number, filling: 300)]) }
        let segments = try folder.reader.segments()
        #expect(segments.count >= 3)
        let entries = try folder.reader.entries(from: 1, limit: 99)
        #expect(entries.map(\.sequence) == (1...ledger.newest).map { $0 })
        #expect(entries.compactMap(\.number) == Array(1...12))
        for (before, segment) in zip(segments, segments.dropFirst()) {
            let entry = try #require(entries.first { $0.sequence == segment.first })
            #expect(entry.event == .ledgerSealed)
            #expect(entry.body["first"]?.integer == Int64(before.first))
            #expect(entry.body["last"]?.integer == Int64(segment.first - 1))
            #expect(
                entry.body["bytes"]?.integer
                    == Int64(try folder.read("ledger/\(LedgerSegment.name(first: before.first))").count))
        }
        guard case .whole(let summary) = try folder.verify() else { throw Unexpected() }
        #expect(summary.head == ledger.head)
    }

    @Test("Opening reads one segment: nothing of the sealed ones is looked at")
    func opening() throws {
        do {
            let ledger = try folder.open(limits: smallLimits)
            for number in 1...12 { try ledger.append([event(number, filling: 300)]) }
        }
        let leaves = try folder.leaves()
        let first = try #require(try folder.reader.segments().first)
        let bytes = try folder.read("ledger/\(LedgerSegment.name(first: first.first))")
        try folder.write(
            "ledger/\(LedgerSegment.name(first: first.first))", [UInt8](repeating: 0x20, count: bytes.count))
        let signer = try folder.signer()
        let checkpoint = try folder.open(limits: smallLimits, signer: signer).checkpoint()
        #expect(checkpoint.size == UInt64(leaves.count))
        #expect(checkpoint.root == NaiveTree.root(leaves))
    }

    @Test("Without what a sealed segment left, the tree is computed again")
    func lostSeals() throws {
        do {
            let ledger = try folder.open(limits: smallLimits)
            for number in 1...12 { try ledger.append([event(number, filling: 300)]) }
        }
        for segment in try folder.reader.segments().dropFirst() {
            let name = LedgerSegment.name(first: segment.first).replacing("entries", with: "sealed")
            try Storage().remove(folder.ledger.appending(name.replacing("jsonl", with: "json")))
        }
        let checkpoint = try folder.open(limits: smallLimits, signer: try folder.signer()).checkpoint()
        #expect(checkpoint.root == NaiveTree.root(try folder.leaves()))
    }

    @Test("The oldest segments go when the limit is reached, are counted, and leave the tree as it was")
    func dropping() throws {
        let signer = try folder.signer()
        let ledger = try folder.open(limits: smallLimits, signer: signer)
        var leaves: [Digest] = []
        for number in 1...80 {
            try ledger.append([event(number, filling: 300)])
            let kept = try folder.leaves()
            let first = Int(try #require(try folder.reader.segments().first).first)
            leaves = Array(leaves.prefix(first - 1)) + kept
            #expect(leaves.count == Int(ledger.newest))
        }
        let first = try #require(try folder.reader.segments().first).first
        #expect(first > 40)
        let sizes = try folder.reader.segments().map {
            try folder.read("ledger/\(LedgerSegment.name(first: $0.first))").count
        }
        #expect(sizes.reduce(0, +) <= Int(smallLimits.total))
        #expect(try ledger.checkpoint().root == NaiveTree.root(leaves))
        let report = try folder.reader.verify()
        guard case .whole = report.verdict else { throw Unexpected() }
        #expect(report.first == first)
        #expect(report.covered == ledger.newest)
        let dropped = try folder.reader.entries(from: 1, limit: 999).filter { $0.event == .ledgerDropped }
        #expect(dropped.last?.body["last"]?.integer == Int64(first - 1))
        #expect(dropped.allSatisfy { ($0.body["bytes"]?.integer ?? 0) > 0 })
        // Every proof of what is still there, under every size from there on, holds.
        let tree = try LedgerTree(folder.reader)
        for sequence in Int(first)...leaves.count {
            #expect(
                try tree.inclusion(of: UInt64(sequence), in: UInt64(leaves.count))
                    == NaiveTree.path(sequence - 1, leaves))
            #expect(
                try tree.consistency(from: UInt64(sequence), to: UInt64(leaves.count))
                    == NaiveTree.proof(sequence, leaves))
        }
    }

    @Test("What a witness signed in a dropped segment can still be continued; other sizes cannot")
    func droppedWitnessedSize() throws {
        let signer = try folder.signer()
        let key = try PrivateKey.generate(.ed25519)
        let witness = try Witness(
            folder: folder.file("witness"), name: "witness.example/1", key: key, storage: Storage())
        let known = try WitnessKey(verifierKey: witness.verifierKey)
        let ledger = try folder.open(limits: smallLimits, signer: signer)
        for number in 1...3 { try ledger.append([event(number, filling: 300)]) }
        let first = try ledger.request(since: 0)
        #expect(first.checkpoint.size == 3)
        let answer = try witness.answer(first, trusted: try PublicKey(der: signer.publicKey))
        try ledger.add(cosignatures: answer, to: 3, of: [known])
        for number in 4...60 { try ledger.append([event(number, filling: 300)]) }
        #expect(try #require(try folder.reader.segments().first).first > 3)
        #expect(ledger.size(signedBy: known) == 3)
        let request = try ledger.request(since: 3)
        #expect(try !witness.answer(request).isEmpty)
        #expect(throws: LedgerError.self) { try LedgerTree(folder.reader).consistency(from: 2, to: 50) }
    }

    @Test("Under a hold nothing is dropped, and what waited goes when the hold is over")
    func hold() throws {
        let ledger = try folder.open(limits: smallLimits)
        ledger.isHeld = true
        for number in 1...60 { try ledger.append([event(number, filling: 300)]) }
        #expect(try folder.reader.entries(from: 1, limit: 999).compactMap(\.number) == Array(1...60))
        ledger.isHeld = false
        for number in 61...70 { try ledger.append([event(number, filling: 300)]) }
        #expect(try #require(try folder.reader.segments().first).first > 40)
        guard case .whole = try folder.verify() else { throw Unexpected() }
    }

    @Test("At four fifths of the limit one entry warns, and never a second one")
    func nearlyFull() throws {
        for round in 0..<3 {
            let ledger = try folder.open(limits: smallLimits)
            for number in 1...30 { try ledger.append([event(round * 30 + number, filling: 300)]) }
            let all = try folder.reader.entries(from: 1, limit: 9999)
            let warnings = all.filter { $0.event == .ledgerNearlyFull }
            #expect(warnings.count <= 1)
            if round == 0 {
                #expect(warnings.count == 1 || all.first?.sequence != 1)
            }
        }
    }

    @Test("A power cut in the middle of a segment's first group leaves a ledger that goes on")
    func tornFirstGroup() throws {
        do {
            let ledger = try folder.open(limits: smallLimits)
            for number in 1...6 { try ledger.append([event(number, filling: 300)]) }
        }
        let last = try #require(try folder.reader.segments().last)
        let name = "ledger/\(LedgerSegment.name(first: last.first))"
        try folder.write(name, Array(try folder.read(name).prefix(50)))
        let ledger = try folder.open(limits: smallLimits)
        #expect(ledger.torn?.lines == 1)
        try ledger.append([event(7)])
        guard case .whole(let summary) = try folder.verify() else { throw Unexpected() }
        #expect(summary.torn == 1)
        #expect(
            try folder.reader.entries(from: last.first, limit: 9).map(\.event) == [
                .ledgerTorn, .ledgerSealed, .updateTransition,
            ])
    }

    @Test("A ledger whose state database is new goes on with its chain, as after a factory reset")
    func factoryReset() throws {
        let signer = try folder.signer()
        let before = try folder.open(limits: smallLimits, signer: signer).append([event(1), event(2)])
        let ledger = try folder.open(bootID: "another-boot", limits: smallLimits, signer: try folder.signer())
        #expect(try ledger.append([event(3)]) == [3])
        #expect(before == [1, 2])
        #expect(try ledger.checkpoint().size == 3)
        guard case .whole = try folder.verify() else { throw Unexpected() }
    }

    private struct Unexpected: Error {}
}

@Suite("Clocks that step")
struct ClockStepTests {
    private struct Clock: LedgerClock {
        let wall: Int64
        let uptime: UInt64
        var confidence = TimeConfidence.clock
        func now() -> LedgerTime {
            LedgerTime(wall: Timestamp(seconds: wall), confidence: confidence, uptime: uptime * 1_000_000)
        }
    }

    @Test(
        "A step is recorded with its size, an adjusted clock and a watermark that stands still are none",
        arguments: [
            (1_800_000_000, 100, TimeConfidence.clock, boot, nil),
            (1_800_000_004, 100, .clock, boot, nil),
            (1_800_000_060, 160, .clock, boot, nil),
            (1_800_003_600, 100, .clock, boot, 3600),
            (1_799_996_400, 100, .clock, boot, -3600),
            (1_800_086_350, 86_500, .clock, boot, nil),
            (1_800_003_600, 100, .watermark, boot, 3600),
            (1_800_003_600, 1, .clock, "other", nil),
            (1_799_996_400, 1, .clock, "other", -3600),
        ] as [(Int64, UInt64, TimeConfidence, String, Int64?)])
    func steps(wall: Int64, uptime: UInt64, confidence: TimeConfidence, bootID: String, step: Int64?) throws {
        let folder = try TemporaryFolder()
        do { try folder.open(clock: Clock(wall: 1_800_000_000, uptime: 100)).append([event(1)]) }
        let ledger = try folder.open(clock: Clock(wall: wall, uptime: uptime, confidence: confidence), bootID: bootID)
        try ledger.append([event(2)])
        let entries = try ledger.entries(from: 2, limit: 9)
        #expect(entries.last?.number == 2)
        let found = entries.first { $0.event == .clockStepped }
        #expect(found?.body["seconds"]?.integer == step)
        #expect(entries.count == (step == nil ? 1 : 2))
        #expect(entries.allSatisfy { $0.group == 2 })
    }

    @Test("A clock that steps again and again changes no order, and a verification counts the steps")
    func order() throws {
        let folder = try TemporaryFolder()
        for (index, wall) in [1_800_000_000, 1_900_000_000, 1_700_000_000, 1_800_000_000].enumerated() {
            try folder.open(clock: Clock(wall: Int64(wall), uptime: 100)).append([event(index)])
        }
        let report = try folder.reader.verify()
        #expect(report.clockSteps == 3)
        #expect(report.timesBack == 1)
        #expect(try folder.reader.entries(from: 1, limit: 9).compactMap(\.number) == [0, 1, 2, 3])
    }
}
