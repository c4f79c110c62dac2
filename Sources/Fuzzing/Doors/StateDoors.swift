import Agent
import ChangeControl
import Documents
import Health
import Ledger
import Platform
import Servicing
import SystemPackage
import Vocabulary

/// What an agent kept of itself, as another version, or a broken medium, gives it back: one JSON value in each of its forms.
///
/// Choices: 0 edits of what an agent wrote.
struct StateDoor: Entrance {
    private let templates = Templates.states

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        guard let value = DocumentInput.value(&feed, choices, templates: templates) else { return }
        try keeps("a state", LifecycleState(value), \.json) { LifecycleState($0) }
        try keeps("a slot's content", SlotContent(value), \.json) { SlotContent($0) }
        try keeps("a hold", Hold(value), \.json) { Hold($0) }
        try keeps("an acknowledgement", Acknowledgement(value), \.json) { Acknowledgement($0) }
        try keeps("an identification", DeviceUDI(value), \.json) { DeviceUDI($0) }
        try keeps("a fault", FaultReport(value), \.json) { FaultReport($0) }
        try keeps("who has access", (try? Access(value))?.json, \.self) { (try? Access($0))?.json }
        try keeps("a visit", (try? ServiceVisit(value))?.json, \.self) { (try? ServiceVisit($0))?.json }
        try keeps("a snapshot of health", (try? HealthSnapshot(value))?.json, \.self) {
            (try? HealthSnapshot($0))?.json
        }
        // What follows from a state, whatever it says.
        guard let state = LifecycleState(value) else { return }
        _ = state.action
        for event: LifecycleEvent in [.written, .switched, .selfTestsPassed, .soaked, .deadlinePassed, .committed] {
            guard let next = state.after(event) else { continue }
            try promise("what follows from a state can be kept", LifecycleState(next.json) == next)
        }
    }

    /// What was read and written is read as it was.
    private func keeps<Value: Equatable>(
        _ what: String, _ value: Value?, _ json: (Value) -> JSON, _ read: (JSON) -> Value?
    ) throws(FuzzingError) {
        guard let value else { return }
        try promise("\(what) that was read and written is read as it was", read(json(value)) == value)
        guard let stored = try? JSONReader.read(json(value).canonicalBytes, limit: 16 << 20) else {
            throw .broken(promise: "\(what) that was written can be read")
        }
        try promise(
            "\(what) that was stored is the same", read(stored).map(json)?.canonicalBytes == json(value).canonicalBytes)
    }
}

/// The agent's database, which is a file that a medium, or somebody who has it, can have changed.
///
/// Choices: 0 the rest is rows that are put into a whole database: a name of so many bytes, a text of so many; else patches of the
/// file.
struct DatabaseDoor: Entrance {
    private static let schema = 1
    private let ground: Ground
    private let places: Places
    private let whole: [UInt8]
    private let ledger: [UInt8]

    init(_ ground: Ground) throws {
        self.ground = ground
        places = try Places(
            Fields([
                "state": .string(ground.path("state").string), "runtime": .string(ground.path("run").string),
            ]))
        let records = try Records.open(places, storage: ground.storage, clock: StillClock(), boot: LedgerDoor.boot)
        for state in Templates.states.compactMap({ LifecycleState($0) }) {
            try records.record(state, as: [LedgerEvent(.updateTransition, ["state": state.json])])
        }
        try records.keepFindings([["code": "HF-TEMP-MOTOR"]])
        records.keepSelfTests(["verdict": "passed"], update: "u1", boot: LedgerDoor.boot)
        _ = consume records
        whole = try ground.storage.read(places.database, limit: 1 << 22)
        ledger = try ground.storage.read(places.ledger.appending(LedgerFile.name), limit: 1 << 20)
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        do {
            try prepare(choices.contains(.bit(0)) ? whole : whole.patched(by: &feed))
            if choices.contains(.bit(0)) { try putRows(&feed) }
        } catch { throw .unprepared(door: "database", reason: "\(error)") }
        guard let records = try? open() else { return }
        try look(records)
        let state = records.recovered.state
        try promise("a state that was recovered can be kept", LifecycleState(state.json) == state)
        do {
            try records.record(state, as: [LedgerEvent(.updateTransition, ["state": state.json])])
        } catch { throw .broken(promise: "what happens can be written down: \(error)") }
        _ = consume records
        guard let again = try? open() else { throw .broken(promise: "an agent starts again on what it left") }
        try promise("an agent that starts again stands where it stood", again.recovered.state == state)
    }

    private func open() throws -> Records {
        try Records.open(places, storage: ground.storage, clock: StillClock(), boot: LedgerDoor.boot)
    }

    /// Everything that an agent asks of its records.
    private func look(_ records: Records) throws(FuzzingError) {
        for set in [SlotSet.a, .b] { _ = records.content(of: set) }
        _ = (records.securityFloor, records.findings, records.configuration, records.holds, records.acknowledgements)
        _ = (records.newsTold, records.boots, records.bootsCountedSince, records.now, records.trustedTime)
        _ = (records.service("access"), records.trialBegan(inBoot: LedgerDoor.boot, now: 5))
        records.countBoot("another")
        if let history = try? records.history(limit: 100) {
            try promise("a history is as long as was asked", history.count <= 100)
        }
        do { try records.raiseWatermark(to: Ground.time.advanced(by: 1)) } catch { return }
    }

    private func prepare(_ database: [UInt8]) throws(StorageError) {
        let storage = ground.storage
        for name in try storage.names(in: places.state) where name.hasPrefix("state.db") {
            try storage.remove(places.state.appending(name))
        }
        for name in try storage.names(in: places.ledger) { try storage.remove(places.ledger.appending(name)) }
        try storage.replace(places.ledger.appending(LedgerFile.name), with: ledger)
        try storage.replace(places.database, with: database)
    }

    private func putRows(_ feed: inout Feed) throws(DatabaseError) {
        let database = try ground.storage.openDatabase(places.database, migrations: [])
        for _ in 0..<32 where !feed.isEmpty {
            let table = feed.byte()
            let name = String(decoding: feed.piece(), as: UTF8.self)
            let text = String(decoding: feed.longPiece(), as: UTF8.self)
            switch table % 4 {
            case 0, 1:
                try database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [.text(name), .text(text)])
            case 2:
                try database.execute(
                    """
                    INSERT OR REPLACE INTO updates (id, source, requested_by, started, ended, outcome, detail)
                    VALUES (?, '', '', '', '', '', ?)
                    """, [.text(name), .text(text)])
            default:
                try database.execute(
                    "INSERT INTO self_tests VALUES (?, '', ?, '')", [.text(name), .text(text)])
            }
        }
    }
}

/// A clock that always says the same.
private struct StillClock: WallClock {
    func now() -> Timestamp { Ground.time }
}
