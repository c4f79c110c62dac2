import Documents
import Ledger
import Platform
import Servicing
import Vocabulary

// The visit: what was done, until its service record closes it (21 CFR 820.35(b)).
extension ServiceSessions {
    /// Writes down that somebody did something that needs a right, in the visit and in the ledger.
    func did(_ command: ServiceCommand, in id: String, _ details: [String: JSON] = [:]) async {
        guard let session = try? session(id) else { return }
        let words = details.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.string ?? $0.value.canonicalText)" }
        visit?.note(
            ServiceEvent(
                time: await agent.now(), command: command.rawValue, outcome: "asked for",
                detail: words.joined(separator: ", ")))
        await keepVisit()
        await agent.record([
            LedgerEvent(
                .serviceCommand,
                .object(
                    details.merging([
                        "session": .string(id), "actor": .string(session.actor), "command": .string(command.rawValue),
                        "visit": .string(visit?.id ?? ""),
                    ]) { $1 }))
        ])
    }

    /// A self-test that somebody ran is test and inspection data of the visit; the agent has recorded it already.
    func tested(_ result: JSON, in id: String) async {
        if let datum = TestDatum(result: result) { visit?.note(datum) }
        await keepVisit()
    }

    /// The open visit goes on if the same person comes back; another's is closed by the device.
    func join(_ individual: Individual) async {
        if let open = visit, let before = open.person,
            before.person != individual.person || before.keyID != individual.keyID
        {
            await closeVisit(.device(reason: "\(individual.person) began another"))
        }
        if visit == nil {
            visit = ServiceVisit(
                id: String(newIdentifier().prefix(16)), device: await agent.servicedDevice(), opened: await agent.now(),
                version: await agent.runningVersion())
        }
        visit?.join(individual)
        await keepVisit()
    }

    /// What the visit is by now, with what became of its updates.
    private func visitNow() async -> ServiceVisit? {
        guard var visit else { return nil }
        visit.running(await agent.runningVersion(), on: await agent.servicedDevice())
        let now = await agent.now()
        let updates = (try? await agent.history(limit: 20))?.array ?? []
        for update in updates.reversed() {
            guard let id = update["id"]?.string, visit.events.contains(where: { $0.detail.contains(id) }) else {
                continue
            }
            let outcome = update["outcome"]?.string ?? "under way"
            visit.note(
                ServiceEvent(
                    time: update["ended"]?.string.flatMap { Timestamp($0) } ?? now, command: "update",
                    outcome: outcome,
                    detail: "\(update["from"]?.string ?? "") to \(update["version"]?.string ?? "?")"))
            for report in update["selfTests"]?.array ?? [] {
                for result in report["tests"]?.array ?? [] {
                    if let datum = TestDatum(result: result) { visit.note(datum) }
                }
            }
        }
        return visit
    }

    func draft(_ id: String) async throws -> JSON {
        _ = try person(id, for: .logout)
        guard let visit = await visitNow() else { throw ServiceSessionError.nothingThere("open visit") }
        let closing = ServiceClosing.person(performed: "", result: .unfinished, remarks: "")
        let record = visit.record(closing, at: await agent.now())
        return [
            "record": record.json, "text": .string(record.text), "missing": .strings(record.missing.map(\.rawValue)),
            "updating": .bool(await agent.isUpdating()),
        ]
    }

    /// Closes the visit with a complete record, and then the session.
    func logOut(_ closing: ServiceClosing, of id: String) async throws -> JSON {
        _ = try person(id, for: .logout)
        guard let visit = await visitNow() else { throw ServiceSessionError.nothingThere("open visit") }
        let record = visit.record(closing, at: await agent.now())
        try record.requireComplete()
        try await agent.keep(record)
        self.visit = nil
        await keepVisit()
        await logOff(id, reason: "the service record was closed")
        return ["record": record.json, "text": .string(record.text)]
    }

    /// Closes what nobody closed: the record says so and names what it lacks.
    func closeVisit(_ closing: ServiceClosing) async {
        guard let visit = await visitNow() else { return }
        do { try await agent.keep(visit.record(closing, at: await agent.now())) } catch { return }
        self.visit = nil
        await keepVisit()
    }

    /// A visit that nobody came back to for as long as a grant may last.
    func closeForgottenVisit() async {
        guard let visit, !hasPerson, await !agent.isUpdating() else { return }
        let silent = visit.events.last?.time ?? visit.person?.since ?? visit.opened
        let now = await agent.now()
        guard now > silent.advanced(by: policy.longestSeconds) else { return }
        await closeVisit(.device(reason: "nobody came back for \(policy.longestSeconds) seconds"))
    }

    private func keepVisit() async { await agent.keep(visit: visit) }
}
