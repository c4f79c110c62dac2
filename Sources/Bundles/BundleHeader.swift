import Platform
package import Vocabulary

/// The fixed start of a bundle: how long each part is, and checksums that name damage before anything else is tried.
package struct BundleHeader: Equatable, Sendable {
    package var signaturesLength: UInt64
    package var manifestLength: UInt64
    package var indexLength: UInt64
    package var payloadLength: UInt64
    /// Of the whole signature section, padding included.
    package var signaturesDigest: Digest

    private static let checkedLength = BundleFormat.headerLength - Digest.byteCount

    package init(
        signaturesLength: UInt64, manifestLength: UInt64, indexLength: UInt64, payloadLength: UInt64,
        signaturesDigest: Digest
    ) {
        self.signaturesLength = signaturesLength
        self.manifestLength = manifestLength
        self.indexLength = indexLength
        self.payloadLength = payloadLength
        self.signaturesDigest = signaturesDigest
    }

    /// Reads and checks `BundleFormat.headerLength` bytes; every length is within its limit afterwards.
    package init(bytes: [UInt8]) throws(BundleError) {
        guard zip(bytes, BundleFormat.magic).allSatisfy({ $0 == $1 }) else { throw .notABundle }
        guard bytes.count == BundleFormat.headerLength else {
            throw .truncated(.header, missing: UInt64(max(0, BundleFormat.headerLength - bytes.count)))
        }
        // The checksum stands at this place in every version, so a flipped version number is damage, not a newer
        // format.
        let checked = Array(bytes[..<Self.checkedLength])
        guard SHA256.digest(of: checked).bytes.elementsEqual(bytes[Self.checkedLength...]) else {
            throw .headerDamaged
        }
        let version = bytes.littleEndian(UInt32.self, at: 8)
        guard version == BundleFormat.version else { throw .unsupportedFormat(version: version) }
        guard bytes.littleEndian(UInt32.self, at: 12) == UInt32(BundleFormat.headerLength),
            bytes[80..<Self.checkedLength].allSatisfy({ $0 == 0 }), let digest = Digest(bytes: bytes[48..<80])
        else { throw .reservedNotZero(.header) }
        signaturesLength = bytes.littleEndian(UInt64.self, at: 16)
        manifestLength = bytes.littleEndian(UInt64.self, at: 24)
        indexLength = bytes.littleEndian(UInt64.self, at: 32)
        payloadLength = bytes.littleEndian(UInt64.self, at: 40)
        signaturesDigest = digest
        try checkLimits()
    }

    private func checkLimits() throws(BundleError) {
        let limits: [(BundleSection, UInt64, UInt64)] = [
            (.signatures, signaturesLength, BundleFormat.largestSignatures),
            (.manifest, manifestLength, BundleFormat.largestManifest),
            (.index, indexLength, BundleFormat.largestIndex),
            (.payload, payloadLength, BundleFormat.largestPayload),
        ]
        for (section, length, limit) in limits where length > limit {
            throw .tooLarge(section, length: length, limit: limit)
        }
        guard signaturesLength >= UInt64(BundleFormat.signatureBlock),
            signaturesLength.isMultiple(of: UInt64(BundleFormat.signatureBlock))
        else { throw .signaturesMalformed(length: 0, room: signaturesLength) }
    }

    package var bytes: [UInt8] {
        var bytes = BundleFormat.magic
        bytes.reserveCapacity(BundleFormat.headerLength)
        bytes.append(littleEndian: BundleFormat.version)
        bytes.append(littleEndian: UInt32(BundleFormat.headerLength))
        for length in [signaturesLength, manifestLength, indexLength, payloadLength] {
            bytes.append(littleEndian: length)
        }
        bytes.append(contentsOf: signaturesDigest.bytes)
        bytes.append(contentsOf: repeatElement(0, count: Self.checkedLength - bytes.count))
        bytes.append(contentsOf: SHA256.digest(of: bytes).bytes)
        return bytes
    }

    /// Where each part starts in the file.
    package var manifestOffset: UInt64 { UInt64(BundleFormat.headerLength) + signaturesLength }
    package var indexOffset: UInt64 { manifestOffset + manifestLength }
    package var payloadOffset: UInt64 { indexOffset + indexLength }
    /// The length of the whole bundle; cannot overflow within the limits of its parts.
    package var bundleLength: UInt64 { payloadOffset + payloadLength }
}

extension BundleHeader {
    /// Whether this header goes with that signature section.
    func belongs(to section: [UInt8]) -> Bool { SHA256.digest(of: section) == signaturesDigest }
}
