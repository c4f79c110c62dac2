package import Vocabulary

/// What a peripheral should run.
package struct PeripheralTarget: Sendable, Hashable {
    package let hash: Digest
    package let version: MCUbootVersion

    package init(hash: Digest, version: MCUbootVersion) {
        self.hash = hash
        self.version = version
    }
}

extension MCUbootImage {
    package var target: PeripheralTarget { PeripheralTarget(hash: hash, version: version) }
}

extension PeripheralImage {
    /// Nil for an image without a hash or with a version that is none: it cannot be gone back to by name.
    package var target: PeripheralTarget? {
        guard let hash, let version = MCUbootVersion(version) else { return nil }
        return PeripheralTarget(hash: hash, version: version)
    }
}
