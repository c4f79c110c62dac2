package import Platform
package import SystemPackage

extension ContentSigner {
    private static let maximumFile = 64 << 10

    /// A signer from its certificate file, whose first certificate is the signer's and whose others are intermediates, and its key.
    ///
    /// `key` is the path of a PEM file, or the `pkcs11:` URI of a key on a token.
    package static func read(
        certificate: FilePath, key: String, storage: Storage
    ) throws(SigningError) -> ContentSigner {
        let chain = try content(of: certificate, storage)
        let secret = PrivateKey.isToken(key) ? nil : try content(of: FilePath(key), storage)
        let certificates: [Certificate]
        let privateKey: PrivateKey
        do throws(CryptoError) {
            certificates = try Certificate.read(pem: chain, limit: 8)
            privateKey =
                if let secret { try PrivateKey(pem: secret) } else { try PrivateKey(token: key) }
        } catch {
            throw .crypto(error)
        }
        return try ContentSigner(
            key: privateKey, certificate: certificates[0], intermediates: Array(certificates.dropFirst()))
    }

    private static func content(of path: FilePath, _ storage: Storage) throws(SigningError) -> [UInt8] {
        do throws(StorageError) {
            return try storage.read(path, limit: maximumFile)
        } catch {
            throw .unreadable(error)
        }
    }
}
