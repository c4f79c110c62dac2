import Documents
package import Platform
package import SystemPackage

extension PublicKey {
    /// Reads a public key from a file: DER, PEM (`openssl pkey -pubout`), or the base64 of the DER.
    package static func read(_ path: FilePath, storage: Storage) throws(LedgerError) -> PublicKey {
        let bytes: [UInt8]
        do throws(StorageError) { bytes = try storage.read(path, limit: 16 << 10) } catch { throw .storage(error) }
        if let key = try? PublicKey(der: bytes) { return key }
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        guard let der = Base64.decode(lines.joined()), let key = try? PublicKey(der: der) else {
            throw .unusableKey(path, reason: "it is no public key in DER, PEM or base64")
        }
        return key
    }
}
