import BootControl
package import Bundles
import ChangeControl
package import Documents
import Ledger
import Platform
import SelfTests
package import Vocabulary

// What people and programs ask of the agent. Each request is answered at once; what it starts goes on by itself.
extension Agent {
    /// Who asked where nobody from outside did.
    package static let itself = "the device itself"

    /// Takes an offer; `stream` is where its bytes come from if the caller opened it, and only the release `boundTo` is taken where
    /// one is named.
    ///
    /// Gives the update's id.
    package func offer(
        _ source: UpdateSource, stream: (any ByteSource)?, activatesByItself: Bool, requestedBy: String,
        boundTo manifest: Digest? = nil
    ) throws(FaultReport) -> String {
        guard case .idle = state else { throw FaultReport(AgentError.busy(state: state.name)) }
        let offer = Offer(
            id: newIdentifier(), source: source, activatesByItself: activatesByItself, requestedBy: requestedBy,
            boundTo: manifest)
        self.stream = stream
        guard follow(.offered(offer)) else { throw trouble ?? FaultReport(AgentError.busy(state: state.name)) }
        ring()
        return offer.id
    }

    /// Stops an update that has not reached the boot loader; the confirmed system stays as it is.
    package func cancel(requestedBy: String = Agent.itself) throws(FaultReport) {
        switch state {
        case .verifying, .installing, .uploading:
            cancellation.cancel()
            cancelSource?()
        case .installed, .waiting:
            follow(.cancelled, details: ["requestedBy": .string(requestedBy)])
            ring()
        default: throw FaultReport(AgentError.notNow(state: state.name, wanted: "cancel"))
        }
    }

    /// Restarts into an installed release as soon as nothing speaks against it.
    package func activate(requestedBy: String = Agent.itself) throws(FaultReport) {
        guard follow(.activationRequested(at: records.now), details: ["requestedBy": .string(requestedBy)]) else {
            throw FaultReport(AgentError.notNow(state: state.name, wanted: "activate"))
        }
        ring()
    }

    /// Ends a soak early: the self-tests passed and a person says that it is enough.
    package func commitNow(requestedBy: String = Agent.itself) throws(FaultReport) {
        guard follow(.soaked, details: ["requestedBy": .string(requestedBy)]) else {
            throw FaultReport(AgentError.notNow(state: state.name, wanted: "commit"))
        }
        ring()
    }

    /// Leaves a trial, or goes from a committed release back to the one before it.
    package func rollBack(reason: String, requestedBy: String) throws(FaultReport) {
        if follow(.rollbackCommanded, details: ["reason": .string(reason), "requestedBy": .string(requestedBy)]) {
            ring()
            return
        }
        guard case .idle = state else {
            throw FaultReport(AgentError.notNow(state: state.name, wanted: "roll back"))
        }
        let (update, authorisation) = try updateBack(requestedBy: requestedBy)
        var details: [String: JSON] = ["rollback": "commanded", "reason": .string(reason)]
        details["authorisation"] = authorisation.map { .string($0) }
        guard follow(.rollbackOffered(update), details: details) else {
            throw trouble ?? FaultReport(AgentError.nothingToRollBackTo)
        }
        ring()
    }

    /// A commanded rollback is an update to a release that is there already; the running release's manifest must allow it, or a
    /// downgrade authorisation, whose id is given then.
    private func updateBack(requestedBy: String) throws(FaultReport) -> (update: Update, authorisation: String?) {
        guard let target = targetSlotSet, let content = records.content(of: target), content.standing != .partial else {
            throw FaultReport(AgentError.nothingToRollBackTo)
        }
        var authorisation: String?
        if records.content(of: running.slotSet)?.fallbacks.contains(content.version) != true {
            let facts = deviceFacts(for: target)
            authorisation = shelf.documents.downgrades.first { $0.allows(content.version, on: facts) == .allowed }?.id
            guard authorisation != nil else { throw FaultReport(AgentError.nothingToRollBackTo) }
        }
        let offer = Offer(id: newIdentifier(), source: .slotSet, activatesByItself: true, requestedBy: requestedBy)
        let peripherals = machine.peripherals.members.compactMap { post -> PeripheralChange? in
            content.peripherals[post.peripheral].map { PeripheralChange(peripheral: post.peripheral, after: $0) }
        }
        let update = Update(
            offer: offer, version: content.version, from: running.version, securityVersion: content.securityVersion,
            manifestDigest: content.manifestDigest ?? SHA256.digest(of: []), target: target, trialDeadline: 600,
            peripherals: peripherals)
        return (update, authorisation)
    }

    /// Runs the self-tests of the running release without any consequence, for a person who wants to know.
    package func selfTest() async throws(FaultReport) -> JSON {
        let places = configuration.places
        let runner = SelfTestRunner(root: places.root, units: machine.units, storage: storage)
        do {
            let plan = try SelfTestPlan.read(folder: places.selfTests, storage: storage)
            let report = await runner.run(plan, deadline: .seconds(600))
            let evidence = report.results.map { LedgerEvent(.selfTestResult, ["update": "", "result": $0.json]) }
            record(evidence)
            return report.json
        } catch {
            throw FaultReport(describing: error)
        }
    }

    /// Says what an installation would say, and changes nothing: not even the record.
    package func check(_ source: UpdateSource, stream: (any ByteSource)?) async throws(FaultReport) -> JSON {
        guard case .idle = state else { throw FaultReport(AgentError.busy(state: state.name)) }
        self.stream = stream
        switch await admit(source) {
        case .success(let admission):
            let manifest = admission.bundle.manifest
            var members = admission.details
            members["accepted"] = true
            members["version"] = .string(manifest.version.description)
            members["notes"] = ReleaseNotes.read(manifest.change, language: configuration.changeControl.language)
            members["target"] = .string(admission.target.name)
            members["bytes"] = .number(manifest.images.reduce(0) { $0 + $1.size })
            return .object(members)
        case .failure(let refusal):
            return .object(refusal.details.merging(["accepted": false, "fault": refusal.fault.json]) { $1 })
        }
    }

    package func history(limit: Int64) throws(FaultReport) -> JSON {
        do { return .array(try records.history(limit: limit)) } catch { throw FaultReport(describing: error) }
    }
}
