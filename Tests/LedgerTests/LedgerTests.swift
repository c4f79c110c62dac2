import Documents
import Ledger
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("The ledger")
struct LedgerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("Entries come back in order, with both clocks, boot id, type, audit code and body")
    func roundTrip() throws {
        let ledger = try folder.open()
        #expect(try ledger.append(.agentStarted, ["version": "1.0.0"]) == 1)
        #expect(try ledger.append([event(1), LedgerEvent(.updateRefused, ["code": "AC-2101"])]) == [2, 3])

        let entries = try ledger.entries(from: 1, limit: 10)
        #expect(entries.map(\.sequence) == [1, 2, 3])
        #expect(entries.map(\.group) == [1, 2, 2])
        #expect(entries.map(\.event) == [.agentStarted, .updateTransition, .updateRefused])
        #expect(entries.map(\.auditCode) == [110_120, 110_131, 110_131])
        #expect(entries[2].body == ["code": "AC-2101"])
        #expect(entries[2].boot == boot)
        #expect(entries[2].time == SteadyClock().now())
        #expect(entries[0].previous == LedgerEntry.noLine)
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 3, torn: 0, head: ledger.head)))
    }

    @Test("A ledger that is opened again goes on where it ended")
    func reopening() throws {
        do {
            let ledger = try folder.open()
            try ledger.append([event(1), event(2)])
        }
        let ledger = try folder.open()
        #expect(ledger.torn == nil)
        #expect(ledger.newest == 2)
        #expect(try ledger.append([event(3)]) == [3])
        #expect(try ledger.entries(from: 0, limit: 9).map(\.number) == [1, 2, 3])
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 3, torn: 0, head: ledger.head)))
    }

    @Test("A second daemon is refused while the first holds the ledger, and let in after it")
    func lock() throws {
        var first: Ledger? = try folder.open()
        #expect(first?.newest == 0)
        #expect(throws: LedgerError.inUse(folder.ledger)) { try folder.open() }
        first = nil
        #expect(try folder.open().newest == 0)
    }

    @Test("A group is one write and one flush")
    func oneFlush() throws {
        let probe = StorageProbe()
        let ledger = try folder.open(probe)
        let before = probe.operations.count
        try ledger.append((1...20).map { event($0) })
        let operations = probe.operations.dropFirst(before)
        let size = try folder.bytes().count
        #expect(Array(operations) == [.write(folder.entries, offset: 0, count: size), .flush(folder.entries)])
    }

    @Test("An entry over the limit is refused and leaves the ledger as it was")
    func oversizedEntry() throws {
        let ledger = try folder.open()
        try ledger.append([event(1)])
        let before = try folder.bytes()
        let error = #expect(throws: LedgerError.self) {
            try ledger.append([event(2), event(3, filling: LedgerEntry.lineLimit)])
        }
        #expect(error?.code == FaultCode(2502))
        #expect(try folder.bytes() == before)
        #expect(try ledger.append([event(2)]) == [2])
    }

    @Test("A group over the limit is refused and leaves the ledger as it was")
    func oversizedGroup() throws {
        let ledger = try folder.open()
        let error = #expect(throws: LedgerError.self) {
            try ledger.append((1...20).map { event($0, filling: 60_000) })
        }
        #expect(error?.code == FaultCode(2503))
        #expect(try folder.bytes().isEmpty)
        #expect(try ledger.append([event(1)]) == [1])
    }

    @Test("A body that would not read back is refused, not recorded")
    func unreadableBody() throws {
        let ledger = try folder.open()
        let error = #expect(throws: LedgerError.self) { try ledger.append(.updateOffered, .decimal(1e20)) }
        #expect(error?.code == FaultCode(2504))
        #expect(ledger.newest == 0)
    }

    @Test("Any stretch of a long ledger is found")
    func seeking() throws {
        let ledger = try folder.open()
        for group in 0..<100 { try ledger.append((1...10).map { event(group * 10 + $0, filling: 600) }) }
        for sequence in [0, 1, 2, 3, 4, 500, 501, 777, 998, 999, 1000, 1001, 5000] {
            let expected = (max(sequence, 1)..<(max(sequence, 1) + 7)).filter { $0 <= 1000 }
            #expect(try ledger.entries(from: UInt64(sequence), limit: 7).compactMap(\.number) == expected)
        }
    }

    @Test("A clock that goes back or wild cannot reorder or stop the record")
    func badClock() throws {
        let seconds: [Int64] = [1_795_348_800, 0, -1, .max, .min, 1_795_348_801]
        for (index, seconds) in seconds.enumerated() {
            let ledger = try folder.open(clock: SteadyClock(wall: Timestamp(seconds: seconds)))
            try ledger.append([event(index)])
        }
        let all = try folder.open().entries(from: 1, limit: 99)
        #expect(all.map(\.sequence) == (1...10).map { UInt64($0) })
        #expect(all.filter { $0.event == .clockStepped }.count == 4)
        let entries = all.filter { $0.event != .clockStepped }
        #expect(entries.map(\.number) == [0, 1, 2, 3, 4, 5])
        #expect(entries[3].time.wall.description == "9999-12-31T23:59:59Z")
        #expect(entries[3].time.confidence == .unset)
        #expect(entries[4].time.wall.description == "0001-01-01T00:00:00Z")
    }

    @Test("An entry of a newer agent, with a type and a member unknown here, is read and built upon")
    func newerAgent() throws {
        do { try folder.open().append([event(1)]) }
        let line = String(decoding: try folder.lines()[0], as: UTF8.self)
        let newer = line.replacing("update.transition", with: "zone.entered").replacing(
            "\"uptime\"", with: "\"until\":7,\"uptime\"")
        try folder.put([Array(newer.utf8)])
        let ledger = try folder.open()
        try ledger.append([event(2)])
        #expect(try ledger.entries(from: 1, limit: 9).map(\.type) == ["zone.entered", "update.transition"])
        #expect(try ledger.entries(from: 1, limit: 1).map(\.event) == [nil])
        #expect(try folder.verify() == .whole(LedgerSummary(entries: 2, torn: 0, head: ledger.head)))
    }

    @Test("Every type of event has its own string and an audit code of DICOM's")
    func types() {
        let types = LedgerEventType.allCases
        #expect(Set(types.map(\.rawValue)).count == types.count)
        #expect(types.allSatisfy { (110_100...110_142).contains($0.auditCode) })
        #expect(types.filter { $0.rawValue.hasPrefix("update.") }.allSatisfy { $0.auditCode == 110_131 })
    }

    @Test("A program in another language that knows only docs/ledger.md verifies the chain")
    func otherImplementation() throws {
        let ledger = try folder.open()
        try ledger.append([
            event(1), LedgerEvent(.updateRefused, ["reason": "\u{1F525} \"ä\"\n", "limits": [1, .decimal(0.5)]]),
        ])
        try ledger.append([event(3)])
        let program = """
            import hashlib, json, sys
            leaf = lambda line: hashlib.sha256(b"\\0" + line).hexdigest()
            previous, count = leaf(b""), 0
            for line in open(sys.argv[1], "rb").read().split(b"\\n")[:-1]:
                entry, count = json.loads(line), count + 1
                canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
                assert canonical == line, canonical
                assert entry["previous"] == previous and entry["sequence"] == count, entry
                previous = leaf(line)
            print(count, previous)
            """
        let result = try Tool.run(["python3", "-c", program, folder.entries.string])
        #expect(result.text == "3 \(ledger.head)\n", "\(result.error)")
    }
}
