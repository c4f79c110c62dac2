package import Documents
package import Platform
import Vocabulary

/// Looks into a USB stick for the agent, which never mounts one itself.
package protocol StickReader: Sendable {
    /// The releases for this product on whatever stick is plugged in.
    func releases() async throws -> [StickRelease]

    /// Opens one for reading, by its name there; without a name there must be exactly one.
    func open(_ name: String?) async throws -> OpenFile
}

/// A release that lies on a stick.
package struct StickRelease: Sendable, Equatable {
    package let name: String
    package let bytes: UInt64

    package init(name: String, bytes: UInt64) {
        self.name = name
        self.bytes = bytes
    }

    package var json: JSON { ["path": .string(name), "bytes": .number(bytes)] }
}
