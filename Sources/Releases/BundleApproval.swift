package import Bundles
package import Platform
package import SystemPackage
package import Vocabulary

/// Adds approvals to a bundle that is there already, and takes out what a third party checks them with.
package enum BundleApproval {
    /// Signs the manifest once more and replaces the bundle at `path`, whole or not at all.
    ///
    /// The payload is copied, not touched: writing the signatures in place would leave a bundle without its earlier
    /// approvals if the power went between two sectors. The section keeps its length as long as there is room in it,
    /// so that every offset in the bundle stays.
    package static func add(
        to path: FilePath, in storage: Storage, signedBy signer: ContentSigner, at time: Timestamp
    ) throws(ReleaseError) {
        let file = try attempt { () throws(StorageError) in try storage.open(path, .read) }
        let parts = try parts(of: file)
        let signatures: [UInt8]
        do throws(SigningError) {
            signatures = try signer.sign(
                parts.manifest, at: time, addingTo: parts.signatures.isEmpty ? nil : parts.signatures)
        } catch { throw .signing(error) }
        let section = SignatureSection.encode(signatures, atLeast: parts.header.signaturesLength)
        var header = parts.header
        header.signaturesLength = UInt64(section.count)
        header.signaturesDigest = SHA256.digest(of: section)
        do throws(BundleError) { _ = try BundleHeader(bytes: header.bytes) } catch { throw .bundle(error) }
        try attempt { () throws(StorageError) in
            let bundle = try TemporaryFile(beside: path, "new", in: storage)
            try bundle.file.write(header.bytes + section, at: 0)
            let rest = parts.header.bundleLength - parts.header.manifestOffset
            try bundle.append(file, from: parts.header.manifestOffset, count: rest, at: header.manifestOffset)
            try bundle.rename(to: path)
        }
    }

    /// The signed bytes and the CMS message over them, as `openssl cms -verify -binary -inform DER -content MANIFEST`
    /// takes them.
    package static func parts(
        of path: FilePath, in storage: Storage
    ) throws(ReleaseError) -> (header: BundleHeader, manifest: [UInt8], signatures: [UInt8]) {
        try parts(of: try attempt { () throws(StorageError) in try storage.open(path, .read) })
    }

    private static func parts(
        of file: OpenFile
    ) throws(ReleaseError) -> (header: BundleHeader, manifest: [UInt8], signatures: [UInt8]) {
        do throws(BundleError) {
            let bundle = try UnverifiedBundle.open(try FileSource(file))
            return (bundle.header, bundle.manifestBytes, bundle.signatures)
        } catch { throw .bundle(error) }
    }
}
