import Platform
package import Trust
package import Vocabulary

/// A release whose signatures hold: its manifest with the change record, and who approved it.
///
/// This is what the gates judge. A device keeps manifest and signatures of what it installed, so a release can be judged again without
/// its payload: before it is activated, and whenever somebody asks.
package struct VerifiedRelease: Sendable {
    package let manifest: Manifest
    /// The exact bytes that were signed.
    package let manifestBytes: [UInt8]
    /// One CMS message (DER) with every approval.
    package let signatures: [UInt8]
    /// Who approved it, in which roles, and until when that holds.
    package let content: VerifiedContent

    /// What a release is known by: SHA-256 of its manifest's bytes.
    package var digest: Digest { SHA256.digest(of: manifestBytes) }

    /// Checks the signatures first and the manifest then, so that nothing is parsed that nobody signed.
    package static func verified(
        _ manifestBytes: [UInt8], signatures: [UInt8], by verifier: Verifier, at time: TrustedTime
    ) throws(BundleError) -> VerifiedRelease {
        guard !signatures.isEmpty else { throw .unsigned }
        let content: VerifiedContent
        do throws(TrustError) {
            content = try verifier.verify(content: manifestBytes, signatures: signatures, at: time)
        } catch { throw .untrusted(error) }
        return VerifiedRelease(
            manifest: try Manifest(bytes: manifestBytes), manifestBytes: manifestBytes, signatures: signatures,
            content: content)
    }

    // Not `package`: no other module may say that a release is verified.
    init(manifest: Manifest, manifestBytes: [UInt8], signatures: [UInt8], content: VerifiedContent) {
        self.manifest = manifest
        self.manifestBytes = manifestBytes
        self.signatures = signatures
        self.content = content
    }
}
