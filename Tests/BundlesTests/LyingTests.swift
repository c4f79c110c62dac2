import Bundles
import Documents
import Platform
import TestSupport
import Testing
import Vocabulary

/// Bundles whose signatures hold and whose digests agree, and which lie all the same.
@Suite("A bundle that lies")
struct LyingTests {
    private let device: Device

    init() throws { device = try Device() }

    private func refusal(_ change: (inout BundleFactory) throws -> Void) throws -> BundleError? {
        var factory = try Sample.factory()
        try change(&factory)
        return #expect(throws: BundleError.self) { _ = try device.verified(factory) }
    }

    /// A record of the sample, a change to its bytes, and what it is refused for.
    ///
    /// Records 0 and 1 are compressed, 2 is zeros and the last of its image, 3 is raw and the only one of the other.
    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let record: Int
        let offset: Int
        let bytes: [UInt8]
        let code: Int

        init(_ what: String, record: Int, at offset: Int, _ bytes: [UInt8], _ code: Int) {
            testDescription = what
            self.record = record
            self.offset = offset
            self.bytes = bytes
            self.code = code
        }
    }

    static let lies = [
        Lie("gap in the image", record: 1, at: 0, [0, 0x20], 2015),
        Lie("overlap in the image", record: 1, at: 0, [0, 0x08], 2015),
        Lie("first chunk not at 0", record: 3, at: 0, [0, 0x10], 2015),
        Lie("offset beyond 2^63", record: 1, at: 7, [0xFF], 2015),
        Lie("no output", record: 1, at: 8, [0, 0, 0, 0], 2016),
        Lie("output not of whole blocks", record: 0, at: 8, [1], 2016),
        Lie("output beyond the limit", record: 0, at: 8, [0, 0, 0x41], 2016),
        Lie("output of 4 GiB", record: 0, at: 8, [255, 255, 255, 255], 2016),
        Lie("output beyond the image", record: 2, at: 8, [0, 0x30], 2016),
        Lie("last chunk too short", record: 2, at: 8, [0, 0x08], 2016),
        Lie("gap in the payload", record: 0, at: 16, [1], 2017),
        Lie("payload offset beyond 2^63", record: 1, at: 23, [0xFF], 2017),
        Lie("zeros with data", record: 2, at: 24, [1], 2018),
        Lie("raw of another length", record: 3, at: 24, [1], 2018),
        Lie("frame of no bytes", record: 0, at: 24, [0, 0, 0, 0], 2018),
        Lie("frame as long as its content", record: 0, at: 24, [0, 0x10], 2018),
        Lie("frame of 4 GiB", record: 0, at: 24, [255, 255, 255, 255], 2018),
        Lie("copy", record: 1, at: 12, [3], 2019),
        Lie("patch", record: 1, at: 12, [4], 2019),
        Lie("unknown kind", record: 1, at: 12, [5], 2020),
        Lie("codec set", record: 1, at: 13, [1], 2021),
        Lie("ranges set", record: 1, at: 15, [1], 2021),
        Lie("first range set", record: 1, at: 31, [1], 2021),
        Lie("digest of zeros changed", record: 2, at: 40, [1, 2, 3], 2022),
    ]

    @Test("A record that does not fit is refused with its own code", arguments: lies)
    func record(lie: Lie) throws {
        let error = try refusal { factory in
            factory.changeRecord(lie.record) {
                $0.replaceSubrange(lie.offset..<(lie.offset + lie.bytes.count), with: lie.bytes)
            }
        }
        #expect(error?.code == FaultCode(lie.code), "\(String(describing: error))")
    }

    @Test("Two records that change places are refused")
    func swapped() throws {
        let error = try refusal { factory in
            let length = BundleFormat.recordLength
            let first = Array(factory.index[..<length])
            factory.index.replaceSubrange(..<length, with: factory.index[length..<(2 * length)])
            factory.index.replaceSubrange(length..<(2 * length), with: first)
            factory.settle()
        }
        #expect(error?.code == FaultCode(2015))
    }

    @Test("A payload longer than its chunks is refused")
    func longPayload() throws {
        let error = try refusal { factory in
            factory.payload.append(0)
            factory.settle()
        }
        #expect(error?.code == FaultCode(2013))
    }

    @Test("Lengths that differ between header and manifest are refused", arguments: [BundleSection.index, .payload])
    func lengths(section: BundleSection) throws {
        let error = try refusal { factory in
            if section == .index { factory.index += Sample.zeros(64) } else { factory.payload += [0] }
        }
        guard case .lengthsDiffer(section, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A frame whose content is longer than the index says is refused, within the memory of the chunk")
    func bomb() throws {
        let encoder = try ZstdEncoder(level: 19)
        let content = Sample.zeros(64 << 20)
        var frame = [UInt8](repeating: 0, count: ZstdEncoder.bound(content.count))
        let length = try content.withUnsafeBytes { bytes in
            try frame.withUnsafeMutableBytes { try encoder.encode(bytes, into: $0) }
        }
        frame.removeLast(frame.count - length)
        try expectChunk(frame, refusedWith: .chunkLength(offset: 0, found: 64 << 20, expected: 8192))
    }

    @Test("A signed bundle whose frame would become too much is refused before anything is decoded")
    func signedBomb() throws {
        let content = Sample.zeros(1 << 20)
        var frame = [UInt8](repeating: 0, count: ZstdEncoder.bound(content.count))
        let encoder = try ZstdEncoder(level: 3)
        let length = try content.withUnsafeBytes { bytes in
            try frame.withUnsafeMutableBytes { try encoder.encode(bytes, into: $0) }
        }
        var factory = try BundleFactory(images: [("rootfs", Sample.text(4096))], chunkLength: 4096)
        factory.payload = Array(frame[..<length])
        factory.changeRecord(0) { $0[24..<26] = [UInt8(length & 0xFF), UInt8(length >> 8)] }
        let bundle = try device.verified(factory)
        #expect(throws: BundleError.chunkLength(offset: 0, found: 1 << 20, expected: 4096)) {
            _ = try bundle.checkStoredPayload()
        }
    }

    @Test("A frame that does not say its length, two frames, and a skippable one are refused")
    func frames() throws {
        let hello: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x29, 0x00, 0x00] + Array("hello".utf8)
        let one: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00] + Array("hello".utf8)
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0x04, 0x00, 0x00, 0x00, 1, 2, 3, 4]
        let reason = CompressionError.notOneFrame.description
        for frame in [hello, one + one, one + skippable, Array(one.dropLast()), Sample.noise(100)] {
            try expectChunk(frame, refusedWith: .chunkMalformed(offset: 0, reason: reason))
        }
        try expectChunk(one, refusedWith: .chunkLength(offset: 0, found: 5, expected: 8192))
    }

    private func expectChunk(_ frame: [UInt8], refusedWith refusal: BundleError) throws {
        let record = ChunkRecord(
            image: 0, outputOffset: 0, outputLength: 8192, digest: SHA256.digest(of: Sample.zeros(8192)), kind: .zstd,
            storedOffset: 0, storedLength: frame.count)
        var output = Sample.zeros(8192)
        #expect(throws: refusal) {
            var decoder = ChunkDecoder()
            try frame.withBytes { (frame) throws(BundleError) in
                try output.withMutableBytes { (output) throws(BundleError) in
                    try decoder.decode(record, stored: frame, into: output)
                }
            }
        }
    }

    @Test("An image digest that is not the image's is found by the whole check")
    func imageDigest() async throws {
        var factory = try Sample.factory()
        factory.manifest.images[1].digest = SHA256.digest(of: [])
        let bundle = try device.verified(factory)
        await #expect(throws: BundleError.imageDamaged(image: "boot")) { try await bundle.checkPayload(threads: 2) }
    }

    @Test(
        "A header that asks for more than any bundle has is refused before anything is allocated",
        arguments: BundleSection.allCases.dropFirst())
    func oversized(section: BundleSection) throws {
        let factory = try Sample.factory()
        let content = factory.manifest.canonicalBytes
        var header = factory.header(
            section: SignatureSection.encode(try device.sign(content)), manifestLength: content.count)
        let huge = UInt64.max & ~4095
        switch section {
        case .signatures: header.signaturesLength = huge
        case .manifest: header.manifestLength = huge
        case .index: header.indexLength = huge
        default: header.payloadLength = huge
        }
        let source = MemorySource(header.bytes + content, asPipe: true)
        let error = #expect(throws: BundleError.self) { _ = try device.verified(source) }
        #expect(error?.code == BundleError.tooLarge(section, length: 0, limit: 0).code)
        #expect(source.position == BundleFormat.headerLength)
    }

    @Test("A signature section with too long a message or anything in its padding is refused")
    func signatureSection() {
        var section = SignatureSection.encode([1, 2, 3])
        #expect(section.count == 16384)
        #expect(throws: BundleError.signaturesMalformed(length: 16377, room: 16384)) {
            var long = section
            long.replaceSubrange(..<2, with: [0xF9, 0x3F])
            _ = try SignatureSection.decode(long)
        }
        section[16383] = 1
        #expect(throws: BundleError.reservedNotZero(.signatures)) { try SignatureSection.decode(section) }
    }
}
