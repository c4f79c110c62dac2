package import Bundles
package import Documents
import Platform
import Vocabulary

/// A small bundle in memory, built piece by piece so that a test can make any piece of it lie.
package struct BundleFactory: Sendable {
    package var manifest: Manifest
    package var index: [UInt8] = []
    package var payload: [UInt8] = []

    /// A bundle of these images, each cut into chunks of `chunkLength` bytes that are stored in the shortest way.
    package init(
        images: [(name: String, content: [UInt8])], chunkLength: Int = 8192, version: String = "1.1.0",
        from: [String] = ["1.0.0"], product: String = "infusion-pump", hardware: [String] = ["rev-c"],
        securityVersion: Int64 = 1
    ) throws {
        manifest = Manifest(
            product: product, hardware: hardware, version: try Self.version(version),
            from: try from.map(Self.version), securityVersion: securityVersion,
            created: Timestamp(seconds: 1_780_000_000), selfTestDeadline: 600, fallbacks: try from.map(Self.version),
            images: [], payloadLength: 0, payloadDigest: SHA256.digest(of: []),
            change: SampleRecord.complete(
                version, from: from, product: product, hardware: hardware, securityVersion: securityVersion),
            sbomDigest: SHA256.digest(of: SampleRecord.sbom), vexDigest: SHA256.digest(of: SampleRecord.vex))
        for (number, image) in images.enumerated() {
            let start = index.count
            try addChunks(of: image.content, image: number, chunkLength: chunkLength)
            manifest.images.append(
                ImageDescription(
                    name: image.name, size: UInt64(image.content.count), digest: SHA256.digest(of: image.content),
                    chunkCount: (index.count - start) / BundleFormat.recordLength,
                    indexDigest: SHA256.digest(of: Array(index[start...]))))
        }
        settle()
    }

    /// A change record that says no more than its schema and its version.
    package static func change(_ version: String) -> JSON {
        ["schema": .string(Manifest.changeSchema), "id": .string("CR-\(version)"), "version": ["to": .string(version)]]
    }

    private static func version(_ text: String) throws -> Version {
        guard let version = Version(text) else { throw DocumentError.unacceptable(text, reason: "is no version") }
        return version
    }

    private mutating func addChunks(of content: [UInt8], image: Int, chunkLength: Int) throws {
        let encoder = try ZstdEncoder(level: 3)
        for start in stride(from: 0, to: content.count, by: chunkLength) {
            let chunk = Array(content[start..<min(start + chunkLength, content.count)])
            var room = [UInt8](repeating: 0, count: ZstdEncoder.bound(chunk.count))
            let length = try chunk.withUnsafeBytes { bytes in
                try room.withUnsafeMutableBytes { try encoder.encode(bytes, into: $0) }
            }
            let isZero = chunk.allSatisfy { $0 == 0 }
            let stored = isZero ? [] : length < chunk.count ? Array(room[..<length]) : chunk
            let kind: ChunkKind = isZero ? .zero : length < chunk.count ? .zstd : .raw
            let record = ChunkRecord(
                image: image, outputOffset: UInt64(start), outputLength: chunk.count,
                digest: SHA256.digest(of: chunk), kind: kind, storedOffset: UInt64(payload.count),
                storedLength: stored.count)
            index.append(contentsOf: record.bytes)
            payload.append(contentsOf: stored)
        }
    }

    /// Makes the manifest agree with the index and the payload as they are now, so that only what they say can be
    /// refused.
    package mutating func settle() {
        var start = 0
        for number in manifest.images.indices {
            let end = min(start + manifest.images[number].chunkCount * BundleFormat.recordLength, index.count)
            manifest.images[number].indexDigest = SHA256.digest(of: Array(index[start..<end]))
            start = end
        }
        manifest.indexLength = UInt64(index.count)
        manifest.payloadLength = UInt64(payload.count)
        manifest.payloadDigest = SHA256.digest(of: payload)
    }

    /// Changes the bytes of one record and makes everything else agree with them.
    package mutating func changeRecord(_ number: Int, _ change: (inout [UInt8]) -> Void) {
        let range = (number * BundleFormat.recordLength)..<((number + 1) * BundleFormat.recordLength)
        var record = Array(index[range])
        change(&record)
        index.replaceSubrange(range, with: record)
        settle()
    }

    /// The whole bundle; `sign` makes the CMS message over the manifest's bytes, which are the manifest's own unless
    /// given.
    package func bytes(manifestBytes: [UInt8]? = nil, sign: ([UInt8]) throws -> [UInt8]) rethrows -> [UInt8] {
        let content = manifestBytes ?? manifest.canonicalBytes
        let section = SignatureSection.encode(try sign(content), atLeast: UInt64(BundleFormat.signatureBlock))
        return header(section: section, manifestLength: content.count).bytes + section + content + index + payload
    }

    package func header(section: [UInt8], manifestLength: Int) -> BundleHeader {
        BundleHeader(
            signaturesLength: UInt64(section.count), manifestLength: UInt64(manifestLength),
            indexLength: UInt64(index.count), payloadLength: UInt64(payload.count),
            signaturesDigest: SHA256.digest(of: section))
    }
}
