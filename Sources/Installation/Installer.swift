package import Bundles
package import Platform
package import SystemPackage
import Vocabulary

/// Puts the images of a verified bundle into slots, and proves by reading them back that they are there.
///
/// How it works: several threads do the same. Each takes the next chunk of the bundle, decodes and checks it, compares
/// it with what the slot holds, and writes what differs, in whatever order they finish. Nothing is written before its
/// digest is right, so a wrong or damaged payload can stop an installation but never put a wrong byte into a slot. A
/// restarted installation does the same again and finds most chunks in place. When all is flushed, every chunk is read
/// from the medium once more; an installation that wrote nothing has done that already by comparing.
package struct Installer: Sendable {
    /// The bytes that the buffers of all threads may have together: a bundle with large chunks gets fewer threads.
    private static let memory = 18 << 20

    private let storage: Storage
    private let slotGuard: SlotGuard
    private let lock: FilePath
    private let threads: Int

    /// Takes the path of the lock that keeps a second installer out, and how many threads may work at most.
    package init(storage: Storage, slotGuard: SlotGuard, lock: FilePath, threads: Int) {
        self.storage = storage
        self.slotGuard = slotGuard
        self.lock = lock
        self.threads = max(1, threads)
    }

    /// Installs every image of `bundle` into the slot that `slots` names for it.
    ///
    /// `progress` is called by one thread at a time, with rising figures in each phase.
    package func install(
        _ bundle: VerifiedBundle, into slots: [String: FilePath], cancellation: Cancellation,
        progress: @escaping @Sendable (InstallProgress) -> Void
    ) async throws(InstallationError) -> InstallReport {
        let images = bundle.manifest.images
        let (held, targets, expectsSame) = try await BlockingThread.run("install") { () throws(InstallationError) in
            let held = try takeLock()
            let targets = try open(images, slots)
            return (held, targets, Sampling.mostlySame(bundle.index, in: targets))
        }
        // Closing would not be enough while a child process that is being started still has the file.
        defer { held.unlock() }
        let writing = Tally(.writing, total: bundle.outputLength, report: progress)
        try await write(bundle, to: targets, expectsSame: expectsSame, tally: writing, cancellation)
        try await BlockingThread.run("install-flush") { () throws(InstallationError) in
            try storageErrors { () throws(StorageError) in for target in targets { try target.flush() } }
        }
        let report = InstallReport(total: bundle.outputLength, written: writing.written)
        if report.written > 0 || !targets.allSatisfy(\.isDirect) {
            let reading = Tally(
                .readingBack, total: report.total, inPlace: report.skipped, report: progress)
            try await readBack(bundle.index, from: targets, tally: reading, cancellation)
        }
        return report
    }

    /// Opens all slots that an installation needs, without writing: what `--dry-run` asks.
    package func check(_ images: [ImageDescription], into slots: [String: FilePath]) throws(InstallationError) {
        _ = try open(images, slots)
    }

    private func takeLock() throws(InstallationError) -> OpenFile {
        do throws(StorageError) {
            let file = try storage.open(lock, [.read, .write, .create])
            try file.lock()
            return file
        } catch {
            if case .locked = error { throw .anotherInstaller }
            throw .storage(error)
        }
    }

    private func open(
        _ images: [ImageDescription], _ slots: [String: FilePath]
    ) throws(InstallationError) -> [WritableSlot] {
        var targets: [WritableSlot] = []
        var taken: Set<String> = []
        for image in images {
            guard let path = slots[image.name] else { throw .noSlot(image: image.name) }
            if let identity = FileIdentity(path), !taken.insert(identity.key).inserted { throw .sameSlotTwice(path) }
            targets.append(try slotGuard.open(path, needing: image.size))
        }
        return targets
    }

    private func write(
        _ bundle: VerifiedBundle, to targets: [WritableSlot], expectsSame: Bool, tally: Tally,
        _ cancellation: Cancellation
    ) async throws(InstallationError) {
        let stop = StopSign(cancellation)
        let count = max(1, min(threads, Self.memory / ChunkWriter.memory(for: bundle)))
        try await BlockingThread.runAll("install", count: count) { () throws(InstallationError) in
            var writer = ChunkWriter(bundle, slots: targets, expectsSame: expectsSame, tally: tally)
            try stop.repeatUntilDone { () throws(InstallationError) in try writer.writeNext() }
        }
    }

    private func readBack(
        _ index: ChunkIndex, from targets: [WritableSlot], tally: Tally, _ cancellation: Cancellation
    ) async throws(InstallationError) {
        let stop = StopSign(cancellation)
        let work = ReadBack(index, slots: targets, tally: tally)
        try await BlockingThread.runAll("read-back", count: threads) { () throws(InstallationError) in
            let reader = SlotReader()
            try stop.repeatUntilDone { () throws(InstallationError) in try work.checkNext(with: reader) }
        }
    }
}

func storageErrors<Value>(_ body: () throws(StorageError) -> Value) throws(InstallationError) -> Value {
    do throws(StorageError) { return try body() } catch { throw .storage(error) }
}
