package import Bundles
import ChangeControl
import Documents
package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// Adds approvals to a bundle that is there already, takes them out, and gives what a third party checks them with.
package enum BundleApproval {
    /// Signs the manifest once more and replaces the bundle at `path`, whole or not at all; gives the role where it is known.
    ///
    /// `digest` is that of the manifest that was read: another one is not signed. A bundle whose change records a device would not even
    /// read, or that the rule packs refuse, is not signed either.
    @discardableResult
    package static func add(
        to path: FilePath, in storage: Storage, _ terms: ApprovalTerms, expecting digest: Digest? = nil
    ) throws(ApprovalError) -> Role? {
        let (file, parts) = try open(path, storage)
        let found = SHA256.digest(of: parts.manifest)
        if let digest, digest != found { throw .changed(path, found: found, read: digest) }
        try requireRecords(of: parts.manifest, by: terms.rules)
        let signatures = try terms.sign(parts.manifest, addingTo: parts.signatures)
        try replace(path, file, parts.header, with: signatures, in: storage)
        return try terms.certifiedRole()
    }

    /// Takes the approval of one key out of the bundle, whole or not at all, and says whose it was.
    ///
    /// That is for a release that has not gone out: what a device has already is stopped by a withdrawal that the role signs, or by
    /// revoking the certificate.
    package static func withdraw(
        from path: FilePath, in storage: Storage, key: Digest
    ) throws(ApprovalError) -> ClaimedApproval {
        let (file, parts) = try open(path, storage)
        guard !parts.signatures.isEmpty else { throw .noApproval(path, "at all") }
        var signedData: SignedData
        do throws(TrustError) { signedData = try SignedData(der: parts.signatures) } catch { throw .trust(error) }
        let claim = signedData.claims(over: parts.manifest).first { $0.keyID == key }
        guard let claim, signedData.remove(key: key) else { throw .noApproval(path, "by the key \(key)") }
        let left = signedData.signers.isEmpty ? [] : signedData.der
        try replace(path, file, parts.header, with: left, in: storage)
        return claim
    }

    /// The signed bytes and the CMS message over them, as `openssl cms -verify -binary -inform DER -content MANIFEST`
    /// takes them.
    package static func parts(
        of path: FilePath, in storage: Storage
    ) throws(ReleaseError) -> (header: BundleHeader, manifest: [UInt8], signatures: [UInt8]) {
        try parts(of: try attempt { () throws(StorageError) in try storage.open(path, .read) })
    }

    /// Refuses records that a device would not read, those of earlier releases too, and one that the rule packs refuse.
    private static func requireRecords(of manifest: [UInt8], by rules: RecordJudgement?) throws(ApprovalError) {
        let release: Manifest
        do throws(BundleError) { release = try Manifest(bytes: manifest) } catch { throw .release(.bundle(error)) }
        let record: ChangeRecord
        do throws(DocumentError) {
            record = try ChangeRecord(release.change)
            for earlier in release.history { _ = try ChangeRecord(earlier) }
        } catch { throw .record(error) }
        let refusals = rules?.findings(in: record).filter { $0.severity == .refuse } ?? []
        if let first = refusals.first { throw .rules(first.line, count: refusals.count) }
    }

    private typealias Parts = (header: BundleHeader, manifest: [UInt8], signatures: [UInt8])

    private static func open(_ path: FilePath, _ storage: Storage) throws(ApprovalError) -> (OpenFile, Parts) {
        do throws(ReleaseError) {
            let file = try attempt { () throws(StorageError) in try storage.open(path, .read) }
            return (file, try parts(of: file))
        } catch { throw .release(error) }
    }

    private static func parts(of file: OpenFile) throws(ReleaseError) -> Parts {
        do throws(BundleError) {
            let bundle = try UnverifiedBundle.open(try FileSource(file))
            return (bundle.header, bundle.manifestBytes, bundle.signatures)
        } catch { throw .bundle(error) }
    }

    /// The payload is copied, not touched.
    ///
    /// Writing the signatures in place would leave a bundle without its earlier approvals if the power went between two sectors. The
    /// section keeps its length as long as there is room in it, so that every offset in the bundle stays.
    private static func replace(
        _ path: FilePath, _ file: OpenFile, _ old: BundleHeader, with signatures: [UInt8], in storage: Storage
    ) throws(ApprovalError) {
        let section = SignatureSection.encode(signatures, atLeast: old.signaturesLength)
        var header = old
        header.signaturesLength = UInt64(section.count)
        header.signaturesDigest = SHA256.digest(of: section)
        do throws(BundleError) {
            _ = try BundleHeader(bytes: header.bytes)
        } catch { throw .release(.bundle(error)) }
        do throws(ReleaseError) {
            try attempt { () throws(StorageError) in
                let bundle = try TemporaryFile(beside: path, "new", in: storage)
                try bundle.file.write(header.bytes + section, at: 0)
                let rest = old.bundleLength - old.manifestOffset
                try bundle.append(file, from: old.manifestOffset, count: rest, at: header.manifestOffset)
                try bundle.rename(to: path)
            }
        } catch { throw .release(error) }
    }
}
