import Documents
import Ledger
import Logging
import Platform
import SelfTests
import Servicing
import SystemPackage
import Trust
import Vocabulary

// What service sessions need of the agent besides what everybody may ask of it.
extension Agent {
    func now() -> Timestamp { records.now }

    func trustedTime() -> TrustedTime { records.trustedTime }

    func deviceID() -> String { configuration.device.id }

    var bootID: String { running.boot }

    /// Whether an update is under way: then a visit is not over.
    func isUpdating() -> Bool { state.offer != nil }

    /// The newest entries first, those before a sequence where one is given.
    func newestEntries(limit: Int, before: UInt64?) throws -> [JSON] {
        let end = min(before ?? .max, records.head.sequence + 1)
        guard end > 1 else { return [] }
        let first = end > UInt64(limit) ? end - UInt64(limit) : 1
        let entries = try records.entries(from: first, limit: limit)
        return try entries.filter { $0.sequence < end }.reversed().map {
            try JSONReader.read($0.line, limit: LedgerEntry.lineLimit)
        }
    }

    /// The visit that a restart left open, counting that restart.
    func keptVisit() -> ServiceVisit? {
        guard let value = records.service("visit"), value != .null,
            var visit = try? ServiceVisit(value["visit"] ?? .null)
        else { return nil }
        if value["boot"]?.string != running.boot {
            visit.resume(version: running.version.description)
            keep(visit: visit)
        }
        return visit
    }

    func keep(visit: ServiceVisit?) {
        let value = visit.map { JSON.object(["visit": $0.json, "boot": .string(running.boot)]) } ?? .null
        do { try records.keepService("visit", value) } catch {
            log.warning("the open visit could not be kept, continuing", metadata: ["reason": "\(error)"])
        }
    }

    func keep(_ record: ServiceRecord) throws {
        let folder = configuration.places.serviceRecords
        try keep(
            record.json, as: record.visit.id, in: folder, .serviceRecord,
            [
                "visit": .string(record.visit.id), "result": .string(record.result.rawValue),
                "missing": .strings(record.missing.map(\.rawValue)),
            ], then: [LedgerEvent(.serviceEnded, ["visit": .string(record.visit.id)])])
        try storage.replace(folder.appending("\(record.visit.id).csv"), with: Array(record.csv.utf8), mode: 0o600)
    }

    func keep(_ report: IncidentReport) throws {
        try keep(
            report.json, as: report.id, in: configuration.places.incidents, .incidentReported,
            ["incident": .string(report.id), "takenBy": .string(report.takenBy)])
    }

    /// What people leave on the device: a file of its own, then an entry with its digest, and with all of it where a line has room.
    private func keep(
        _ document: JSON, as name: String, in folder: FilePath, _ type: LedgerEventType, _ facts: [String: JSON],
        then others: [LedgerEvent] = []
    ) throws {
        let bytes = document.canonicalBytes
        try storage.createFolder(folder)
        try storage.replace(folder.appending("\(name).json"), with: bytes, mode: 0o600)
        var body = facts
        body["digest"] = .string(SHA256.digest(of: bytes).hex)
        if bytes.count < LedgerEntry.lineLimit / 2 { body["document"] = document }
        try records.append([LedgerEvent(type, .object(body))] + others)
    }

    func keptAccess() -> Access { records.service("access").flatMap { try? Access($0) } ?? Access() }

    func keep(access: Access) throws { try records.keepService("access", access.json) }

    func keptPeople() -> [Certificate] {
        let texts = records.service("people")?.array ?? []
        return texts.compactMap { text in
            text.string.flatMap { try? Certificate.read(pem: Array($0.utf8), limit: 1).first }
        }
    }

    func keep(people: [Certificate]) {
        let texts = people.compactMap { try? $0.pem }.map { JSON.string(String(decoding: $0, as: UTF8.self)) }
        do { try records.keepService("people", .array(texts)) } catch {
            log.warning("a person's certificate could not be kept, continuing", metadata: ["reason": "\(error)"])
        }
    }

    /// Nobody who watches the device can miss it.
    func raiseAlarm(_ what: String, _ facts: [String: String]) {
        var metadata: Logger.Metadata = facts.mapValues { "\($0)" }
        metadata["message-id"] = "\(JournalMessage.access.rawValue)"
        log.critical("\(what)", metadata: metadata)
    }

    func runningVersion() -> String { running.version.description }

    func servicedDevice() -> ServicedDevice {
        let device = configuration.device
        return ServicedDevice(id: device.id, name: device.name, hardware: device.hardware, udi: udi())
    }

    /// What the device states by itself about an incident: how it is, what happened last, what it remembers of it.
    func incidentFacts() throws -> JSON {
        [
            "passport": passport(), "updates": try history(limit: 5),
            "entries": .array(try newestEntries(limit: 20, before: nil).map(Self.summary)),
        ]
    }

    /// An entry without what it is about: the ledger has that.
    private static func summary(_ entry: JSON) -> JSON {
        .members(["sequence": entry["sequence"], "time": entry["time"], "type": entry["type"]])
    }

    /// The self-tests of the running release as it declares them, in their order.
    func declaredTests() throws -> JSON {
        let plan = try SelfTestPlan.read(folder: configuration.places.selfTests, storage: storage)
        return [
            "tests": .array(
                plan.tests.map { test in
                    var question: String?
                    if case .ask(let check) = test.check { question = check.question }
                    return .members([
                        "id": .string(test.id), "title": .string(test.title), "kind": .string(test.kind),
                        "required": .bool(test.isRequired), "attended": .bool(test.isAttended),
                        "prepare": test.preparation.map { .string($0) }, "question": question.map { .string($0) },
                    ])
                })
        ]
    }

    /// Runs one self-test for a person, and records what it showed.
    func runTest(_ id: String, answer: Bool?, by person: String) async throws -> JSON {
        let places = configuration.places
        let plan = try SelfTestPlan.read(folder: places.selfTests, storage: storage)
        guard let test = plan.tests.first(where: { $0.id == id }) else { throw ServiceSessionError.unknownTest(id) }
        let runner = SelfTestRunner(root: places.root, units: machine.units, storage: storage)
        let result = await runner.run(one: test, answer: answer)
        record([
            LedgerEvent(.selfTestResult, ["update": "", "result": result.json, "requestedBy": .string(person)])
        ])
        return result.json
    }
}
