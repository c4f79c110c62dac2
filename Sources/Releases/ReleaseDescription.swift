import Bundles
package import Documents
package import Vocabulary

/// What a release's TOML file says: the manifest as people write it, with files in place of digests.
package struct ReleaseDescription: Equatable, Sendable {
    package var product: String
    package var hardware: [String]
    package var version: Version
    package var from: [Version]
    package var fallbacks: [Version]
    package var securityVersion: Int64
    package var selfTestDeadline: Int64
    /// When the release was made; nil leaves it to SOURCE_DATE_EPOCH.
    package var created: Timestamp?
    /// The images in the order of their names, which is their order in the bundle.
    package var images: [Image]
    /// The software bill of materials, relative to the description.
    package var sbom: String
    /// The statement on the vulnerabilities of what the bill of materials lists (VEX), relative to the description.
    package var vex: String
    /// The change records of earlier releases that devices may not have had, oldest first, relative to the description.
    package var history: [String]
    /// The files of which the record names digests, by the record's members, relative to the description.
    package var evidence: [String: String]
    package var compressionLevel: Int
    package var chunkLength: Int
    package var extensions: [String: JSON]

    package struct Image: Equatable, Sendable {
        package var name: String
        /// Relative to the folder that holds what was built.
        package var file: String
    }

    package init(_ fields: inout Fields) throws(DocumentError) {
        product = try fields.string("product")
        hardware = try fields.strings("hardware")
        version = try fields.version("version")
        from = try Self.versions("from", in: &fields)
        fallbacks = try Self.versions("fallbacks", in: &fields)
        securityVersion = try fields.integer("security-version")
        selfTestDeadline = try fields.integer("self-test-deadline", in: 1...86400)
        created = fields.optional("created") == nil ? nil : try fields.timestamp("created")
        sbom = try fields.string("sbom", limit: 4096)
        vex = try fields.string("vex", limit: 4096)
        history = try fields.optionalStrings("history", limit: BundleFormat.mostHistory)
        evidence = try Self.evidence(in: &fields)
        compressionLevel = Int(try fields.integer("compression-level", default: 19, in: 1...22))
        let most = Int64(BundleFormat.largestChunk)
        let chunk = try fields.integer("chunk-size", default: Int64(BundleFormat.chunkLength), in: 4096...most)
        guard chunk.isMultiple(of: Int64(BundleFormat.outputAlignment)) else {
            throw fields.refuse("chunk-size", "is \(chunk), not a multiple of \(BundleFormat.outputAlignment)")
        }
        chunkLength = Int(chunk)
        images = try Self.images(in: &fields)
        extensions = fields.extensions
    }

    /// The members of a record that a release may name the file of, besides those of its bill of materials and vulnerability statement.
    package static let evidenceMembers = [
        "risk.digest", "verification.reportDigest", "verification.environmentDigest", "build.provenanceDigest",
        "build.toolchainDigest", "safetyAction.fsnDigest",
    ]

    private static func evidence(in fields: inout Fields) throws(DocumentError) -> [String: String] {
        guard var table = try fields.optionalFields("evidence") else { return [:] }
        var files: [String: String] = [:]
        for member in evidenceMembers {
            if let file = try table.optionalString(member, limit: 4096) { files[member] = file }
        }
        try table.done()
        return files
    }

    private static func versions(_ key: String, in fields: inout Fields) throws(DocumentError) -> [Version] {
        var versions: [Version] = []
        for text in try fields.strings(key) {
            guard let version = Version(text) else { throw fields.refuse(key, "holds '\(text)', which is no version") }
            versions.append(version)
        }
        return versions
    }

    private static func images(in fields: inout Fields) throws(DocumentError) -> [Image] {
        guard case .object(let members) = try fields.value("images") else {
            throw fields.refuse("images", "is not a table of images")
        }
        var images: [Image] = []
        for name in members.keys.sorted() {
            let path = fields.name("images.\(name)")
            guard ImageDescription.isName(name) else {
                throw .unacceptable(path, reason: "is not named with 1 to 32 of a-z, 0-9 and '-'")
            }
            var image = try Fields(members[name] ?? .null, at: path)
            images.append(Image(name: name, file: try image.string("file", limit: 4096)))
            try image.done()
        }
        guard (1...BundleFormat.mostImages).contains(images.count) else {
            throw fields.refuse("images", "holds \(images.count) images, expected 1 to \(BundleFormat.mostImages)")
        }
        return images
    }
}
