import Bundles
import Platform
import TestSupport
import Trust
import Vocabulary

/// The bundle that most tests start from, and how they read one.
enum Sample {
    /// Two images in chunks of a block: text, text, zeros; and noise that fills no block.
    ///
    /// Its change record says next to nothing: what a bundle carries is not what these tests are about, and every byte of it is damaged.
    static func factory() throws -> BundleFactory {
        var factory = try BundleFactory(
            images: [("rootfs", text(8192) + zeros(4096)), ("boot", noise(700))], chunkLength: 4096)
        factory.manifest.change = BundleFactory.change("1.1.0")
        return factory
    }

    static func text(_ count: Int) -> [UInt8] {
        let line = Array("the pump holds its rate within two percent of what is set\n".utf8)
        return (0..<count).map { line[$0 % line.count] }
    }

    static func noise(_ count: Int) -> [UInt8] {
        var dice = Dice(seed: 1)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }
    }

    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}

/// What tests of the format share: one authority, made once, and readers that trust it.
struct Device {
    private let approvers: Approvers

    init() throws { approvers = try Approvers() }

    func sign(_ content: [UInt8]) throws -> [UInt8] { try approvers.sign(content) }

    func bytes(_ factory: BundleFactory) throws -> [UInt8] { try factory.bytes(sign: sign) }

    func verified(_ source: some ByteSource) throws(BundleError) -> VerifiedBundle { try approvers.verified(source) }

    func verified(_ factory: BundleFactory) throws -> VerifiedBundle { try verified(MemorySource(try bytes(factory))) }
}

extension VerifiedBundle {
    /// Everything the images become, decoded chunk by chunk.
    func images() throws(BundleError) -> [[UInt8]] {
        var images = manifest.images.map { [UInt8](repeating: 0xEE, count: Int($0.size)) }
        let stored = AlignedBuffer(byteCount: readBufferLength)
        var decoder = ChunkDecoder()
        while let record = try readChunk(into: stored.bytes) {
            try images[record.image].withMutableBytes { (image) throws(BundleError) in
                let start = Int(record.outputOffset)
                let range = start..<(start + record.outputLength)
                try decoder.decode(
                    record, stored: UnsafeRawBufferPointer(stored.bytes),
                    into: UnsafeMutableRawBufferPointer(rebasing: image[range]))
            }
        }
        return images
    }
}
