import Bundles
package import ChangeControl
import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Everything that a release is built from: its description, its change record, and where its images are.
package struct ReleaseSource: Sendable {
    package let description: ReleaseDescription
    package let created: Timestamp
    package let change: ChangeRecord
    /// The records of earlier releases that devices may not have had, oldest first.
    package let history: [ChangeRecord]
    package let sbomDigest: Digest
    package let vexDigest: Digest
    /// The file of each image, in the order of the description.
    package let images: [FilePath]

    /// Reads `RELEASE.toml` with `RELEASE.change.toml` beside it, and all that they name but the images.
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
        let changePath = recordPath(of: path)
        let change = try record(changePath, in: storage)
        try agree(change, at: changePath, with: description)
        for (member, file) in description.evidence.sorted(by: { $0.key < $1.key }) {
            let recorded = member.split(separator: ".").reduce(change.json as JSON?) { $0?[String($1)] }
            guard let digest = recorded?.string.flatMap(Digest.init(hex:)) else {
                throw .document(changePath, .missing(member))
            }
            _ = try evidence(file, in: folder, member, digest, storage)
        }
        return ReleaseSource(
            description: description, created: created, change: change,
            history: try history(description, before: change, in: folder, storage),
            sbomDigest: try evidence(description.sbom, in: folder, "sbom.digest", change.sbom.digest, storage),
            vexDigest: try evidence(
                description.vex, in: folder, "security.vexDigest", change.security.vexDigest, storage),
            images: description.images.map { image in
                files[image.name] ?? (imagesFolder ?? folder).pushing(FilePath(image.file))
            })
    }

    /// Where the change record of the release described at `path` stands.
    package static func recordPath(of path: FilePath) -> FilePath {
        path.removingLastComponent().appending("\(path.stem ?? "").change.toml")
    }

    /// Reads a change record in TOML, strictly; a refusal says line and column.
    package static func record(_ path: FilePath, in storage: Storage) throws(ReleaseError) -> ChangeRecord {
        try document(path, storage) { (fields) throws(DocumentError) in try ChangeRecord(fields.whole()) }
    }

    /// The SHA-256 of a file that a record or a release names.
    package static func digest(of path: FilePath, in storage: Storage) throws(ReleaseError) -> Digest {
        try attempt { () throws(StorageError) in SHA256.digest(of: try storage.read(path, limit: largestEvidence)) }
    }

    private static let largestEvidence = 64 << 20

    private static func document<Value>(
        _ path: FilePath, _ storage: Storage, _ body: (inout Fields) throws(DocumentError) -> Value
    ) throws(ReleaseError) -> Value {
        let bytes = try attempt { () throws(StorageError) in
            try storage.read(path, limit: Int(BundleFormat.largestManifest))
        }
        do throws(DocumentError) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .malformed(offset: 0, reason: "invalid UTF-8")
            }
            return try TOML.read(text, body)
        } catch { throw .document(path, error) }
    }

    /// What stands in both must be the same: the manifest is made from the one and judged by the other.
    private static func agree(
        _ record: ChangeRecord, at path: FilePath, with release: ReleaseDescription
    ) throws(ReleaseError) {
        func list(_ versions: [Version]) -> String { versions.map(\.description).joined(separator: ", ") }
        for (member, recorded, described) in [
            ("version.to", record.version.to.description, release.version.description),
            ("version.from", list(record.version.from), list(release.from)),
            ("version.securityVersion", "\(record.version.securityVersion)", "\(release.securityVersion)"),
            (
                "product.hardwareRevisions", record.product.hardwareRevisions.joined(separator: ", "),
                release.hardware.joined(separator: ", ")
            ),
            ("rollback.allowedTo", list(record.rollback.allowedTo), list(release.fallbacks)),
        ] where recorded != described {
            throw .recordDisagrees(path, member: member, record: recorded, release: described)
        }
    }

    /// The records that the release names, each of them one that its own record supersedes, in that order.
    private static func history(
        _ description: ReleaseDescription, before change: ChangeRecord, in folder: FilePath, _ storage: Storage
    ) throws(ReleaseError) -> [ChangeRecord] {
        var records: [ChangeRecord] = []
        var later = change.version.supersedes[...]
        for name in description.history {
            let path = folder.pushing(FilePath(name))
            let earlier = try record(path, in: storage)
            guard let place = later.firstIndex(of: earlier.digest) else {
                throw .strangerInHistory(path, earlier.digest)
            }
            later = later[(place + 1)...]
            records.append(earlier)
        }
        return records
    }

    private static func evidence(
        _ name: String, in folder: FilePath, _ member: String, _ recorded: Digest, _ storage: Storage
    ) throws(ReleaseError) -> Digest {
        let path = folder.pushing(FilePath(name))
        let found = try digest(of: path, in: storage)
        guard found == recorded else {
            throw .evidenceDiffers(path, member: member, found: found, recorded: recorded)
        }
        return found
    }
}
