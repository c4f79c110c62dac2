package import Vocabulary

/// A SHA-256 computation that threads hand to each other, one at a time.
package struct RunningDigest: ~Copyable, @unchecked Sendable {
    // Sendable by hand: OpenSSL's context belongs to no thread, nothing else holds this one, and as it is not copyable and every use
    // is mutating, the compiler sees to it that there is one user.
    private let computation = SHA256()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { computation.update(bytes) }

    /// Ends the computation and starts a new one.
    package mutating func finish() -> Digest { computation.finish() }
}
