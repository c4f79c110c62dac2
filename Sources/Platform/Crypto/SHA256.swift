import COpenSSL
package import Vocabulary

/// A SHA-256 computation by OpenSSL, which uses the processor's own instructions where it has them.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    package init() {
        // EVP_MD_CTX_new fails only when memory is gone, and SHA-256 is in every provider: neither can be handled here.
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("OpenSSL has no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "OpenSSL cannot digest")
    }

    package func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Ends the computation and starts a new one.
    package func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        guard EVP_DigestFinal_ex(context, &bytes, nil) == 1, EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1,
            let digest = Digest(bytes: bytes)
        else { preconditionFailure("OpenSSL cannot finish a digest") }
        return digest
    }

    package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        let computation = SHA256()
        computation.update(bytes)
        return computation.finish()
    }

    package static func digest(of bytes: [UInt8]) -> Digest { bytes.withUnsafeBytes { digest(of: $0) } }
}
