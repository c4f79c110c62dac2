import Documents
package import Platform
package import Trust
package import Vocabulary

/// Who vouches for a ledger: the device, under the name of its ledger, with its key.
package struct LedgerSigner: Sendable {
    package let origin: String
    package let key: DeviceKey
    /// DER SubjectPublicKeyInfo.
    package let publicKey: [UInt8]
    private let keyID: [UInt8]

    package init(device: String, key: DeviceKey) throws(LedgerError) {
        self.key = key
        origin = Self.origin(of: device)
        do throws(TrustError) { publicKey = try key.publicKey } catch { throw .signing(error.description) }
        guard let verifier = NoteVerifier(origin: origin, der: publicKey) else {
            throw .signing("a ledger's key is Ed25519 or ECDSA P-256")
        }
        keyID = verifier.keyID
    }

    /// The name of a device's ledger, in which a space or a plus sign would end the name.
    package static func origin(of device: String) -> String {
        let kept = device.utf8.map { byte -> String in
            let isPlain =
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            return isPlain ? String(decoding: [byte], as: UTF8.self) : "%" + Hex.encode([byte]).uppercased()
        }
        return "aftercare-ledger/" + kept.joined()
    }

    package func checkpoint(size: UInt64, root: Digest) throws(LedgerError) -> Checkpoint {
        var checkpoint = Checkpoint(origin: origin, size: size, root: root)
        let signature = try sign(checkpoint.text)
        checkpoint.signatures = [Checkpoint.Signature(name: origin, keyID: keyID, bytes: signature)]
        return checkpoint
    }

    func sign(_ text: [UInt8]) throws(LedgerError) -> [UInt8] {
        do throws(TrustError) { return try key.sign(text) } catch { throw .signing(error.description) }
    }
}

/// Checks the signatures of one key, under one name, on checkpoints.
package struct NoteVerifier: Sendable {
    package let origin: String
    package let key: PublicKey
    package let keyID: [UInt8]

    /// Nil for a key of a kind that ledgers do not have.
    package init?(origin: String, der: [UInt8]) {
        guard let key = try? PublicKey(der: der) else { return nil }
        self.init(origin: origin, key: key)
    }

    package init?(origin: String, key: PublicKey) {
        self.origin = origin
        self.key = key
        switch key.kind {
        case .ed25519: keyID = Self.keyID(origin, type: 1, key)
        case .p256: keyID = Array(SHA256.digest(of: key.der).bytes.prefix(4))
        default: return nil
        }
    }

    /// The first four bytes of SHA-256(name || 0x0A || type || the 32 bytes of an Ed25519 key).
    static func keyID(_ name: String, type: UInt8, _ key: PublicKey) -> [UInt8] {
        Array(SHA256.digest(of: Array(name.utf8) + [0x0A, type] + key.der.suffix(32)).bytes.prefix(4))
    }

    /// Whether exactly one of the note's signatures is of this key and name, and right.
    package func verifies(_ checkpoint: Checkpoint) -> Bool {
        let ours = checkpoint.signatures.filter { $0.name == origin && $0.keyID == keyID }
        guard checkpoint.origin == origin, ours.count == 1, let signature = ours.first else { return false }
        return key.verifies(signature.bytes, over: checkpoint.text)
    }
}

/// The change from one key of a device to another, signed by both: the body of `ledger.key`.
struct KeyChange: Sendable {
    let from: [UInt8]
    let to: [UInt8]
    let fromSignature: [UInt8]
    let toSignature: [UInt8]

    init(from old: LedgerSigner, to new: LedgerSigner) throws(LedgerError) {
        from = old.publicKey
        to = new.publicKey
        let text = Self.text(origin: old.origin, from: from, to: to)
        fromSignature = try old.sign(text)
        toSignature = try new.sign(text)
    }

    init?(_ body: JSON) {
        func bytes(_ name: String) -> [UInt8]? { body[name]?.string.flatMap(Base64.strict) }
        guard let from = bytes("from"), let to = bytes("to"), let fromSignature = bytes("from-signature"),
            let toSignature = bytes("to-signature")
        else { return nil }
        self.from = from
        self.to = to
        self.fromSignature = fromSignature
        self.toSignature = toSignature
    }

    var body: JSON {
        [
            "from": .string(Base64.encode(from)), "to": .string(Base64.encode(to)),
            "from-signature": .string(Base64.encode(fromSignature)),
            "to-signature": .string(Base64.encode(toSignature)),
        ]
    }

    /// Whether both keys signed it and the first is the one in force.
    func isGood(origin: String, inForce: [UInt8]) -> Bool {
        guard from == inForce, let old = NoteVerifier(origin: origin, der: from),
            let new = NoteVerifier(origin: origin, der: to)
        else { return false }
        let text = Self.text(origin: origin, from: from, to: to)
        return old.key.verifies(fromSignature, over: text) && new.key.verifies(toSignature, over: text)
    }

    private static func text(origin: String, from: [UInt8], to: [UInt8]) -> [UInt8] {
        Array("aftercare ledger key\n\(origin)\n\(Base64.encode(from))\n\(Base64.encode(to))\n".utf8)
    }
}
