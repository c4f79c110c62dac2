import Bundles
import Platform
import Synchronization
import SystemPackage
import Vocabulary

/// What a payload came to: the descriptions of its images, their records, its length and its digest.
struct BuiltPayload: Sendable {
    var images: [ImageDescription] = []
    var index: [UInt8] = []
    var length: UInt64 = 0
    var digest = SHA256.digest(of: [])
}

/// Cuts images into chunks and compresses them side by side; what is written does not depend on how many threads do it.
///
/// Each thread takes the next chunk, compresses it, and hands it in when it is its turn. So at most one chunk for
/// each thread is in memory, whatever the images' size.
final class PayloadBuilder: Sendable {
    /// A piece of an image, by its number among all pieces.
    private struct Piece {
        var number: Int
        var image: Int
        var offset: UInt64
        var length: Int
    }

    private struct Image: Sendable {
        var name: String
        var file: OpenFile
        var size: UInt64
        var firstPiece: Int
        var chunkCount: Int
    }

    private struct Assembly: ~Copyable {
        var payload = BuiltPayload()
        /// Of the image that is being built.
        var digest = RunningDigest()
        var storedDigest = RunningDigest()
        var done: UInt64 = 0
    }

    private let images: [Image]
    private let level: Int
    private let chunkLength: Int
    private let output: OpenFile
    private let cancellation: Cancellation
    private let progress: @Sendable (UInt64) -> Void
    private let next = Atomic<Int>(0)
    private let turns = Turns()
    private let assembly = Mutex(Assembly())

    /// The bytes of all images together: what `done` of the progress runs up to.
    let totalLength: UInt64

    init(
        _ files: [(name: String, file: OpenFile)], level: Int, chunkLength: Int, output: OpenFile,
        cancellation: Cancellation, progress: @escaping @Sendable (UInt64) -> Void
    ) throws(ReleaseError) {
        var images: [Image] = []
        var pieces: UInt64 = 0
        var total: UInt64 = 0
        for (name, file) in files {
            let size: UInt64
            do throws(StorageError) { size = try file.size() } catch { throw .storage(error) }
            guard (1...BundleFormat.largestPayload).contains(size) else { throw .imageSize(file.path, bytes: size) }
            let count = (size - 1) / UInt64(chunkLength) + 1
            images.append(
                Image(name: name, file: file, size: size, firstPiece: Int(pieces), chunkCount: Int(count)))
            pieces += count
            total += size
        }
        let limit = BundleFormat.largestIndex / UInt64(BundleFormat.recordLength)
        guard pieces <= limit else { throw .tooManyChunks(pieces, limit: limit) }
        self.images = images
        self.level = level
        self.chunkLength = chunkLength
        self.output = output
        self.cancellation = cancellation
        self.progress = progress
        totalLength = total
    }

    func build(threads: Int) async throws(ReleaseError) -> BuiltPayload {
        try await BlockingThread.runAll("compress", count: max(1, threads)) { () throws(ReleaseError) in
            try self.run()
        }
        return assembly.withLock { assembly in
            assembly.payload.digest = assembly.storedDigest.finish()
            return assembly.payload
        }
    }

    private func run() throws(ReleaseError) {
        do throws(ReleaseError) {
            try compressPieces()
        } catch {
            turns.abandon()
            throw error
        }
    }

    private func compressPieces() throws(ReleaseError) {
        let input = AlignedBuffer(byteCount: chunkLength)
        let room = AlignedBuffer(byteCount: ZstdEncoder.bound(chunkLength))
        var zeros = ZeroDigests()
        let encoder: ZstdEncoder
        do throws(CompressionError) { encoder = try ZstdEncoder(level: level) } catch { throw .compression(error) }
        while let piece = takePiece() {
            guard !cancellation.isCancelled else { throw .cancelled }
            let bytes = UnsafeMutableRawBufferPointer(rebasing: input.bytes[..<piece.length])
            do throws(StorageError) {
                try images[piece.image].file.read(into: bytes, at: piece.offset)
            } catch { throw .storage(error) }
            let content = UnsafeRawBufferPointer(bytes)
            let (kind, stored) = try encode(content, with: encoder, room: room.bytes)
            let digest = kind == .zero ? zeros.digest(of: content.count) : SHA256.digest(of: content)
            guard turns.wait(for: piece.number) else { return }
            try handIn(piece, content, digest: digest, kind: kind, stored: stored)
            turns.advance()
        }
    }

    private func takePiece() -> Piece? {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard let image = images.lastIndex(where: { $0.firstPiece <= number }),
            number < images[image].firstPiece + images[image].chunkCount
        else { return nil }
        let offset = UInt64(number - images[image].firstPiece) * UInt64(chunkLength)
        let length = min(UInt64(chunkLength), images[image].size - offset)
        return Piece(number: number, image: image, offset: offset, length: Int(length))
    }

    private func encode(
        _ content: UnsafeRawBufferPointer, with encoder: borrowing ZstdEncoder, room: UnsafeMutableRawBufferPointer
    ) throws(ReleaseError) -> (ChunkKind, UnsafeRawBufferPointer) {
        if content.isAllZero { return (.zero, UnsafeRawBufferPointer(rebasing: content[..<0])) }
        do throws(CompressionError) {
            let length = try encoder.encode(content, into: room)
            // A chunk that hardly shrinks is cheaper to read as it is.
            guard length < content.count - content.count / 64 else { return (.raw, content) }
            return (.zstd, UnsafeRawBufferPointer(rebasing: room[..<length]))
        } catch { throw .compression(error) }
    }

    private func handIn(
        _ piece: Piece, _ content: UnsafeRawBufferPointer, digest: Digest, kind: ChunkKind,
        stored: UnsafeRawBufferPointer
    ) throws(ReleaseError) {
        let offset = assembly.withLock { $0.payload.length }
        if stored.count > 0 {
            do throws(StorageError) { try output.write(stored, at: offset) } catch { throw .storage(error) }
        }
        let record = ChunkRecord(
            image: piece.image, outputOffset: piece.offset, outputLength: piece.length, digest: digest, kind: kind,
            storedOffset: offset, storedLength: stored.count)
        let image = images[piece.image]
        let done = assembly.withLock { assembly in
            assembly.payload.length += UInt64(record.storedLength)
            assembly.payload.index.append(contentsOf: record.bytes)
            assembly.digest.update(content)
            assembly.storedDigest.update(stored)
            if piece.offset + UInt64(piece.length) == image.size {
                let own = assembly.payload.index.suffix(image.chunkCount * BundleFormat.recordLength)
                assembly.payload.images.append(
                    ImageDescription(
                        name: image.name, size: image.size, digest: assembly.digest.finish(),
                        chunkCount: image.chunkCount, indexDigest: SHA256.digest(of: Array(own))))
            }
            assembly.done += UInt64(piece.length)
            return assembly.done
        }
        progress(done)
    }
}
