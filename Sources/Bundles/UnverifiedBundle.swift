import Platform
package import Trust

/// A bundle of which nothing is believed yet: its header, its signatures, and the bytes of its manifest.
///
/// What can be looked at is what `inspect` shows; all else is behind `verified(by:at:)`.
package struct UnverifiedBundle: ~Copyable {
    package let header: BundleHeader
    /// One CMS message (DER) over `manifestBytes`; empty in a bundle that nobody has signed.
    package let signatures: [UInt8]
    package let manifestBytes: [UInt8]
    private let source: any ByteSource

    /// Reads from the start of `source` up to the end of the manifest: at most 2 MiB and a little.
    package static func open(_ source: some ByteSource) throws(BundleError) -> UnverifiedBundle {
        let header = try BundleHeader(bytes: try headerBytes(from: source))
        if let size = source.totalSize { try check(size, against: header) }
        let section = try source.bytes(Int(header.signaturesLength), of: .signatures)
        guard header.belongs(to: section) else { throw .signaturesDamaged }
        return UnverifiedBundle(
            header: header, signatures: try SignatureSection.decode(section),
            manifestBytes: try source.bytes(Int(header.manifestLength), of: .manifest), source: source)
    }

    /// Checks the signatures, then the manifest, then the index: in this order, so that nothing is parsed that nobody
    /// signed.
    package consuming func verified(
        by verifier: Verifier, at time: TrustedTime
    ) throws(BundleError) -> VerifiedBundle {
        let release = try VerifiedRelease.verified(manifestBytes, signatures: signatures, by: verifier, at: time)
        let manifest = release.manifest
        for (section, found, expected) in [
            (BundleSection.index, header.indexLength, manifest.indexLength),
            (.payload, header.payloadLength, manifest.payloadLength),
        ] where found != expected {
            throw .lengthsDiffer(section, header: found, manifest: expected)
        }
        let index = try ChunkIndex(
            bytes: try source.bytes(Int(header.indexLength), of: .index), manifest: manifest)
        return VerifiedBundle(release: release, header: header, index: index, source: source)
    }

    private static func headerBytes(from source: some ByteSource) throws(BundleError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < BundleFormat.headerLength {
            var buffer = [UInt8](repeating: 0, count: BundleFormat.headerLength - bytes.count)
            var count = 0
            try buffer.withMutableBytes { (buffer) throws(BundleError) in count = try source.read(into: buffer) }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }

    /// Where the length of the whole is known beforehand, what is missing or too much is refused before anything is
    /// read.
    private static func check(_ size: UInt64, against header: BundleHeader) throws(BundleError) {
        guard size <= header.bundleLength else { throw .trailingBytes(after: header.bundleLength) }
        guard size < header.bundleLength else { return }
        let section: BundleSection =
            size < header.manifestOffset
            ? .signatures : size < header.indexOffset ? .manifest : size < header.payloadOffset ? .index : .payload
        throw .truncated(section, missing: header.bundleLength - size)
    }
}
