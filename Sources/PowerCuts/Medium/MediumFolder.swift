import Glibc
import Platform
import SystemPackage

/// A folder that holds one medium's content after another; only what differs is written.
final class MediumFolder {
    private let path: FilePath
    private let storage = Storage()
    private var held: MediumContent

    init(_ path: FilePath) throws {
        self.path = path
        held = try MediumContent(of: path)
    }

    /// Makes the folder hold `content`; `touched` names everything that others changed there since the last call.
    func put(_ content: MediumContent, touched: Set<String>) throws {
        for name in touched.union(held.files.keys) where content.files[name] == nil {
            _ = file(name).withPlatformString { unlink($0) }
        }
        for name in touched.union(held.folders).sorted(by: >) where !content.folders.contains(name) {
            if content.files[name] == nil { _ = file(name).withPlatformString { rmdir($0) } }
        }
        for name in content.folders.sorted() { _ = file(name).withPlatformString { mkdir($0, 0o700) } }
        for (name, bytes) in content.files where touched.contains(name) || held.files[name] != bytes {
            let file = try storage.open(file(name), [.write, .create])
            try file.truncate(to: 0)
            try file.write(bytes, at: 0)
        }
        held = content
    }

    private func file(_ name: String) -> FilePath { path.pushing(FilePath(name)) }
}

extension MediumContent {
    /// Lays it out in a new folder, for a person to look into.
    func lay(in path: FilePath) throws {
        try Storage().createFolder(path)
        try MediumFolder(path).put(self, touched: [])
    }
}
