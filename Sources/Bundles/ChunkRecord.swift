package import Vocabulary

/// How the bytes of a chunk are made.
package enum ChunkKind: UInt8, Sendable, CaseIterable {
    /// All bytes are zero; nothing is stored.
    case zero = 0
    /// The bytes themselves are stored.
    case raw = 1
    /// One zstd frame is stored (RFC 8878).
    case zstd = 2
    /// A range of the base; reserved for delta bundles.
    case copy = 3
    /// Made from ranges of the base by a numbered codec; reserved for delta bundles.
    case patch = 4

    package var isSupported: Bool { self == .zero || self == .raw || self == .zstd }
}

/// One chunk: which bytes of which image it becomes, how they are made, and where its data lies in the payload.
package struct ChunkRecord: Equatable, Sendable {
    /// The image's place in the manifest's list.
    package var image: Int
    package var outputOffset: UInt64
    package var outputLength: Int
    /// SHA-256 of what the chunk becomes.
    package var digest: Digest
    package var kind: ChunkKind
    /// From the start of the payload.
    package var storedOffset: UInt64
    package var storedLength: Int

    package init(
        image: Int, outputOffset: UInt64, outputLength: Int, digest: Digest, kind: ChunkKind, storedOffset: UInt64,
        storedLength: Int
    ) {
        self.image = image
        self.outputOffset = outputOffset
        self.outputLength = outputLength
        self.digest = digest
        self.kind = kind
        self.storedOffset = storedOffset
        self.storedLength = storedLength
    }

    /// The record as it stands in the index: 64 bytes, little-endian.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(BundleFormat.recordLength)
        bytes.append(littleEndian: outputOffset)
        bytes.append(littleEndian: UInt32(outputLength))
        bytes.append(kind.rawValue)
        bytes.append(0)
        bytes.append(littleEndian: UInt16(0))
        bytes.append(littleEndian: storedOffset)
        bytes.append(littleEndian: UInt32(storedLength))
        bytes.append(littleEndian: UInt32(0))
        bytes.append(contentsOf: digest.bytes)
        return bytes
    }
}
