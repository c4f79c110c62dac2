package import Integrity
package import Platform
package import SystemPackage
package import Vocabulary

/// The measurements that the agent's record names, each in a file by its digest; whatever is in such a file is that, or damaged.
package struct MeasurementShelf: Sendable {
    private let folder: FilePath
    private let storage: Storage

    package init(folder: FilePath, storage: Storage) {
        self.folder = folder
        self.storage = storage
    }

    /// Keeps a measurement durably; one that is there already costs no write.
    package func keep(_ measurement: Measurement) throws(StorageError) {
        let lines = measurement.lines
        let file = file(measurement.digest)
        if storage.exists(file), let known = try? storage.read(file, limit: lines.count), known == lines { return }
        try storage.createFolder(folder)
        try storage.replace(file, with: lines)
    }

    /// The measurement with this digest; nil where it is gone or damaged.
    package func read(_ digest: Digest) -> Measurement? {
        guard let found = try? Measurement.read(file(digest), storage: storage), found.digest == digest else {
            return nil
        }
        return found
    }

    /// Lets go of all but these.
    package func keepOnly(_ digests: [Digest]) {
        let names = Set(digests.map { file($0).lastComponent?.string ?? "" })
        for name in (try? storage.names(in: folder)) ?? [] where !names.contains(name) {
            try? storage.remove(folder.appending(name))
        }
    }

    private func file(_ digest: Digest) -> FilePath { folder.appending("\(digest.hex).jsonl") }
}
