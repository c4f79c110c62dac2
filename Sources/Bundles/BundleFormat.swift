/// The numbers of the bundle format, version 1 (docs/bundle-format.md).
package enum BundleFormat {
    package static let version: UInt32 = 1
    package static let headerLength = 128
    /// The signature section is a multiple of this, so that an approval rarely moves what follows.
    package static let signatureBlock = 4096
    package static let recordLength = 64

    /// What a new bundle's images are cut into, in bytes.
    package static let chunkLength = 1 << 20
    /// The most bytes that one chunk may become.
    package static let largestChunk = 4 << 20
    /// Every chunk starts at a multiple of this in its image, as direct I/O asks.
    package static let outputAlignment: UInt64 = 4096

    package static let largestSignatures: UInt64 = 1 << 20
    package static let largestManifest: UInt64 = 1 << 20
    package static let largestIndex: UInt64 = 8 << 20
    package static let largestPayload: UInt64 = 1 << 50
    package static let mostImages = 32
    /// The most earlier change records that one bundle may carry.
    package static let mostHistory = 64

    /// The first eight bytes, made like PNG's: a transfer that strips the eighth bit or changes line ends breaks them.
    static let magic: [UInt8] = [0x89, 0x41, 0x46, 0x54, 0x0D, 0x0A, 0x1A, 0x0A]
}

/// A part of a bundle, in the order of the file.
package enum BundleSection: String, Sendable, CaseIterable {
    case header
    case signatures
    case manifest
    case index
    case payload
}
