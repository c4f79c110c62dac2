import Agent
import ChangeControl
import Documents
import Integrity
import Ledger
import Logging
import Platform
import TestSupport
import Trust
import Vocabulary

extension StoryScenario {
    /// Signed documents are applied, one after the other.
    static var documents: StoryScenario {
        StoryScenario(
            name: "documents", summary: "a baseline and a rule pack are applied, and a newer baseline",
            work: { machine, agent, promise in
                for (id, document) in try signed(machine) {
                    _ = try await agent.alive.apply(document, requestedBy: "test")
                    promise(id)
                }
            },
            check: { machine, agent, promises in
                var complaints = lacking(promises, try await agent.alive.documents())
                // What nobody was told of may be there or not, and can be applied in any case.
                for (id, document) in try signed(machine) {
                    let isReplaced = replaced(id, try await agent.alive.documents())
                    do {
                        _ = try await agent.alive.apply(document, requestedBy: "test")
                    } catch {
                        // A baseline that a newer one has replaced is refused, as it should be.
                        if !isReplaced { complaints.append("'\(id)' cannot be applied again: \(error)") }
                    }
                }
                complaints += lacking(["EU 2.0.0", "BL-3"], try await agent.alive.documents())
                return complaints
            })
    }

    private static func signed(_ machine: SimulatedMachine) throws -> [(String, [UInt8])] {
        let provisioning = machine.approvers.provisioning
        var documents: [(String, [UInt8])] = []
        for (id, age) in [("BL-2", 10), ("BL-3", 20)] as [(String, Int64)] {
            var baseline = try provisioning.baseline("1.0.0")
            baseline.id = id
            baseline.issued = baseline.issued.advanced(by: age)
            documents.append((id, try provisioning.signed(baseline.json).bytes))
        }
        let file = ProjectFolder.file("firmware-manifests/rules/EU.toml")
        let text = String(decoding: try Storage().read(file, limit: 1 << 20), as: UTF8.self)
        guard case .object(var pack) = try DraftRulePack(toml: text).content.json else { return documents }
        pack["version"] = "2.0.0"
        documents.insert(("EU 2.0.0", try provisioning.signed(.object(pack)).bytes), at: 1)
        return documents
    }

    private static func names(_ documents: JSON) -> [String] {
        (documents["documents"]?.array ?? []).map { document in
            let id = document["id"]?.string ?? ""
            return document["version"]?.string.map { "\(id) \($0)" } ?? id
        }
    }

    /// A newer baseline is in force.
    private static func replaced(_ id: String, _ documents: JSON) -> Bool {
        id == "BL-2" && names(documents).contains("BL-3")
    }

    private static func lacking(_ promises: [String], _ documents: JSON) -> [String] {
        let names = names(documents)
        var complaints = promises.filter { !names.contains($0) && !replaced($0, documents) }
            .map { "'\($0)' was applied and is not in force" }
        for unusable in documents["unusable"]?.array ?? [] {
            complaints.append("a document cannot be used: \(unusable["fault"]?["reason"]?.string ?? "")")
        }
        return complaints
    }
}

extension StoryScenario {
    private static let plan = "[[tree]]\npath = \"/etc/pump\"\n"

    /// A drift is found, and people sign that what was measured is right.
    static var configuration: StoryScenario {
        StoryScenario(
            name: "configuration", summary: "a drift is measured, accepted by a signed document, and measured again",
            prepare: { machine in
                try await machine.settle()
                try await measure(machine, limit: 100)
            },
            furnish: { try furnish($0, limit: 900) },
            work: { machine, agent, promise in
                let found = try await watch(machine, agent).measureNow()["statement"]
                guard let digest = found?["last"]?["digest"]?.string.flatMap({ Digest(hex: $0) }) else {
                    throw PowerCutsError.cannot("measure", reason: "there is no result")
                }
                promise("drift")
                _ = try await agent.alive.apply(try acceptance(digest, machine), requestedBy: "test")
                promise("accepted")
                _ = try await watch(machine, agent).measureNow()
            },
            check: { machine, agent, promises in
                var complaints: [String] = []
                let word = try await agent.alive.configurationWord
                let recorded = try recordedWord(machine)
                if word != recorded { complaints.append("the agent says '\(word)' and its ledger '\(recorded)'") }
                if promises.contains("accepted"), word != "known" {
                    complaints.append("what was accepted is '\(word)'")
                }
                let found = try await watch(machine, agent).measureNow()["statement"]
                let isDrift = try await agent.alive.configurationWord != "known"
                if isDrift, let digest = found?["last"]?["digest"]?.string.flatMap({ Digest(hex: $0) }) {
                    _ = try await agent.alive.apply(try acceptance(digest, machine), requestedBy: "test")
                }
                let end = try await agent.alive.configurationWord
                if end != "known" { complaints.append("accepted again it is '\(end)'") }
                return complaints
            })
    }

    private static func furnish(_ machine: SimulatedMachine, limit: Int) throws {
        try machine.folder.write("root/usr/lib/aftercare/integrity.toml", plan)
        try machine.folder.write("root/etc/pump/limits.conf", "max = \(limit)\n")
    }

    private static func measure(_ machine: SimulatedMachine, limit: Int) async throws {
        try furnish(machine, limit: limit)
        let key = try DeviceKey.open(file: machine.configuration.places.deviceKey, storage: Storage())
        let agent = try RunningAgent(machine, key: key)
        _ = try await watch(machine, agent).measureNow()
        await agent.stop()
    }

    private static func watch(_ machine: SimulatedMachine, _ agent: RunningAgent) throws -> IntegrityWatch {
        IntegrityWatch(
            agent: try agent.alive, policy: machine.configuration.integrity, places: machine.configuration.places,
            boot: try machine.read("boot-id").trimmed, clock: SystemClock(), storage: agent.storage,
            log: Logger(label: "sweep") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func acceptance(_ digest: Digest, _ machine: SimulatedMachine) throws -> [UInt8] {
        let document = ConfigurationAcceptance(
            id: "CFG-7", device: "pump-1", digest: digest, reason: "tried on site", by: "Q"
        ).json
        return SignedDocument(document, signatures: try machine.approvers.sign(SignedDocument(document).content)).bytes
    }

    /// What the newest entry about the configuration says of it.
    private static func recordedWord(_ machine: SimulatedMachine) throws -> String {
        let newest = try machine.entries().last {
            $0.event == .configurationMeasured || $0.event == .configurationRebaselined
        }
        guard let record = newest?.body["record"].flatMap(ConfigurationRecord.init) else { return "not-measured" }
        return record.state.word
    }
}
