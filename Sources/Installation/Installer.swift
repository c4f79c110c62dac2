package import Bundles
package import Platform
package import SystemPackage
import Vocabulary

/// Puts the images of a verified bundle into slots, and proves by reading them back that they are there.
///
/// How it works: the calling thread reads chunks from the bundle in order; workers, one a core, decode and check each chunk, compare
/// it with what the slot holds, and write what differs, in whatever order they finish. Nothing is written before its digest is
/// right, so a wrong or damaged payload can stop an installation but never put a wrong byte into a slot. A restarted installation
/// does the same again and finds most chunks in place. When all is flushed, every chunk is read from the medium once more; an
/// installation that wrote nothing has done that already by comparing.
package struct Installer: Sendable {
    private let storage: Storage
    private let slotGuard: SlotGuard
    private let lock: FilePath
    private let threads: Int

    /// Takes the path of the lock that keeps a second installer out, and how many threads may work.
    package init(storage: Storage, slotGuard: SlotGuard, lock: FilePath, threads: Int) {
        self.storage = storage
        self.slotGuard = slotGuard
        self.lock = lock
        self.threads = max(1, threads)
    }

    /// Installs every image of `bundle` into the slot that `slots` names for it; blocks until done.
    package func install(
        _ bundle: VerifiedBundle, into slots: [String: FilePath], cancellation: Cancellation,
        progress: @escaping @Sendable (InstallProgress) -> Void
    ) throws(InstallationError) -> InstallReport {
        let held = try takeLock()
        defer { withExtendedLifetime(held) {} }
        let targets = try openSlots(bundle, slots)
        let total = bundle.manifest.images.reduce(0) { $0 + $1.size }
        let tally = Tally(total: total, report: progress)
        try write(bundle, to: targets, tally: tally, cancellation: cancellation)
        try storageErrors { () throws(StorageError) in
            for target in targets {
                try target.direct.flush()
                try target.buffered.flush()
                target.buffered.dropCache()
            }
        }
        if tally.written > 0 {
            tally.startPhase()
            let readBack = ReadBack(
                index: bundle.index, targets: targets, tally: tally, cancellation: cancellation, threads: threads)
            try readBack.run()
        }
        return InstallReport(total: total, written: tally.written, skipped: tally.skipped)
    }

    /// Opens all slots that an installation needs, without writing: what `--dry-run` asks.
    package func check(_ images: [ImageDescription], into slots: [String: FilePath]) throws(InstallationError) {
        _ = try open(images, slots)
    }

    private func takeLock() throws(InstallationError) -> OpenFile {
        do {
            let file = try storage.open(lock, [.read, .write, .create])
            try file.lock()
            return file
        } catch .locked {
            throw .anotherInstaller
        } catch {
            throw .storage(error)
        }
    }

    private func openSlots(
        _ bundle: VerifiedBundle, _ slots: [String: FilePath]
    ) throws(InstallationError) -> [WritableSlot] {
        try open(bundle.manifest.images, slots)
    }

    private func open(
        _ images: [ImageDescription], _ slots: [String: FilePath]
    ) throws(InstallationError) -> [WritableSlot] {
        var targets: [WritableSlot] = []
        var taken: Set<FilePath> = []
        for image in images {
            guard let path = slots[image.name] else { throw .noSlot(image: image.name) }
            guard taken.insert(FileIdentity.resolve(path)).inserted else { throw .sameSlotTwice(path) }
            targets.append(try slotGuard.open(path, needing: image.size))
        }
        return targets
    }

    private func write(
        _ bundle: VerifiedBundle, to targets: [WritableSlot], tally: Tally, cancellation: Cancellation
    ) throws(InstallationError) {
        let largest = bundle.index.largestOutputLength
        // Two a thread, so that a worker that is done finds its next chunk there.
        let free = BoundedQueue<Slab>(capacity: threads * 2)
        for _ in 0..<threads * 2 { free.put(Slab(byteCount: bundle.readBufferLength)) }
        let ready = BoundedQueue<LoadedChunk>(capacity: threads * 2)
        let expectsSame = try storageErrors { () throws(StorageError) in
            try Sampling.mostlySame(bundle.index, in: targets)
        }
        let workers = BlockingThreadGroup("install", count: threads) {
            let worker = ChunkWriter(
                targets: targets, largest: largest, expectsSame: expectsSame, tally: tally)
            while let loaded = ready.take() {
                if tally.failure == nil, !cancellation.isCancelled {
                    do throws(InstallationError) { try worker.write(loaded) } catch { tally.fail(error) }
                }
                free.put(loaded.slab)
            }
        }
        feed(bundle, free: free, ready: ready, tally: tally, cancellation: cancellation)
        ready.close()
        workers.wait()
        if let failure = tally.failure { throw failure }
        if cancellation.isCancelled { throw .cancelled }
    }

    /// Reads the payload to its end on the calling thread, or until something stops it.
    private func feed(
        _ bundle: VerifiedBundle, free: BoundedQueue<Slab>, ready: BoundedQueue<LoadedChunk>, tally: Tally,
        cancellation: Cancellation
    ) {
        do throws(BundleError) {
            while tally.failure == nil, !cancellation.isCancelled, let slab = free.take() {
                guard let record = try bundle.readChunk(into: slab.buffer.bytes) else { return }
                ready.put(LoadedChunk(record: record, slab: slab))
            }
        } catch {
            tally.fail(.bundle(error))
        }
    }
}

/// Memory for one stored chunk, handed from thread to thread.
final class Slab: Sendable {
    let buffer: AlignedBuffer

    init(byteCount: Int) { buffer = AlignedBuffer(byteCount: byteCount) }
}

/// A chunk as the bundle stores it.
struct LoadedChunk: Sendable {
    let record: ChunkRecord
    let slab: Slab

    var stored: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(slab.buffer.bytes).prefix(record.storedLength))
    }
}

func storageErrors<Value>(_ body: () throws(StorageError) -> Value) throws(InstallationError) -> Value {
    do { return try body() } catch { throw .storage(error) }
}
