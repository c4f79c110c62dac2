import BootControl
import Bundles
import ChangeControl
package import Documents
package import Health
package import Integrity
import Ledger
import Logging
import Platform
import SystemPackage
import Trust
package import Vocabulary

/// What is to be measured of the confirmed release, and what it is held against.
package struct MeasuringOrder: Sendable, Equatable {
    /// Slot set, version and manifest of what runs: with another release begins another baseline.
    package let release: String
    package let images: [Measurer.Image]
    /// What the release's signed manifest says of them.
    package let signed: [Item]
    /// What is known so far.
    package let record: ConfigurationRecord
}

// Whether what runs is what people approved. How it is measured is `IntegrityWatch`'s; what follows is decided and recorded here.
extension Agent {
    /// Nil while a measurement has to give way: an update moves, or what runs is on trial.
    package func measuringOrder() -> MeasuringOrder? {
        switch state {
        case .idle, .installed, .waiting: break
        default: return nil
        }
        guard !isStopped else { return nil }
        let content = records.content(of: running.slotSet)
        let known = content.flatMap { $0.version == running.version ? $0 : nil }
        let images = known?.manifestDigest.flatMap { signedImages($0) } ?? []
        let lengths = Dictionary(images.map { ($0.name, $0.size) }) { first, _ in first }
        let places = configuration.paths(of: running.slotSet).sorted { $0.key < $1.key }
        return MeasuringOrder(
            release: [
                running.slotSet.name, running.version.description, known?.manifestDigest?.hex ?? "-",
            ].joined(separator: " "),
            images: places.map { Measurer.Image($0.key, place: $0.value, length: lengths[$0.key]) },
            signed: images.filter { image in places.contains { $0.key == image.name } }.map {
                Item(Subject(.image, $0.name), Fingerprint(.image, size: $0.size, digest: $0.digest))
            }, record: configurationRecord)
    }

    /// What the kept manifest of a release says of its images; it was verified when it was kept, and its digest names it.
    func signedImages(_ release: Digest) -> [ImageDescription]? { manifest(of: release)?.images }

    func manifest(of release: Digest) -> Manifest? {
        guard let kept = try? archive.read(release), SHA256.digest(of: kept.manifest) == release else { return nil }
        return try? Manifest(bytes: kept.manifest)
    }

    /// Takes a finished measurement; false where what it was held against has changed meanwhile, and it has to be compared again.
    ///
    /// Recorded first: what is known from now on has its entry in the ledger.
    package func take(
        _ summary: ConfigurationRecord.Summary, found: [Drift], of order: MeasuringOrder
    ) throws(FaultReport) -> Bool {
        guard let now = measuringOrder(), now == order else { return false }
        let before = configurationRecord
        let (next, changes) = before.taking(summary, of: order.release, found: found)
        var events = [
            LedgerEvent(
                .configurationMeasured,
                ["record": next.json, "baselined": .bool(changes.contains(.baselined))])
        ]
        if changes.contains(.drifted) {
            events.append(LedgerEvent(.configurationDrifted, ["record": next.json]))
            events.append(LedgerEvent(.incidentCandidate, next.incidentCandidate))
        }
        try enter(next, events, at: summary.time)
        return true
    }

    /// Takes the word of a signed document that what was measured last is right; `body` is its entry in the ledger.
    func rebaseline(by document: SignedDocument, _ body: inout [String: JSON]) throws -> JSON {
        let verified = try shelf.verified(document, at: records.trustedTime)
        let approvals = JSON.array(verified.content.approvals.map(\.json))
        body["approvals"] = approvals
        let acceptance = try ConfigurationAcceptance(verified)
        guard let order = measuringOrder() else { throw IntegrityError.underWay }
        let known = configurationRecord.basis
        let isNew = known?.document != acceptance.id || known?.digest != acceptance.digest
        body["changed"] = .bool(isNew)
        let entry = LedgerEvent(.documentApplied, .object(body))
        guard isNew else {
            try records.append([entry])
            return .object(body)
        }
        let next = try configurationRecord.accepting(
            acceptance, on: configuration.device.id, release: order.release, at: records.now)
        let change: JSON = [
            "record": next.json, "was": configurationRecord.json, "document": acceptance.json,
            "signed": .string(verified.digest.hex), "approvals": approvals,
        ]
        try enter(next, [entry, LedgerEvent(.configurationRebaselined, change)], at: records.now)
        try shelf.keep(document, verified)
        return .object(body)
    }

    private func enter(
        _ next: ConfigurationRecord, _ events: [LedgerEvent], at time: Timestamp
    ) throws(FaultReport) {
        let findings = FindingEvent.events(from: configurationRecord.findings, to: next.findings, at: time)
        do { try records.append(events + findings.map(\.ledgerEvent)) } catch { throw FaultReport(error) }
        configurationRecord = next
        do { try records.keepConfiguration(next.json) } catch {
            // The ledger has it: it is read from there if the database is lost.
            log.warning("the configuration's record could not be kept, continuing", metadata: ["reason": "\(error)"])
        }
        tell(findings)
        announce()
    }

    /// The state of the configuration, in one word; `not-measured` where the release has no plan.
    package var configurationWord: String { configurationRecord.state.word }

    package func configurationFindings() -> [Finding] { configurationRecord.findings }

    /// The newest result, signed by the device (IEC 62443-4-2 CR 3.4; MDS2 SAHD-4).
    package func integrity() throws(FaultReport) -> JSON {
        var members: [String: JSON] = [
            "format": "aftercare.integrity/1", "agent": .string(ProgramVersion.text),
            "device": .string(configuration.device.id), "product": .string(configuration.device.product),
            "version": .string(running.version.description), "slotSet": .string(running.slotSet.name),
        ]
        if case .object(let record) = configurationRecord.json { members.merge(record) { first, _ in first } }
        return try signed(.object(members))
    }

    /// A statement of this device with its signature over it.
    func signed(_ statement: JSON) throws(FaultReport) -> JSON {
        do throws(TrustError) {
            guard let key = machine.deviceKey else {
                throw .deviceKey("of this device", reason: "it could not be opened when the agent started")
            }
            return try key.sign(statement: statement)
        } catch { throw FaultReport(error) }
    }
}

extension Records {
    /// What was known of the configuration: as the ledger has it where the database was not told any more, else from there.
    var knownConfiguration: ConfigurationRecord {
        recovered.configuration ?? configuration.flatMap(ConfigurationRecord.init) ?? ConfigurationRecord()
    }
}
