import Bundles
package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Everything that a release is built from: its description, its change record, and where its images are.
package struct ReleaseSource: Sendable {
    package let description: ReleaseDescription
    package let created: Timestamp
    package let change: JSON
    package let sbomDigest: Digest?
    /// The file of each image, in the order of the description.
    package let images: [FilePath]

    /// Reads `RELEASE.toml` with `RELEASE.change.toml` beside it.
    ///
    /// An image's file is relative to `imagesFolder`, by default the folder of the description; `files` names others
    /// by image.
    package static func read(
        _ path: FilePath, in storage: Storage, imagesFolder: FilePath? = nil, files: [String: FilePath] = [:],
        sourceDateEpoch: String? = nil
    ) throws(ReleaseError) -> ReleaseSource {
        let folder = path.removingLastComponent()
        let description = try document(path, storage) { (fields) throws(DocumentError) in
            try ReleaseDescription(&fields)
        }
        let known = description.images.map(\.name)
        for name in files.keys.sorted() where !known.contains(name) { throw .unknownImage(name, known: known) }
        guard let created = description.created ?? sourceDateEpoch.flatMap(Int64.init).map(Timestamp.init(seconds:))
        else { throw .noCreationTime(path) }
        let changePath = folder.appending("\(path.stem ?? "").change.toml")
        let change = try document(changePath, storage) { (fields) throws(DocumentError) in
            guard fields.optional("schema")?.string == Manifest.changeSchema else {
                throw fields.refuse("schema", "is not '\(Manifest.changeSchema)'")
            }
            return fields.whole()
        }
        return ReleaseSource(
            description: description, created: created, change: change,
            sbomDigest: try sbomDigest(description, in: folder, change: change, storage),
            images: description.images.map { image in
                files[image.name] ?? (imagesFolder ?? folder).pushing(FilePath(image.file))
            })
    }

    private static func document<Value>(
        _ path: FilePath, _ storage: Storage, _ body: (inout Fields) throws(DocumentError) -> Value
    ) throws(ReleaseError) -> Value {
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try storage.read(path, limit: Int(BundleFormat.largestManifest))
        } catch { throw .storage(error) }
        do throws(DocumentError) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .malformed(offset: 0, reason: "invalid UTF-8")
            }
            return try TOML.read(text, body)
        } catch { throw .document(path, error) }
    }

    private static func sbomDigest(
        _ description: ReleaseDescription, in folder: FilePath, change: JSON, _ storage: Storage
    ) throws(ReleaseError) -> Digest? {
        guard let name = description.sbom else { return nil }
        let path = folder.pushing(FilePath(name))
        let digest: Digest
        do throws(StorageError) {
            digest = SHA256.digest(of: try storage.read(path, limit: 64 << 20))
        } catch { throw .storage(error) }
        if let recorded = change["sbom"]?["digest"]?.string, recorded != digest.hex {
            throw .sbomDiffers(path, found: digest, recorded: recorded)
        }
        return digest
    }
}
