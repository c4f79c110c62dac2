import Synchronization
package import SystemPackage
import TestSupport

/// Bundles that all machines of a sweep are offered from one place: what one machine remembers of it is then true on every other one.
package final class BundleShelf: Sendable {
    private let folder: TemporaryFolder
    private let made = Mutex<[String: FilePath]>([:])

    package init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// The bundle of this name, made by `make` when it is first asked for.
    package func bundle(_ name: String, _ make: () throws -> [UInt8]) throws -> FilePath {
        try made.withLock { made in
            if let path = made[name] { return path }
            let path = try folder.write("\(name).aftercare", try make())
            made[name] = path
            return path
        }
    }
}
