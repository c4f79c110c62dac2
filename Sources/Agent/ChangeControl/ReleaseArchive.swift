package import Bundles
package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The manifests and signatures of what this device installed: what exactly was approved, and by whom, stays with the device.
///
/// Two files for each release, named by the digest of its manifest: `DIGEST.manifest` with the exact bytes that were signed, and
/// `DIGEST.p7s` with the CMS message over them, as any third party checks them.
package struct ReleaseArchive: Sendable {
    private let folder: FilePath
    private let storage: Storage

    package init(folder: FilePath, storage: Storage) {
        self.folder = folder
        self.storage = storage
    }

    /// Keeps a release; the signatures first, so that a manifest that is there has them.
    package func keep(_ release: VerifiedRelease) throws(StorageError) {
        try storage.createFolder(folder)
        try storage.replace(signatures(release.digest), with: release.signatures, mode: 0o644)
        try storage.replace(manifest(release.digest), with: release.manifestBytes, mode: 0o644)
    }

    /// What was kept of a release; nothing in it is believed before it is verified again.
    package func read(_ release: Digest) throws(StorageError) -> (manifest: [UInt8], signatures: [UInt8])? {
        guard storage.exists(manifest(release)) else { return nil }
        return (
            try storage.read(manifest(release), limit: Int(BundleFormat.largestManifest)),
            try storage.read(signatures(release), limit: Int(BundleFormat.largestSignatures))
        )
    }

    /// Every manifest that was kept and can be read, with the digest it is known by.
    package func manifests() -> [(release: Digest, manifest: JSON)] {
        let names = (try? storage.names(in: folder)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(".manifest"), let release = Digest(hex: String(name.dropLast(9))),
                let bytes = try? storage.read(manifest(release), limit: Int(BundleFormat.largestManifest)),
                SHA256.digest(of: bytes) == release,
                let manifest = try? JSONReader.read(bytes, limit: bytes.count)
            else { return nil }
            return (release, manifest)
        }
    }

    private func manifest(_ release: Digest) -> FilePath { folder.appending("\(release.hex).manifest") }
    private func signatures(_ release: Digest) -> FilePath { folder.appending("\(release.hex).p7s") }
}
