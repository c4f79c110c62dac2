package import ChangeControl
package import Documents
package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// The signed documents in force on a device: what came with its configuration, and what was applied since.
///
/// How it works: each is verified when it is applied, and once more when it is first asked for after a start. A signer's certificate that
/// has ended since does not end the document: it is judged as of the last moment at which all of them were valid. Revocation counts always.
package struct DocumentShelf: Sendable {
    /// The most documents of one kind that are kept: more withdrawals than a device meets in its life.
    package static let limit = 512

    /// What the gates judge by.
    package private(set) var documents = GateDocuments(rules: RulePacks())
    /// What came with the configuration, or was kept, and cannot be used, each with its file.
    package private(set) var unusable: [(file: FilePath, fault: FaultReport)] = []
    /// Why not all that is there could be read, where the medium or the machine is the reason and not a document.
    ///
    /// Nothing is judged by what is left then: what is missing may be the withdrawal of an approval.
    package private(set) var unreadable: StorageError?

    private let identity: DeviceIdentity
    private let trust: TrustPolicy
    private let folder: FilePath
    private let storage: Storage

    /// Reads the documents that the configuration names, then those in `folder`.
    package init(
        provisioned: [FilePath], folder: FilePath, identity: DeviceIdentity, trust: TrustPolicy, at time: TrustedTime,
        storage: Storage
    ) {
        (self.identity, self.trust, self.folder, self.storage) = (identity, trust, folder, storage)
        var kept: [FilePath] = []
        do throws(StorageError) { kept = try storage.names(in: folder).map { folder.appending($0) } } catch {
            note(error)
        }
        for file in provisioned + kept.filter({ $0.extension == "json" }) {
            do {
                let document = try SignedDocument(bytes: try storage.read(file, limit: SignedDocument.limit))
                try take(try document.verifiedAsOfItsTime(trust, at: time), at: nil)
            } catch AgentError.olderDocument, RulePackError.older {
                // A newer one is in force, as it should be.
                continue
            } catch {
                unusable.append((file, FaultReport(describing: error)))
                if let error = error as? StorageError { note(error) }
            }
        }
    }

    /// What is not there, or too large to be a document, is so at every other time too.
    private mutating func note(_ error: StorageError) {
        switch error {
        case .tooLarge, .cannot(_, _, .noSuchFileOrDirectory): return
        default: unreadable = unreadable ?? error
        }
    }

    /// Verifies a document that came from outside; gives the shelf with it in force, or nil where it is in force already.
    package func taking(
        _ document: SignedDocument, at time: TrustedTime
    ) throws -> (verified: VerifiedDocument, shelf: DocumentShelf?) {
        let verified = try document.verifiedByKind(trust, at: time)
        var shelf = self
        return (verified, try shelf.take(verified, at: time) ? shelf : nil)
    }

    /// Keeps a document durably, so that it is in force after the next start too.
    package func keep(_ document: SignedDocument, _ verified: VerifiedDocument) throws(StorageError) {
        try storage.createFolder(folder)
        let name = "\(verified.name)-\(document.document["id"]?.string ?? "").json"
        try storage.replace(folder.appending(name), with: document.bytes, mode: 0o644)
    }

    /// Verifies a document about what was measured, which is not the shelf's to take.
    func verified(_ document: SignedDocument, at time: TrustedTime) throws(ControlDocumentError) -> VerifiedDocument {
        try document.verifiedByKind(trust, at: time)
    }

    /// What is in force, as people and programs are shown it.
    package var summaries: [JSON] {
        documents.rules.all.map(\.summary) + (documents.baseline.map { [$0.summary] } ?? [])
            + documents.downgrades.map(\.summary) + documents.withdrawals.map(\.summary)
    }

    /// Puts a verified document in force, without a time one that was in force before; false where it is in force already.
    @discardableResult
    private mutating func take(_ verified: VerifiedDocument, at time: TrustedTime?) throws -> Bool {
        switch ControlDocumentKind(rawValue: verified.kind) {
        case .rules:
            let possible = time.map { PossibleTime($0.time, isCertain: $0.confidence == .clock) }
            return try documents.rules.take(try RulePack(verified), at: possible)
        case .baseline:
            let new = try Baseline(verified)
            guard new.concerns(product: identity.product, device: identity.id) else {
                throw AgentError.otherDevice(new.id)
            }
            if let baseline = documents.baseline {
                guard new != baseline else { return false }
                guard new.issued > baseline.issued else { throw AgentError.olderDocument(new.id, than: baseline.id) }
            }
            documents.baseline = new
        case .downgrade: return try Self.add(try DowngradeAuthorisation(verified), to: &documents.downgrades)
        case .withdrawal: return try Self.add(try ApprovalWithdrawal(verified), to: &documents.withdrawals)
        // What it accepted is in the record of the configuration, and only there.
        case .configuration: return false
        default: throw ControlDocumentError.unknownKind(verified.kind)
        }
        return true
    }

    private static func add<Document: ControlDocument>(
        _ document: Document, to documents: inout [Document]
    ) throws -> Bool {
        if let known = documents.first(where: { $0.id == document.id }) {
            guard known == document else { throw AgentError.otherDocument(document.id) }
            return false
        }
        guard documents.count < limit else { throw AgentError.tooManyDocuments(documents.count) }
        documents.append(document)
        return true
    }
}

extension RulePack {
    fileprivate var summary: JSON {
        .members([
            "kind": .string(RuleDocument.schema), "id": .string(content.id),
            "version": .string(content.version.description), "title": .string(content.title),
            "validFrom": .string(content.validFrom.description),
            "validUntil": content.validUntil.map { .string($0.description) }, "digest": .string(digest.hex),
        ])
    }
}

extension ControlDocument {
    fileprivate var summary: JSON {
        .members([
            "kind": .string(Self.kind.rawValue), "id": .string(id), "issued": json["issued"],
            "validUntil": json["expires"],
        ])
    }
}

extension VerifiedDocument {
    /// Its kind as a file's name has it: `rules`, `baseline`.
    var name: String {
        let name = kind.split(separator: "/").first.map(String.init) ?? ""
        return name.hasPrefix("aftercare.") ? String(name.dropFirst(10)) : name
    }
}

extension SignedDocument {
    /// Verified as of the last moment at which every signer's certificate was valid, where that has passed.
    fileprivate func verifiedAsOfItsTime(
        _ trust: TrustPolicy, at time: TrustedTime
    ) throws(ControlDocumentError) -> VerifiedDocument {
        var judged = time
        // Each round goes back to the end of another certificate; there are no more than the signers' chains have.
        for _ in 0..<16 {
            do throws(ControlDocumentError) {
                return try verifiedByKind(trust, at: judged)
            } catch {
                guard case .trust(.expired(_, let end, _)) = error, end < judged.time else { throw error }
                judged = TrustedTime(clock: end, watermark: nil)
            }
        }
        return try verifiedByKind(trust, at: judged)
    }
}
