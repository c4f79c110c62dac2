import Platform
import Synchronization
import SystemPackage

/// Lets every change pass and remembers which files it touched.
final class Fence: StorageObserver {
    private let folder: String
    private let names = Mutex<Set<String>>([])
    private let recorder = Mutex<MediumRecorder?>(nil)

    init(_ folder: FilePath) { self.folder = folder.string + "/" }

    /// What was changed since it was taken: names below the folder, or whole paths elsewhere.
    var touched: Set<String> { names.withLock { $0 } }

    func take() -> Set<String> {
        names.withLock { names in
            defer { names = [] }
            return names
        }
    }

    /// Shows every change to a recorder too, from now on; to nobody for nil.
    func show(_ new: MediumRecorder?) { recorder.withLock { $0 = new } }

    /// Remembers what somebody else changed: names below the folder.
    func note(_ changed: Set<String>) { names.withLock { $0.formUnion(changed) } }

    func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
        switch operation {
        case .create(let path), .write(let path, _, _), .zero(let path, _, _), .truncate(let path, _),
            .remove(let path),
            .createFolder(let path):
            note(path)
        case .rename(let path, let target):
            note(path)
            note(target)
        case .flush, .flushFolder: break
        }
        return recorder.withLock { $0 }?.decide(on: operation, data: data) ?? .proceed
    }

    private func note(_ path: FilePath) {
        let text = path.string
        let name = text.hasPrefix(folder) ? String(text.dropFirst(folder.count)) : text
        _ = names.withLock { $0.insert(name) }
    }
}
