import BootControl
import Bundles
import ChangeControl
import Documents
import Installation
import Logging
import Platform
import SystemPackage
import Trust
import Vocabulary

/// A bundle that passed every check, and what the checks said.
struct Admission: Sendable {
    let bundle: VerifiedBundle
    let verdicts: [GateVerdict]
    let target: SlotSet
}

extension Agent {
    func verify(_ offer: Offer) async {
        let answer = await admit(offer.source).flatMap { $0.bound(to: offer.boundTo) }
        // Being stopped is no verdict: the bundle is read again at the next start.
        guard !isStopped else { return }
        switch answer {
        case .success(let admission):
            guard !cancellation.isCancelled else {
                follow(.cancelled)
                return
            }
            let update = admission.update(
                offer, running: running, peripherals: peripheralChanges(in: admission.bundle.manifest))
            verified = admission.bundle
            rememberSignedTime(admission.bundle)
            var details = admission.details
            details["slotSet"] = .string(update.target.name)
            details["content"] = content(of: update, admission.bundle, standing: .partial).json
            // Without a record there is no installation; the disk may have room again in a moment.
            if !follow(.verified(update), details: details) { await pause(.seconds(10)) }
        case .failure(let refusal):
            if cancellation.isCancelled {
                follow(.cancelled)
            } else if refusal.isVerdict {
                follow(.refused(refusal.fault), details: refusal.details)
            } else {
                follow(.failed(refusal.fault, resumable: true))
            }
        }
    }

    /// Checks a bundle as an installation does, without changing anything.
    func admit(_ source: UpdateSource) async -> Result<Admission, AdmissionRefusal> {
        guard let target = targetSlotSet else { return .failure(AdmissionRefusal(AgentError.noTargetSlotSet)) }
        let bytes: any ByteSource
        do { bytes = try openSource(source) } catch {
            return .failure(AdmissionRefusal(FaultReport(describing: error)))
        }
        let shelf = shelf
        if let unreadable = shelf.unreadable { return .failure(AdmissionRefusal(unreadable)) }
        let (facts, documents) = (deviceFacts(for: target), shelf.documents)
        let verifier = Verifier(policy: configuration.trust)
        let time = records.trustedTime
        let installer = makeInstaller()
        let slots = slotPaths(of: target)
        let cancellation = cancellation
        return await BlockingThread.run("verify") {
            self.admit(bytes, verifier, time, facts, documents, installer, slots, target, cancellation)
        }
    }

    private nonisolated func admit(
        _ bytes: any ByteSource, _ verifier: Verifier, _ time: TrustedTime, _ facts: DeviceFacts,
        _ documents: GateDocuments,
        _ installer: Installer, _ slots: [String: FilePath], _ target: SlotSet, _ cancellation: Cancellation
    ) -> Result<Admission, AdmissionRefusal> {
        var verdicts: [GateVerdict] = []
        do {
            let bundle = try UnverifiedBundle.open(bytes).verified(by: verifier, at: time)
            verdicts = GateSequence.judge(bundle.release, on: facts, by: documents, at: .verification)
            if let refusal = verdicts.refusal { throw refusal }
            try installer.check(hostImages(bundle.manifest), into: slots)
            // Of a stream each chunk is checked when it comes; a file is refused whole, before anything is written.
            _ = try bundle.checkStoredPayload(cancellation: cancellation)
            return .success(Admission(bundle: bundle, verdicts: verdicts, target: target))
        } catch let fault as any Fault {
            return .failure(AdmissionRefusal(fault, verdicts: verdicts))
        } catch {
            return .failure(AdmissionRefusal(AgentError.sourceUnreadable("bundle", reason: "\(error)")))
        }
    }

    var targetSlotSet: SlotSet? { configuration.loader.slotSets.first { $0 != running.slotSet } }

    var securityFloor: Int64 { max(records.securityFloor, records.content(of: running.slotSet)?.securityVersion ?? 0) }

    func makeInstaller() -> Installer {
        // Two for each processor: while one waits for the medium the other one decodes (docs/performance.md).
        let threads = configuration.update.threads
        return Installer(
            storage: storage,
            slotGuard: SlotGuard(
                storage: storage, running: Array(configuration.paths(of: running.slotSet).values)),
            lock: configuration.places.installLock, threads: threads > 0 ? threads : 2 * processorCount())
    }

    private func rememberSignedTime(_ bundle: VerifiedBundle) {
        guard let newest = bundle.content.newestSignedTime else { return }
        do { try records.raiseWatermark(to: newest) } catch {
            log.warning("the newest signed time could not be kept, continuing", metadata: ["reason": "\(error)"])
        }
    }
}

/// Why a bundle is not taken, with the gates' verdicts as far as they were asked.
struct AdmissionRefusal: Error, Sendable {
    let fault: FaultReport
    let verdicts: [GateVerdict]

    init(_ fault: any Fault, verdicts: [GateVerdict] = []) {
        self.fault = FaultReport(fault)
        self.verdicts = verdicts
    }

    /// A gate or a rule said no, as opposed to something that did not work.
    var isVerdict: Bool { fault.kind == .refused || verdicts.contains { $0.refusal != nil } }

    var details: [String: JSON] { verdicts.isEmpty ? [:] : ["gates": .array(verdicts.map(\.json))] }
}

extension Admission {
    /// What was judged and by whom it was approved: kept on success too.
    var details: [String: JSON] {
        [
            "gates": .array(verdicts.map(\.json)), "approvals": .array(bundle.content.approvals.map(\.json)),
            "warnings": .strings(bundle.content.warnings.map(\.description)),
        ]
    }

    /// Itself if it is the release that whoever asked may install.
    func bound(to manifest: Digest?) -> Result<Admission, AdmissionRefusal> {
        guard let manifest, SHA256.digest(of: bundle.manifestBytes) != manifest else { return .success(self) }
        let refusal = AgentError.otherRelease(bundle.manifest.version)
        return .failure(AdmissionRefusal(refusal, verdicts: verdicts))
    }

    func update(_ offer: Offer, running: RunningSystem, peripherals: [PeripheralChange]) -> Update {
        Update(
            offer: offer, version: bundle.manifest.version, from: running.version,
            securityVersion: bundle.manifest.securityVersion,
            manifestDigest: SHA256.digest(of: bundle.manifestBytes), target: target,
            trialDeadline: bundle.manifest.selfTestDeadline, peripherals: peripherals)
    }
}
