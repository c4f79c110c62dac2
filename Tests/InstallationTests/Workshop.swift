import Bundles
import Installation
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// Slots in files of a folder, and bundles to install into them.
struct Workshop {
    let folder: TemporaryFolder
    private let approvers: Approvers

    init() throws {
        folder = try TemporaryFolder()
        approvers = try Approvers()
    }

    /// Text, noise and zeros in turn, chunk by chunk, of a length that fills no block.
    static func image(chunks: Int = 13, of length: Int = 8192, tail: Int = 700, seed: UInt64 = 1) -> [UInt8] {
        var dice = Dice(seed: seed)
        let line = Array("rate \(seed) ml/h, and the pump holds it\n".utf8)
        var image: [UInt8] = []
        for chunk in 0...chunks {
            let count = chunk == chunks ? tail : length
            switch chunk % 3 {
            case 0: image += (0..<count).map { line[$0 % line.count] }
            case 1: image += (0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }
            default: image += [UInt8](repeating: 0, count: count)
            }
        }
        return image
    }

    func factory(_ images: [(name: String, content: [UInt8])], chunkLength: Int = 8192) throws -> BundleFactory {
        try BundleFactory(images: images, chunkLength: chunkLength)
    }

    func bytes(_ factory: BundleFactory) throws -> [UInt8] { try factory.bytes(sign: approvers.sign) }

    func verified(_ source: MemorySource) throws -> VerifiedBundle { try approvers.verified(source) }

    func bundle(_ image: [UInt8], chunkLength: Int = 8192) throws -> VerifiedBundle {
        try verified(MemorySource(try bytes(try factory([("rootfs", image)], chunkLength: chunkLength))))
    }

    /// A slot of this size that holds something else than any image.
    func slot(_ name: String = "slot", size: Int) throws -> FilePath {
        try folder.write(name, Self.old(size))
    }

    static func old(_ size: Int) -> [UInt8] { [UInt8](repeating: 0xEE, count: size) }

    func installer(
        _ observer: StorageProbe? = nil, running: [FilePath] = [], threads: Int = 3
    ) -> Installer {
        let storage = Storage(observer: observer)
        return Installer(
            storage: storage, slotGuard: SlotGuard(storage: storage, running: running),
            lock: folder.file("lock"), threads: threads)
    }

    @discardableResult
    func install(
        _ bundle: VerifiedBundle, into slot: FilePath, observer: StorageProbe? = nil, threads: Int = 3,
        cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (InstallProgress) -> Void = { _ in }
    ) async throws(InstallationError) -> InstallReport {
        try await installer(observer, threads: threads).install(
            bundle, into: ["rootfs": slot], cancellation: cancellation, progress: progress)
    }
}

/// What a callback was given, in order.
final class Collected<Value: Sendable>: Sendable {
    private let list = Mutex<[Value]>([])

    var values: [Value] { list.withLock { $0 } }

    func append(_ value: Value) { list.withLock { $0.append(value) } }
}

extension [UInt8] {
    /// The first sector with a byte that is neither that of `old` nor that of `new`; nil where there is none.
    func firstStrangeSector(old: [UInt8], new: [UInt8]) -> Int? {
        withUnsafeBytes { mine in
            old.withUnsafeBytes { old in
                new.withUnsafeBytes { new in
                    (0..<(mine.count + 511) / 512).first { number in
                        func sector(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
                            UnsafeRawBufferPointer(rebasing: bytes.dropFirst(number * 512).prefix(512))
                        }
                        if sector(mine).holdsSame(as: sector(old)) || sector(mine).holdsSame(as: sector(new)) {
                            return false
                        }
                        // Torn within the sector, as only the page cache does: byte by byte.
                        return zip(sector(mine), zip(sector(old), sector(new))).contains { $0 != $1.0 && $0 != $1.1 }
                    }
                }
            }
        }
    }
}

extension StorageOperation {
    /// The range of a slot that is written or filled with zeros; nil for anything else.
    var writtenRange: Range<UInt64>? {
        switch self {
        case .write(_, let offset, let count): offset..<offset + UInt64(count)
        case .zero(_, let offset, let count): offset..<offset + count
        default: nil
        }
    }
}
