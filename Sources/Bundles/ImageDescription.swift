import Documents
package import Vocabulary

/// What the manifest says of one image: what goes into one slot.
package struct ImageDescription: Equatable, Sendable {
    /// 1 to 32 of `a-z0-9-`; names the slot's image kind, never a path.
    package var name: String
    package var size: UInt64
    /// SHA-256 of the whole image.
    package var digest: Digest
    package var chunkCount: Int
    /// SHA-256 of this image's part of the index.
    package var indexDigest: Digest
    /// The image that a delta builds on; nil in a full bundle.
    package var base: Base?

    package struct Base: Equatable, Sendable {
        package var size: UInt64
        package var digest: Digest

        package init(size: UInt64, digest: Digest) {
            self.size = size
            self.digest = digest
        }
    }

    package init(
        name: String, size: UInt64, digest: Digest, chunkCount: Int, indexDigest: Digest, base: Base? = nil
    ) {
        self.name = name
        self.size = size
        self.digest = digest
        self.chunkCount = chunkCount
        self.indexDigest = indexDigest
        self.base = base
    }

    package var indexLength: UInt64 { UInt64(chunkCount) * UInt64(BundleFormat.recordLength) }

    /// Whether a name is 1 to `limit` of `a-z0-9-`.
    package static func isName(_ name: String, limit: Int = 32) -> Bool {
        (1...limit).contains(name.utf8.count)
            && name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
    }
}

extension ImageDescription {
    init(reading value: JSON, at path: String) throws(DocumentError) {
        var fields = try Fields(value, at: path)
        name = try fields.string("name")
        guard Self.isName(name) else { throw fields.refuse("name", "is not 1 to 32 of a-z, 0-9 and '-'") }
        size = UInt64(try fields.integer("size", in: 1...JSON.largestInteger))
        digest = try fields.digest("digest")
        let most = Int64(BundleFormat.largestIndex) / Int64(BundleFormat.recordLength)
        chunkCount = Int(try fields.integer("chunks", in: 1...most))
        indexDigest = try fields.digest("indexDigest")
        if var base = try fields.optionalFields("base") {
            self.base = Base(
                size: UInt64(try base.integer("size", in: 1...JSON.largestInteger)), digest: try base.digest("digest"))
            try base.done()
        }
        try fields.done()
    }

    var json: JSON {
        .members([
            "name": .string(name), "size": .number(size), "digest": .string(digest.hex),
            "chunks": .number(chunkCount), "indexDigest": .string(indexDigest.hex),
            "base": base.map { ["size": .number($0.size), "digest": .string($0.digest.hex)] },
        ])
    }
}
