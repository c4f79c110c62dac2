package import ChangeControl
package import Documents
package import Ledger
package import Platform
import SystemPackage
package import Trust
package import Vocabulary

/// Writes down what happens: first into the ledger, then into the database.
///
/// An entry that is in the ledger and not yet in the database wins at the next start, so the two never tell
/// different stories.
package final class Records {
    private let ledger: Ledger
    private let store: Store
    private let reserve: SpaceReserve
    private let time: TrustedClock

    package let recovered: RecoveredState
    /// No release below it is installed.
    ///
    /// Kept in memory, as are the holds: a database that cannot be read now must not permit more.
    package private(set) var securityFloor: Int64
    package private(set) var holds: [Hold]
    /// Why the ledger is not signed with the device's key, if there is a reason.
    package private(set) var signingFault: LedgerError?

    /// Opens ledger and database; a database that is damaged is set aside and made anew from what the ledger knows.
    ///
    /// A full disk gets the reserve: an agent that cannot even start brings no device back from its trial.
    package static func open(
        _ places: Places, storage: Storage, clock: any WallClock, boot: String, limits: LedgerLimits = LedgerLimits(),
        signer: LedgerSigner? = nil
    ) throws -> Records {
        let reserve = SpaceReserve(path: places.state.appending("reserve"), storage: storage)
        do {
            return try open(places, reserve, storage: storage, clock: clock, boot: boot, limits: limits, signer: signer)
        } catch let error as any Fault where SpaceReserve.isFor(error) && reserve.release() {
            return try open(places, reserve, storage: storage, clock: clock, boot: boot, limits: limits, signer: signer)
        }
    }

    private static func open(
        _ places: Places, _ reserve: SpaceReserve, storage: Storage, clock: any WallClock, boot: String,
        limits: LedgerLimits, signer: LedgerSigner?
    ) throws -> Records {
        try storage.createFolder(places.state)
        try storage.createFolder(places.runtime)
        let time = TrustedClock(clock)
        // Until the holds are known everything is held.
        let ledger = try Ledger.open(
            folder: places.ledger, storage: storage, clock: time.ledgerClock, bootID: boot, limits: limits, isHeld: true
        )
        var damage: DatabaseError?
        let store: Store
        do {
            store = try Store.open(places.database, storage: storage)
        } catch {
            guard case .corrupt = error else { throw error }
            damage = error
            _ = try storage.setDatabaseAside(places.database)
            store = try Store.open(places.database, storage: storage)
        }
        reserve.fill()
        let records = try Records(ledger: ledger, store: store, reserve: reserve, time: time, damage: damage)
        if let signer {
            // A key that may not sign must not keep the record from being written.
            do throws(LedgerError) { try ledger.adopt(signer) } catch { records.signingFault = error }
        }
        return records
    }

    private init(
        ledger: Ledger, store: Store, reserve: SpaceReserve, time: TrustedClock, damage: DatabaseError?
    ) throws {
        self.ledger = ledger
        self.store = store
        self.reserve = reserve
        self.time = time
        recovered = try RecoveredState.read(ledger: ledger, store: store, damage: damage)
        (securityFloor, holds) = (recovered.securityFloor, recovered.holds)
        time.raise(to: recovered.watermark)
        if recovered.isFromLedger { try restore(recovered) }
        ledger.isHeld = holds.coverLedger
        // Nothing is written at a start that brings nothing new: the disk may be full.
        if try store.holds() != holds { keepHolds(holds) }
        if let damage {
            try append([
                LedgerEvent(
                    .stateRecovered,
                    ["reason": .string(damage.description), "was": .string(recovered.state.name)])
            ])
        }
    }

    /// Puts into a new database what the ledger knows, whether the old one was damaged or is gone.
    private func restore(_ recovered: RecoveredState) throws {
        for (set, content) in recovered.slots { try put("slot.\(set.name)", content.json) }
        try save(recovered.state, ledger: ledger.newest)
    }

    /// Keeps where the lifecycle stands and all else that the ledger told up to this entry.
    ///
    /// One transaction, so that a fact that could not be put when the ledger had it is not behind for good.
    private func save(_ state: LifecycleState, ledger sequence: UInt64) throws(DatabaseError) {
        var facts: [String: JSON] = [
            "security-floor": .integer(securityFloor), "holds": .array(holds.map(\.json)),
        ]
        facts["watermark"] = time.watermark.map { .string($0.description) }
        try withRoom { () throws(DatabaseError) in try store.save(state, facts, ledger: sequence, at: now) }
    }

    /// Puts a fact into the database; a full disk gives up the reserve for it.
    private func put(_ name: String, _ value: JSON) throws(DatabaseError) {
        try withRoom { () throws(DatabaseError) in try store.setFact(name, value) }
    }

    /// Does what needs room on the medium, and does it again with what was set aside for such a moment where there is none.
    package func withRoom<Value, Failure: Fault>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        do throws(Failure) { return try body() } catch {
            guard SpaceReserve.isFor(error), reserve.release() else { throw error }
            return try body()
        }
    }

    /// The time that is believed: the clock's, or the newest signed time seen where the clock is behind that.
    package var now: Timestamp { time.now }

    package var trustedTime: TrustedTime { TrustedTime(clock: time.wallClock.now(), watermark: time.watermark) }

    /// Writes one arrow of the lifecycle down: one group in the ledger, then the database.
    ///
    /// Throws only where the ledger could not take it; the arrow then must not be followed.
    package func record(_ state: LifecycleState, as events: [LedgerEvent]) throws(LedgerError) {
        let sequence = events.isEmpty ? ledger.newest : try append(events)
        // The ledger has it: a database that cannot be written now is brought up to date at the next start.
        try? save(state, ledger: sequence)
    }

    @discardableResult
    package func append(_ events: [LedgerEvent]) throws(LedgerError) -> UInt64 {
        // A full disk must not silence the record.
        try withRoom { () throws(LedgerError) in try ledger.append(events).last ?? ledger.newest }
    }

    package func entries(from sequence: UInt64, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        try ledger.entries(from: sequence, limit: limit)
    }

    /// Remembers a signed time, so that the clock can never again be believed to stand before it.
    package func raiseWatermark(to signed: Timestamp) throws {
        guard time.raise(to: signed) else { return }
        try append([LedgerEvent(.clockWatermark, ["watermark": .string(signed.description)])])
        try put("watermark", .string(signed.description))
    }

    /// The newest entry of the ledger and the hash over all of it.
    package var head: (sequence: UInt64, digest: Digest) { (ledger.newest, ledger.head) }

    /// How far the time in records can be relied on.
    package var confidence: TimeConfidence { time.ledgerClock.now().confidence }

    package func content(of set: SlotSet) -> SlotContent? {
        (try? store.fact("slot.\(set.name)"))?.flatMap(SlotContent.init)
    }

    package func setContent(_ content: SlotContent, of set: SlotSet) throws {
        try put("slot.\(set.name)", content.json)
    }

    package func raiseSecurityFloor(to version: Int64) throws {
        guard version > securityFloor else { return }
        try put("security-floor", .integer(version))
        securityFloor = version
    }

    package func keepSelfTests(_ report: JSON, update: String, boot: String) {
        try? store.keepSelfTests(report, update: update, boot: boot, at: now)
    }

    package func history(limit: Int64) throws -> [JSON] { try store.history(limit: limit) }

    /// What health monitoring found and is not over, as it was last recorded.
    package var findings: JSON? { (try? store.fact("findings")).flatMap { $0 } }

    package func keepFindings(_ findings: JSON) throws { try put("findings", findings) }

    /// What is known of the configuration, as it was last recorded.
    package var configuration: JSON? { (try? store.fact("configuration")).flatMap { $0 } }

    package func keepConfiguration(_ record: JSON) throws { try put("configuration", record) }

    /// Takes what the ledger already has: it counts from now on, whatever the database can take.
    package func keepHolds(_ holds: [Hold]) {
        self.holds = holds
        ledger.isHeld = holds.coverLedger
        try? put("holds", .array(holds.map(\.json)))
    }

    /// Signs the ledger as it is now; nil where there is no key to sign with.
    @discardableResult
    package func checkpoint() -> Checkpoint? { try? ledger.checkpoint() }

    /// All of the ledger, with what proves it.
    package func export() throws(LedgerError) -> LedgerExport {
        checkpoint()
        return try LedgerExport(ledger.reader)
    }

    /// What people acknowledged of the release under way.
    package var acknowledgements: [Acknowledgement] {
        (try? store.fact("acknowledgements"))?.flatMap { $0.array?.compactMap(Acknowledgement.init) } ?? []
    }

    package func keepAcknowledgements(_ acknowledgements: [Acknowledgement]) throws {
        try put("acknowledgements", .array(acknowledgements.map(\.json)))
    }

    /// What service sessions leave for the next one, under a name of theirs.
    package func service(_ name: String) -> JSON? { (try? store.fact("service.\(name)")).flatMap { $0 } }

    package func keepService(_ name: String, _ value: JSON) throws { try put("service.\(name)", value) }

    /// The newest entry that heartbeats have told of; nil where none ever did.
    package var newsTold: UInt64? {
        get { (try? store.fact("news-told"))?.flatMap(\.integer).map { UInt64(clamping: $0) } }
        set { if let newValue { try? put("news-told", .number(newValue)) } }
    }

    /// How often the device has booted since the agent first ran on it.
    package var boots: Int64 { (try? store.fact("boots"))?.flatMap { $0["count"]?.integer } ?? 0 }

    package var bootsCountedSince: Timestamp? {
        (try? store.fact("boots"))?.flatMap { $0["since"]?.string }.flatMap { Timestamp($0) }
    }

    /// Counts this boot, once.
    package func countBoot(_ boot: String) {
        let known = (try? store.fact("boots")).flatMap { $0 }
        guard known?["boot"]?.string != boot else { return }
        try? put(
            "boots",
            [
                "boot": .string(boot), "count": .integer((known?["count"]?.integer ?? 0) + 1),
                "since": known?["since"] ?? .string(now.description),
            ])
    }
}

extension Records {
    /// When the agent first saw this boot's trial, on the monotonic clock: an agent that is restarted must not begin
    /// to count anew.
    package func trialBegan(inBoot boot: String, now: UInt64) -> UInt64 {
        if let known = (try? store.fact("trial-began"))?.flatMap({ $0 }), known["boot"]?.string == boot,
            let began = known["monotonic"]?.integer
        {
            return UInt64(clamping: began)
        }
        try? put("trial-began", ["boot": .string(boot), "monotonic": .number(now)])
        return now
    }
}

extension [Hold] {
    /// Whether nothing of the ledger may be dropped.
    fileprivate var coverLedger: Bool { contains { $0.subject == .ledger || $0.subject == .all } }
}
