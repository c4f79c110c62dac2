import Bundles
import Platform
import TestSupport
import Trust
import Vocabulary

/// The bundle that most tests start from, and how they read one.
enum Sample {
    /// Two images: text that compresses, noise that does not, and zeros; the second ends inside a block.
    static func factory() throws -> BundleFactory {
        try BundleFactory(images: [
            ("rootfs", text(16384) + noise(8192) + zeros(8192)), ("boot", text(5000)),
        ])
    }

    static func text(_ count: Int) -> [UInt8] {
        let line = Array("the pump holds its rate within two percent of what is set\n".utf8)
        return (0..<count).map { line[$0 % line.count] }
    }

    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    static func sign(_ content: [UInt8]) -> [UInt8] { SHA256.digest(of: content).bytes }

    static func verified(_ source: some ByteSource) throws(BundleError) -> VerifiedBundle {
        try UnverifiedBundle.open(source).verified(by: Verifier(), at: TrustedTime())
    }

    static func verified(_ factory: BundleFactory) throws -> VerifiedBundle {
        try verified(MemorySource(factory.bytes(sign: sign)))
    }

    /// Everything the images become, decoded chunk by chunk.
    static func images(of bundle: VerifiedBundle) throws -> [[UInt8]] {
        var images = bundle.manifest.images.map { [UInt8](repeating: 0xEE, count: Int($0.size)) }
        var stored = [UInt8](repeating: 0, count: bundle.readBufferLength)
        var decoder = ChunkDecoder()
        while let record = try stored.withMutableBytes({ (buffer) throws(BundleError) in
            try bundle.readChunk(into: buffer)
        }) {
            try images[record.image].withMutableBytes { (image) throws(BundleError) in
                let start = Int(record.outputOffset)
                let range = start..<(start + record.outputLength)
                try stored.withBytes { (stored) throws(BundleError) in
                    try decoder.decode(
                        record, stored: stored, into: UnsafeMutableRawBufferPointer(rebasing: image[range]))
                }
            }
        }
        return images
    }
}
