import Bundles
import Documents
import Platform
import Releases
import TestSupport
import Trust
import Vocabulary

/// A whole bundle: header, signature section, manifest, index and chunks, as `aftercare install` reads them.
///
/// Choices: 0 the header's checksums are made right; 1 people whom the device trusts sign whatever the manifest says; 2 it comes
/// through a pipe; 3 the manifest's digests and lengths are made those of what follows it.
struct BundleDoor: Entrance {
    /// More are never decoded: one of zeros costs 4 MiB of digest and no byte of input.
    private static let mostChunks = 8

    private let signers: [ContentSigner]
    private let verifier: Verifier

    init(_ ground: Ground) throws {
        let approvers = try ground.approvers()
        signers = approvers.signers
        verifier = Verifier(policy: approvers.policy)
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        var content = feed.remainder
        if choices.contains(.bit(3)) { content = Self.settled(content) }
        let isSigned = choices.contains(.bit(1))
        if isSigned { content = signed(content) }
        if choices.contains(.bit(0)) { content = Self.withRightHeader(content) }
        let isPipe = choices.contains(.bit(2))
        let source = MemorySource(content, asPipe: isPipe, largestRead: isPipe ? 61 : .max)
        var isTrue = true
        let bundle: VerifiedBundle
        do throws(BundleError) {
            let opened = try UnverifiedBundle.open(source)
            isTrue = opened.header.bytes == Array(content.prefix(128))
            bundle = try opened.verified(by: verifier, at: TrustedTime(clock: Ground.time, watermark: nil))
        } catch {
            return try promise("what was read of a header is what it says", isTrue)
        }
        try promise("what was read of a header is what it says", isTrue)
        try promise("nothing is verified that nobody trusted has signed", isSigned)
        try check(bundle)
    }

    private func check(_ bundle: VerifiedBundle) throws(FuzzingError) {
        try promise(
            "a manifest has one form", bundle.manifest.canonicalBytes == bundle.manifestBytes)
        try promise(
            "the buffers that a bundle asks for are bounded",
            bundle.readBufferLength <= BundleFormat.largestChunk
                && bundle.index.largestOutputLength <= BundleFormat.largestChunk)
        var stored = [UInt8](repeating: 0, count: bundle.readBufferLength)
        var output = [UInt8](repeating: 0, count: bundle.index.largestOutputLength)
        var decoder = ChunkDecoder()
        for _ in 0..<Self.mostChunks {
            let (record, made): (ChunkRecord, Digest)
            do throws(BundleError) {
                let next = try stored.withMutableBytes { (bytes) throws(BundleError) in
                    try bundle.readChunk(into: bytes)
                }
                guard let next else { return }
                try stored.withBytes { (stored) throws(BundleError) in
                    try output.withMutableBytes { (output) throws(BundleError) in
                        try decoder.decode(next, stored: stored, into: output)
                    }
                }
                (record, made) = (next, SHA256.digest(of: Array(output.prefix(next.outputLength))))
            } catch {
                return
            }
            try promise("a chunk that is given out has its digest", made == record.digest)
        }
    }

    /// The parts of a bundle as its header says that they lie, however much of them is there.
    private struct Parts {
        let section: Range<Int>
        let manifest: Range<Int>
        let index: Range<Int>

        init?(_ bytes: [UInt8]) {
            guard bytes.count > BundleFormat.headerLength else { return nil }
            var start = BundleFormat.headerLength
            func part(_ offset: Int) -> Range<Int> {
                let length = bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                let end = Int(clamping: min(UInt64(bytes.count - start), length)) + start
                defer { start = end }
                return start..<end
            }
            section = part(16)
            manifest = part(24)
            index = part(32)
        }
    }

    private static func withRightHeader(_ bytes: [UInt8]) -> [UInt8] {
        guard let parts = Parts(bytes) else { return bytes }
        var fixed = bytes
        fixed.replaceSubrange(48..<80, with: SHA256.digest(of: Array(bytes[parts.section])).bytes)
        fixed.replaceSubrange(96..<128, with: SHA256.digest(of: Array(fixed[..<96])).bytes)
        return fixed
    }

    private func signed(_ bytes: [UInt8]) -> [UInt8] {
        guard let parts = Parts(bytes), let signatures = try? signers.sign(Array(bytes[parts.manifest])) else {
            return bytes
        }
        let section = SignatureSection.encode(signatures)
        let head = Array(bytes[..<16]) + Self.littleEndian(section.count) + bytes[24..<128]
        return Self.withRightHeader(head + section + bytes[parts.section.upperBound...])
    }

    /// What the manifest says of index and payload made true, so that what they say themselves is looked at.
    private static func settled(_ bytes: [UInt8]) -> [UInt8] {
        guard let parts = Parts(bytes), var manifest = try? Manifest(bytes: Array(bytes[parts.manifest])) else {
            return bytes
        }
        let (index, payload) = (Array(bytes[parts.index]), Array(bytes[parts.index.upperBound...]))
        var start = 0
        for number in manifest.images.indices {
            let end = min(start + manifest.images[number].chunkCount * BundleFormat.recordLength, index.count)
            manifest.images[number].indexDigest = SHA256.digest(of: Array(index[min(start, end)..<end]))
            start = end
        }
        manifest.payloadLength = UInt64(payload.count)
        manifest.payloadDigest = SHA256.digest(of: payload)
        let content = manifest.canonicalBytes
        let lengths = littleEndian(content.count) + littleEndian(index.count) + littleEndian(payload.count)
        return Array(bytes[..<24]) + lengths + bytes[48..<128] + bytes[parts.section] + content + index + payload
    }

    private static func littleEndian(_ number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

/// The index of a bundle whose manifest is signed: records of 64 bytes.
///
/// The first byte says how many images there are, one to three; two bytes for each how many chunks it has and how large it is, in
/// steps of 4 KiB less one byte; the records follow. Choice 2 of the first byte makes the images as large as their chunks say,
/// 3 makes offsets follow from lengths.
struct IndexDoor: Entrance {
    private static let mostChunks = 64
    private let template: Manifest

    init() throws { template = try BundleFactory(images: [("rootfs", [1])]).manifest }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let first = feed.byte()
        let choices = Choices(rawValue: first)
        var shapes = (0...Int(first & 3) % 3).map { _ in
            (chunks: Int(feed.byte()) % Self.mostChunks, size: UInt64(feed.byte()) << 12 | 0xFFF)
        }
        var index = feed.take(shapes.reduce(0) { $0 + $1.chunks } * BundleFormat.recordLength)
        index += [UInt8](
            repeating: 0, count: shapes.reduce(0) { $0 + $1.chunks } * BundleFormat.recordLength - index.count)
        if choices.contains(.bit(3)) { Self.align(&index, shapes.map(\.chunks)) }
        var start = 0
        var manifest = template
        manifest.images = shapes.indices.map { number in
            let end = start + shapes[number].chunks * BundleFormat.recordLength
            let part = Array(index[start..<end])
            start = end
            if choices.contains(.bit(2)) { shapes[number].size = Self.lengths(part, at: 8) }
            return ImageDescription(
                name: "image-\(number)", size: shapes[number].size, digest: SHA256.digest(of: []),
                chunkCount: shapes[number].chunks, indexDigest: SHA256.digest(of: part))
        }
        manifest.indexLength = UInt64(index.count)
        manifest.payloadLength = choices.contains(.bit(4)) ? feed.number() : Self.lengths(index, at: 24)
        let read: ChunkIndex
        do throws(BundleError) { read = try ChunkIndex(bytes: index, manifest: manifest) } catch { return }
        try check(read, index, manifest)
    }

    private func check(_ read: ChunkIndex, _ index: [UInt8], _ manifest: Manifest) throws(FuzzingError) {
        try promise("an index holds all its records", read.count * BundleFormat.recordLength == index.count)
        var (stored, outputs) = (UInt64(0), [UInt64](repeating: 0, count: manifest.images.count))
        for (number, record) in read.enumerated() {
            let start = number * BundleFormat.recordLength
            try promise(
                "a record is written as it was read",
                record.bytes == Array(index[start..<start + BundleFormat.recordLength]))
            try promise(
                "chunks lie one behind the other",
                record.storedOffset == stored && record.outputOffset == outputs[record.image])
            try promise(
                "a chunk is bounded",
                record.outputLength <= BundleFormat.largestChunk && record.storedLength <= record.outputLength)
            stored += UInt64(record.storedLength)
            outputs[record.image] += UInt64(record.outputLength)
        }
        try promise("chunks fill the payload", stored == manifest.payloadLength)
        for (number, image) in manifest.images.enumerated() where image.chunkCount > 0 {
            try promise("chunks fill their image", outputs[number] == image.size)
        }
    }

    private static func lengths(_ records: [UInt8], at offset: Int) -> UInt64 {
        stride(from: 0, to: records.count, by: BundleFormat.recordLength).reduce(0) { sum, start in
            sum + records[start + offset..<start + offset + 4].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func align(_ records: inout [UInt8], _ chunks: [Int]) {
        var (start, stored) = (0, UInt64(0))
        for count in chunks {
            var output: UInt64 = 0
            for _ in 0..<count {
                let record = Array(records[start..<start + BundleFormat.recordLength])
                for byte in 0..<8 {
                    records[start + byte] = UInt8(truncatingIfNeeded: output >> UInt64(byte * 8))
                    records[start + 16 + byte] = UInt8(truncatingIfNeeded: stored >> UInt64(byte * 8))
                }
                output += lengths(record, at: 8)
                stored += lengths(record, at: 24)
                start += BundleFormat.recordLength
            }
        }
    }
}

/// A manifest, which is only read once its signatures hold.
///
/// Choices: 0 edits of a whole one; 1 the text is brought into canonical form; 2 the digest of its change record is made right.
struct ManifestDoor: Entrance {
    private let template: JSON

    init() throws {
        let manifest = try BundleFactory(images: [("rootfs", [1, 2, 3]), ("boot", [4])]).manifest
        template = try JSONReader.read(manifest.canonicalBytes, limit: 1 << 20)
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        var text = DocumentInput.bytes(&feed, choices, templates: [template])
        if choices.contains(.bit(2)), case .object(var members)? = try? JSONReader.read(text, limit: 1 << 20) {
            members["changeDigest"] = .string(Manifest.digest(of: members["change"] ?? .null).hex)
            text = JSON.object(members).canonicalBytes
        }
        let manifest: Manifest
        do throws(BundleError) { manifest = try Manifest(bytes: text) } catch { return }
        try promise("a manifest has one form", manifest.canonicalBytes == text)
        let again: Manifest
        do throws(BundleError) { again = try Manifest(bytes: manifest.canonicalBytes) } catch {
            throw .broken(promise: "a manifest that was written can be read: \(error)")
        }
        try promise("a manifest is read as it was", again.canonicalBytes == text)
        try promise("an index is bounded", manifest.indexLength <= BundleFormat.largestIndex)
        try promise("there are few images", (1...BundleFormat.mostImages).contains(manifest.images.count))
    }
}
