package import Platform
import Synchronization
import Vocabulary

extension VerifiedBundle {
    /// The length in bytes of all images together: what `done` of a check runs up to.
    package var outputLength: UInt64 { manifest.images.reduce(0) { $0 + $1.size } }

    /// Reads the whole payload, once, and checks every chunk and all digests of the manifest; nothing is written.
    ///
    /// `progress` gets the bytes checked so far, in rising order; `cancellation` is asked before every chunk. Memory
    /// is two chunks for each thread.
    package func checkPayload(
        threads: Int, cancellation: Cancellation = Cancellation(),
        progress: @escaping @Sendable (_ done: UInt64) -> Void = { _ in }
    ) async throws(BundleError) {
        let check = PayloadCheck(bundle: self, cancellation: cancellation, progress: progress)
        try await BlockingThread.runAll("verify", count: max(1, threads)) { () throws(BundleError) in try check.run() }
        try check.finish()
    }
}

/// One check of a payload, shared by its threads: chunks are decoded side by side, images are digested in order.
private final class PayloadCheck: Sendable {
    private let bundle: VerifiedBundle
    private let cancellation: Cancellation
    private let progress: @Sendable (UInt64) -> Void
    private let turns = Turns()
    private let state = Mutex(State())

    private struct State: ~Copyable {
        var image = RunningDigest()
        var payload = RunningDigest()
        var done: UInt64 = 0
    }

    init(
        bundle: VerifiedBundle, cancellation: Cancellation,
        progress: @escaping @Sendable (UInt64) -> Void
    ) {
        self.bundle = bundle
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Takes chunks until there are no more; what one thread finds wrong ends the others too.
    func run() throws(BundleError) {
        do throws(BundleError) {
            try checkChunks()
        } catch {
            turns.abandon()
            throw error
        }
    }

    private func checkChunks() throws(BundleError) {
        let stored = AlignedBuffer(byteCount: bundle.readBufferLength)
        let output = AlignedBuffer(byteCount: bundle.index.largestOutputLength)
        var decoder = ChunkDecoder()
        while true {
            guard !cancellation.isCancelled else { throw .cancelled }
            guard let (number, record) = try bundle.readNumberedChunk(into: stored.bytes, where: { _ in true })
            else { return }
            var failure: BundleError?
            do throws(BundleError) {
                try decoder.decode(record, stored: UnsafeRawBufferPointer(stored.bytes), into: output.bytes)
            } catch { failure = error }
            // A failure waits for its turn as well, so that the first damaged chunk is the one that is told.
            guard turns.wait(for: number) else { return }
            if let failure { throw failure }
            try take(
                record, stored: UnsafeRawBufferPointer(rebasing: stored.bytes[..<record.storedLength]),
                output: UnsafeRawBufferPointer(rebasing: output.bytes[..<record.outputLength]))
            turns.advance()
        }
    }

    /// To be called when all threads are done.
    func finish() throws(BundleError) {
        let digest = state.withLock { $0.payload.finish() }
        guard digest == bundle.manifest.payloadDigest else { throw .payloadDamaged }
    }

    private func take(
        _ record: ChunkRecord, stored: UnsafeRawBufferPointer, output: UnsafeRawBufferPointer
    ) throws(BundleError) {
        let description = bundle.manifest.images[record.image]
        let isLast = record.outputOffset + UInt64(record.outputLength) == description.size
        let (digest, done) = state.withLock { state in
            state.payload.update(stored)
            state.image.update(output)
            state.done += UInt64(record.outputLength)
            return (isLast ? state.image.finish() : nil, state.done)
        }
        guard digest == nil || digest == description.digest else { throw .imageDamaged(image: description.name) }
        progress(done)
    }
}
