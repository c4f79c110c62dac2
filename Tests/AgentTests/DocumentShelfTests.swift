import Agent
import ChangeControl
import Documents
import Ledger
import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("What people sign for a device", .timeLimit(.minutes(1)))
struct DocumentShelfTests {
    private let machine: SimulatedMachine
    private let time = TrustedTime(clock: SimulatedMachine.time, watermark: nil)

    init() throws { machine = try SimulatedMachine() }

    private func shelf() -> DocumentShelf {
        let configuration = machine.configuration
        return DocumentShelf(
            provisioned: configuration.changeControl.documents, folder: configuration.places.documents,
            identity: configuration.device, trust: configuration.trust, at: time, storage: Storage())
    }

    private func baseline(_ id: String, later seconds: Int64) throws -> SignedDocument {
        var baseline = try machine.approvers.provisioning.baseline("1.0.0")
        baseline.id = id
        baseline.issued = baseline.issued.advanced(by: seconds)
        return try machine.approvers.provisioning.signed(baseline.json)
    }

    @Test("The newest baseline is in force after the next start, whatever the older ones are called")
    func newest() throws {
        var shelf = shelf()
        for document in [try baseline("Z", later: 10), try baseline("A", later: 20)] {
            let (verified, next) = try shelf.taking(document, at: time)
            shelf = try #require(next)
            try shelf.keep(document, verified)
        }
        let read = self.shelf()
        #expect(read.documents.baseline?.id == "A")
        #expect(read.unusable.isEmpty)
        #expect(throws: AgentError.olderDocument("B", than: "A")) {
            _ = try read.taking(try baseline("B", later: 15), at: time)
        }
        #expect(try read.taking(try baseline("A", later: 20), at: time).shelf == nil)
    }

    @Test("What was kept and is damaged is named, and the rest is in force")
    func damaged() throws {
        try machine.folder.write("state/documents/rules-EU.json", "{}")
        let read = shelf()
        #expect(read.unusable.map { $0.file.lastComponent?.string } == ["rules-EU.json"])
        #expect(read.documents.rules.all.map(\.content.id) == ["COMMON", "EU"])
    }

    @Test("What people acknowledged of an update is not good for the next one of the same release")
    func acknowledged() async throws {
        let agent = try RunningAgent(machine)
        let source = try machine.source(try machine.bundle(TestImage("1.1.0")))
        try await agent.offer(source, activates: false)
        try await agent.state("installed")
        try await agent.alive.acknowledge("date", person: "M. Weber", role: "nurse", requestedBy: "test")
        try await agent.alive.cancel()
        try await agent.state("idle")
        await agent.stop()
        let records = try Records.open(
            machine.configuration.places, storage: Storage(), clock: SystemClock(), boot: "another")
        #expect(records.acknowledgements.isEmpty)
        #expect(try machine.entries().map(\.type).filter { $0 == "update.acknowledged" }.count == 1)
    }
}
