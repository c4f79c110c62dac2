import Documents
import Ledger
import Platform
import Servicing
import SystemPackage
import Vocabulary

// What people report, keep and take away.
extension ServiceSessions {
    var incidentPrompts: JSON { ["prompts": .array(IncidentForm.prompts.map(\.json))] }

    func report(_ answers: JSON, in id: String) async throws -> JSON {
        let session = try session(id)
        let report = try IncidentReport(
            id: String(newIdentifier().prefix(16)), device: await agent.servicedDevice(), takenBy: session.actor,
            time: await agent.now(), answers: answers, facts: try await agent.incidentFacts())
        try await agent.keep(report)
        await did(.incident, in: id, ["incident": .string(report.id)])
        return [
            "incident": .string(report.id), "text": .string(report.text), "warnings": .strings(report.warnings),
        ]
    }

    /// Writes a record to the stream; that it left is an entry of its own.
    func export(_ what: String, to stream: consuming OpenFile?, in id: String) async throws -> JSON {
        guard let stream else { throw ServiceSessionError.streamExpected(command: "export") }
        let session = try session(id)
        let export = try await agent.export(what)
        let file = stream
        let written = try await BlockingThread.run("export") { try export.write(to: file) }
        await agent.record([
            LedgerEvent(
                .recordExported,
                [
                    "session": .string(id), "actor": .string(session.actor), "what": .string(what),
                    "bytes": .number(written.bytes), "digest": .string(written.digest.hex),
                ])
        ])
        await did(.export, in: id, ["what": .string(what)])
        return [
            "name": .string(export.name), "bytes": .number(written.bytes), "digest": .string(written.digest.hex),
        ]
    }
}
