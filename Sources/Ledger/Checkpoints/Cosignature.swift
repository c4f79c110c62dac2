import Documents
package import Platform
package import Vocabulary

/// A witness's name and Ed25519 key, which verify its cosignatures (C2SP tlog-cosignature, cosignature/v1).
package struct WitnessKey: Sendable {
    package let name: String
    package let key: PublicKey
    let keyID: [UInt8]

    package init(name: String, key: PublicKey) throws(LedgerError) {
        guard key.kind == .ed25519 else { throw .witnessKey(name, reason: "it is not Ed25519") }
        guard !name.isEmpty, !name.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "+") }) else {
            throw .witnessKey(name, reason: "its name is empty or holds a space or '+'")
        }
        self.name = name
        self.key = key
        keyID = NoteVerifier.keyID(name, type: 4, key)
    }

    /// Reads a verifier key, `name+hex of the key ID+base64 of 0x04 and the key` (C2SP signed-note).
    package init(verifierKey text: String) throws(LedgerError) {
        let parts = text.split(separator: "+", maxSplits: 2).map(String.init)
        guard parts.count == 3, let bytes = Base64.strict(parts[2]), bytes.count == 33, bytes[0] == 4,
            let key = try? PublicKey(der: Self.prefix + bytes.dropFirst())
        else {
            throw .witnessKey(text.printable(limit: 64), reason: "it is not 'name+hash+base64' of a cosigner's key")
        }
        try self.init(name: parts[0], key: key)
        guard Hex.encode(keyID) == parts[1] else {
            throw .witnessKey(name, reason: "its hash is \(Hex.encode(keyID)), not \(parts[1].printable(limit: 16))")
        }
    }

    package var verifierKey: String {
        "\(name)+\(Hex.encode(keyID))+\(Base64.encode([4] + key.der.suffix(32)))"
    }

    /// What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 §4).
    private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    /// When this witness signed the checkpoint, if it did.
    package func time(of checkpoint: Checkpoint) -> Timestamp? {
        for signature in checkpoint.signatures
        where signature.name == name && signature.keyID == keyID && signature.bytes.count == 72 {
            let seconds = signature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let seconds = Int64(exactly: seconds) else { continue }
            let text = Self.text(of: checkpoint, seconds: seconds)
            if key.verifies(Array(signature.bytes.dropFirst(8)), over: text) { return Timestamp(seconds: seconds) }
        }
        return nil
    }

    func sign(
        _ checkpoint: Checkpoint, with key: PrivateKey, at time: Timestamp
    ) throws(LedgerError)
        -> Checkpoint.Signature
    {
        let seconds = max(0, time.seconds)
        let text = Self.text(of: checkpoint, seconds: seconds)
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: seconds >> Int64(56 - 8 * $0)) }
        do throws(CryptoError) {
            return Checkpoint.Signature(name: name, keyID: keyID, bytes: stamp + (try key.sign(text, digest: .sha256)))
        } catch {
            throw .signing(error.description)
        }
    }

    private static func text(of checkpoint: Checkpoint, seconds: Int64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n".utf8) + checkpoint.text
    }
}
