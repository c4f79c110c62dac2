package import Vocabulary

extension PeripheralSet {
    /// What a peripheral should run.
    package struct Target: Sendable, Hashable {
        package let hash: Digest
        package let version: MCUbootVersion

        package init(hash: Digest, version: MCUbootVersion) {
            self.hash = hash
            self.version = version
        }
    }
}

extension MCUbootImage {
    package var target: PeripheralSet.Target { PeripheralSet.Target(hash: hash, version: version) }
}

extension PeripheralImage {
    /// Nil for an image without a hash or with a version that is none: it cannot be gone back to by name.
    package var target: PeripheralSet.Target? {
        guard let hash, let version = MCUbootVersion(version) else { return nil }
        return PeripheralSet.Target(hash: hash, version: version)
    }
}
