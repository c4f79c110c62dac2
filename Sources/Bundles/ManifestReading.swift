import Documents
import Vocabulary

extension Manifest {
    /// Reads a manifest strictly: canonical bytes, known keys, no duplicates, every value within its limits.
    package init(bytes: [UInt8]) throws(BundleError) {
        do throws(DocumentError) {
            let document = try JSONReader.read(bytes, limit: Int(BundleFormat.largestManifest))
            self = try Manifest(reading: document)
        } catch { throw .manifest(error) }
        // Unequal also where a member of a part is an extension that this type does not keep: they stand at the top
        // only.
        guard canonicalBytes == bytes else { throw .manifestNotCanonical }
    }

    private init(reading document: JSON) throws(DocumentError) {
        var fields = try Fields(document)
        guard try fields.string("schema") == Self.schema else {
            throw fields.refuse("schema", "is not '\(Self.schema)'")
        }
        product = try fields.string("product")
        guard ImageDescription.isName(product, limit: 64) else {
            throw fields.refuse("product", "is not 1 to 64 of a-z, 0-9 and '-'")
        }
        hardware = try Self.hardware(from: &fields)
        version = try fields.version("version")
        from = try Self.versions("from", from: &fields)
        securityVersion = try fields.integer("securityVersion")
        created = try fields.timestamp("created")
        selfTestDeadline = try fields.integer("selfTestDeadline", in: 1...86400)
        fallbacks = try Self.versions("fallbacks", from: &fields)
        images = try Self.images(from: &fields)
        indexLength = UInt64(try fields.integer("indexLength", in: 1...Int64(BundleFormat.largestIndex)))
        guard indexLength == images.reduce(0, { $0 + $1.indexLength }) else {
            throw fields.refuse("indexLength", "is not the sum of what its images need")
        }
        payloadLength = UInt64(try fields.integer("payloadLength", in: 0...Int64(BundleFormat.largestPayload)))
        payloadDigest = try fields.digest("payloadDigest")
        change = try fields.value("change")
        guard change["schema"]?.string == Self.changeSchema else {
            throw fields.refuse("change", "is not an object of schema '\(Self.changeSchema)'")
        }
        let changeDigest = try fields.digest("changeDigest")
        history = try Self.history(from: &fields)
        sbomDigest = fields.optional("sbomDigest") == nil ? nil : try fields.digest("sbomDigest")
        vexDigest = fields.optional("vexDigest") == nil ? nil : try fields.digest("vexDigest")
        try fields.done()
        extensions = fields.extensions
        guard changeDigest == self.changeDigest else {
            throw fields.refuse("changeDigest", "is not the digest of the change record")
        }
    }

    private static func history(from fields: inout Fields) throws(DocumentError) -> [JSON] {
        guard fields.optional("history") != nil else { return [] }
        var records: [JSON] = []
        for (record, path) in try fields.list("history", limit: BundleFormat.mostHistory) {
            guard record["schema"]?.string == Self.changeSchema else {
                throw .unacceptable(path, reason: "is not an object of schema '\(Self.changeSchema)'")
            }
            records.append(record)
        }
        guard !records.isEmpty else { throw fields.refuse("history", "is empty: leave it out") }
        return records
    }

    private static func hardware(from fields: inout Fields) throws(DocumentError) -> [String] {
        let revisions = try fields.strings("hardware", limit: 64)
        guard !revisions.isEmpty, Set(revisions).count == revisions.count,
            revisions.allSatisfy({ revision in
                (1...64).contains(revision.utf8.count) && revision.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            })
        else { throw fields.refuse("hardware", "is not a list of different revisions of 1 to 64 visible characters") }
        return revisions
    }

    private static func versions(_ key: String, from fields: inout Fields) throws(DocumentError) -> [Version] {
        var versions: [Version] = []
        for (value, path) in try fields.list(key) {
            guard let text = value.string, let version = Version(text) else {
                throw .unacceptable(path, reason: "is not a version like 1.2.3")
            }
            guard !versions.contains(version) else { throw .unacceptable(path, reason: "stands in the list twice") }
            versions.append(version)
        }
        return versions
    }

    private static func images(from fields: inout Fields) throws(DocumentError) -> [ImageDescription] {
        var images: [ImageDescription] = []
        for (value, path) in try fields.list("images", limit: BundleFormat.mostImages) {
            let image = try ImageDescription(reading: value, at: path)
            guard !images.contains(where: { $0.name == image.name }) else {
                throw .unacceptable(path, reason: "has the name of another image, '\(image.name)'")
            }
            images.append(image)
        }
        guard !images.isEmpty else { throw fields.refuse("images", "is empty") }
        return images
    }
}
