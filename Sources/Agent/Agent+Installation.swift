import BootControl
import Bundles
import Documents
import Installation
import Ledger
import Platform
import SystemPackage
import Trust
import Vocabulary

extension Agent {
    func install(_ update: Update) async {
        do {
            let bundle = try await bundleAgain(for: update)
            // What was approved stays with the device before anything of it does.
            try records.withRoom { () throws(StorageError) in try archive.keep(bundle.release) }
            try makeTargetUnbootable(update, bundle)
            try preparePeripheralSlots(bundle.manifest, of: update.target)
            let report = try await write(bundle, to: update.target)
            let content = content(of: update, bundle, standing: .whole)
            try records.setContent(content, of: update.target)
            let details: [String: JSON] = [
                "bytes": .number(report.total), "written": .number(report.written), "inPlace": .number(report.skipped),
                "slotSet": .string(update.target.name), "content": content.json,
            ]
            if !follow(.written, details: details) { await pause(.seconds(10)) }
        } catch is Stopped {
            return
        } catch {
            end(with: error)
        }
        // Whoever sends must see that nothing more is wanted: the update may wait for days now.
        (verified, cancelSource) = (nil, nil)
    }

    /// The agent is being stopped: the installation is gone on with at its next start.
    private struct Stopped: Error {}

    func end(with error: any Error) {
        let fault = FaultReport(describing: error)
        if cancellation.isCancelled {
            follow(.cancelled)
        } else if fault.kind == .refused {
            follow(.refused(fault))
        } else {
            follow(.failed(fault, resumable: true))
        }
    }

    /// The bundle that was verified, or after a restart the same one once more: another content is not what was approved.
    private func bundleAgain(for update: Update) async throws -> VerifiedBundle {
        if let verified { return verified }
        let admission: Admission
        switch await admit(update.offer.source) {
        case .success(let found): admission = found
        case .failure where isStopped: throw Stopped()
        case .failure(let refusal): throw refusal.fault
        }
        guard SHA256.digest(of: admission.bundle.manifestBytes) == update.manifestDigest else {
            throw AgentError.sourceUnreadable(
                update.offer.source.text, reason: "it holds another release than the one that was accepted")
        }
        return admission.bundle
    }

    /// Nothing half-written may ever be booted: the loader forgets the target before its first byte changes.
    private func makeTargetUnbootable(_ update: Update, _ bundle: VerifiedBundle) throws {
        try boot.abandon(update.target)
        let content = content(of: update, bundle, standing: .partial)
        try records.setContent(content, of: update.target)
    }

    private func write(_ bundle: VerifiedBundle, to target: SlotSet) async throws -> InstallReport {
        let installer = makeInstaller()
        let slots = slotPaths(of: target)
        let (cancellation, board) = (cancellation, progress)
        board.begin()
        defer { board.end() }
        do {
            return try await installer.install(bundle, into: slots, cancellation: cancellation) { board.update($0) }
        } catch {
            if isStopped { throw Stopped() }
            throw error
        }
    }

    /// Opens where a bundle comes from; a stream only once.
    func openSource(_ source: UpdateSource) throws(AgentError) -> any ByteSource {
        do {
            switch source {
            case .file, .stream, .carried, .slotSet:
                if let stream {
                    self.stream = nil
                    cancelSource = { stream.cancel() }
                    return stream
                }
                guard case .file(let path) = source else { throw AgentError.interrupted }
                return try FileSource.open(FilePath(path), in: storage)
            case .url(let url):
                let body = try HTTPSource(url, authorities: configuration.update.certificateAuthorities)
                cancelSource = { body.cancel() }
                return body
            }
        } catch let error as AgentError {
            throw error
        } catch {
            throw .sourceUnreadable(source.text, reason: FaultReport(describing: error).description)
        }
    }
}

extension Agent {
    /// What the target holds once its bytes begin to change; its peripherals run what they do, until they are changed too.
    func content(of update: Update, _ bundle: VerifiedBundle, standing: SlotContent.Standing) -> SlotContent {
        let record = bundle.manifest.change
        let earlier = record["version"]?["supersedes"]?.array ?? []
        let udi = record["udi"].flatMap { udi -> DeviceUDI? in
            guard let di = udi["diAfter"]?.string, let software = udi["piSoftwareAfter"]?.string else { return nil }
            return DeviceUDI(di: di, softwarePI: software)
        }
        return SlotContent(
            version: update.version, securityVersion: update.securityVersion, manifestDigest: update.manifestDigest,
            fallbacks: bundle.manifest.fallbacks, standing: standing, since: records.now,
            peripherals: records.content(of: running.slotSet)?.peripherals ?? [:],
            approvals: bundle.content.approvals.map(\.json),
            lineage: earlier.compactMap { $0.string.flatMap(Digest.init(hex:)) } + [bundle.manifest.changeDigest],
            udi: udi)
    }
}
