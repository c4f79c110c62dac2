import Platform
import Vocabulary

/// The chunks of all images in payload order: checked against the manifest, and against each other, before there is
/// one.
///
/// It holds the records as they stand in the bundle, 64 bytes each, and reads one when it is asked for.
package struct ChunkIndex: Sendable {
    private let bytes: [UInt8]
    /// The number of the first record of each image, and the number of all records at the end.
    private let starts: [Int]
    /// The most bytes that one chunk has in the payload: what a buffer for reading must hold.
    package let largestStoredLength: Int
    /// The most bytes that one chunk becomes.
    package let largestOutputLength: Int

    /// Takes the index section of a bundle whose manifest is trusted.
    package init(bytes: [UInt8], manifest: Manifest) throws(BundleError) {
        guard UInt64(bytes.count) == manifest.indexLength else {
            throw .lengthsDiffer(.index, header: UInt64(bytes.count), manifest: manifest.indexLength)
        }
        var walk = IndexWalk()
        var starts = [0]
        for (number, image) in manifest.images.enumerated() {
            let first = starts[number]
            let range = (first * BundleFormat.recordLength)..<((first + image.chunkCount) * BundleFormat.recordLength)
            let part = bytes.withUnsafeBytes { SHA256.digest(of: UnsafeRawBufferPointer(rebasing: $0[range])) }
            guard part == image.indexDigest else { throw .indexDamaged(image: image.name) }
            try walk.begin(image, number: number)
            for chunk in 0..<image.chunkCount {
                let record = try bytes.withBytes { (bytes) throws(BundleError) in
                    try IndexWalk.record(
                        UnsafeRawBufferPointer(rebasing: bytes[range].dropFirst(chunk * BundleFormat.recordLength)),
                        image: image.name, number: number, chunk: chunk)
                }
                try walk.take(record, chunk: chunk)
            }
            starts.append(first + image.chunkCount)
        }
        guard walk.storedOffset == manifest.payloadLength else {
            throw .lengthsDiffer(.payload, header: walk.storedOffset, manifest: manifest.payloadLength)
        }
        self.bytes = bytes
        self.starts = starts
        largestStoredLength = walk.largestStoredLength
        largestOutputLength = walk.largestOutputLength
    }

    /// The numbers of the records of one image.
    package func chunks(ofImage image: Int) -> Range<Int> { starts[image]..<starts[image + 1] }
}

extension ChunkIndex: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { starts.last ?? 0 }

    package subscript(position: Int) -> ChunkRecord {
        precondition(indices.contains(position), "no chunk has this number")
        let image = starts.lastIndex { $0 <= position } ?? 0
        let start = position * BundleFormat.recordLength
        let kind = ChunkKind(rawValue: bytes[start + 12])
        let digest = Digest(bytes: bytes[(start + 32)..<(start + 64)])
        guard let kind, let digest else { preconditionFailure("a checked record has changed") }
        return ChunkRecord(
            image: image, outputOffset: bytes.littleEndian(UInt64.self, at: start),
            outputLength: Int(bytes.littleEndian(UInt32.self, at: start + 8)), digest: digest, kind: kind,
            storedOffset: bytes.littleEndian(UInt64.self, at: start + 16),
            storedLength: Int(bytes.littleEndian(UInt32.self, at: start + 24)))
    }
}

/// Goes through the records in order and refuses the first that does not follow from those before it.
private struct IndexWalk {
    private(set) var storedOffset: UInt64 = 0
    private(set) var largestStoredLength = 0
    private(set) var largestOutputLength = 0
    private var image = ""
    private var size: UInt64 = 0
    private var chunkCount = 0
    private var outputOffset: UInt64 = 0
    private var zeros = ZeroDigests()

    mutating func begin(_ image: ImageDescription, number: Int) throws(BundleError) {
        self.image = image.name
        size = image.size
        chunkCount = image.chunkCount
        outputOffset = 0
    }

    /// Reads one record; what is reserved must be zero.
    static func record(
        _ bytes: UnsafeRawBufferPointer, image: String, number: Int, chunk: Int
    ) throws(BundleError) -> ChunkRecord {
        guard let kind = ChunkKind(rawValue: bytes[12]) else {
            throw .unknownKind(image: image, chunk: chunk, number: bytes[12])
        }
        guard kind.isSupported else { throw .unsupportedKind(image: image, chunk: chunk, kind) }
        guard bytes[13] == 0, bytes.littleEndian(UInt16.self, at: 14) == 0,
            bytes.littleEndian(UInt32.self, at: 28) == 0,
            let digest = Digest(bytes: bytes[32..<64])
        else { throw .recordReserved(image: image, chunk: chunk) }
        return ChunkRecord(
            image: number, outputOffset: bytes.littleEndian(UInt64.self, at: 0),
            outputLength: Int(bytes.littleEndian(UInt32.self, at: 8)), digest: digest, kind: kind,
            storedOffset: bytes.littleEndian(UInt64.self, at: 16),
            storedLength: Int(bytes.littleEndian(UInt32.self, at: 24)))
    }

    mutating func take(_ record: ChunkRecord, chunk: Int) throws(BundleError) {
        guard record.outputOffset == outputOffset else {
            throw .outputNotTiled(image: image, chunk: chunk, found: record.outputOffset, expected: outputOffset)
        }
        let length = UInt64(record.outputLength)
        let isLast = chunk == chunkCount - 1
        guard (1...BundleFormat.largestChunk).contains(record.outputLength), length <= size - outputOffset,
            isLast ? length == size - outputOffset : length.isMultiple(of: BundleFormat.outputAlignment)
        else { throw .outputLength(image: image, chunk: chunk, length: length) }
        guard record.storedOffset == storedOffset else {
            throw .payloadNotContiguous(image: image, chunk: chunk, found: record.storedOffset, expected: storedOffset)
        }
        let fits =
            switch record.kind {
            case .zero: record.storedLength == 0
            case .raw: record.storedLength == record.outputLength
            default: (1..<record.outputLength).contains(record.storedLength)
            }
        guard fits else { throw .storedLength(image: image, chunk: chunk, length: UInt64(record.storedLength)) }
        if record.kind == .zero, zeros.digest(of: record.outputLength) != record.digest {
            throw .zeroDigest(image: image, chunk: chunk)
        }
        outputOffset += length
        storedOffset += UInt64(record.storedLength)
        largestStoredLength = max(largestStoredLength, record.storedLength)
        largestOutputLength = max(largestOutputLength, record.outputLength)
    }
}
