package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The key by which a device vouches for what it says of itself: checkpoints of its ledger, its passport, its configuration.
///
/// It is the device's own: made on it, or held by its TPM or another token, and never equal to another device's. It approves nothing.
package struct DeviceKey: Sendable {
    private static let fileLimit = 16 << 10

    package let key: PrivateKey

    package init(_ key: PrivateKey) { self.key = key }

    /// Opens the key in `file`, or makes one there (Ed25519, mode 0600) the first time.
    package static func open(file: FilePath, storage: Storage) throws(TrustError) -> DeviceKey {
        do {
            guard storage.exists(file) else {
                let key = try PrivateKey.generate(.ed25519)
                try storage.replace(file, with: try key.pem, mode: 0o600)
                return DeviceKey(key)
            }
            return DeviceKey(try PrivateKey(pem: try storage.read(file, limit: fileLimit)))
        } catch let error as StorageError {
            throw .unreadable(error)
        } catch {
            throw .deviceKey(file.string, reason: "\(error)")
        }
    }

    /// Opens a key that a token holds, by its `pkcs11:` URI (RFC 7512).
    package static func open(token uri: String) throws(TrustError) -> DeviceKey {
        do throws(CryptoError) {
            return DeviceKey(try PrivateKey(token: uri))
        } catch {
            throw .deviceKey(uri, reason: error.description)
        }
    }

    /// The signature over `bytes`, in the key's natural form: Ed25519, or ECDSA in DER with SHA-256 or SHA-384.
    package func sign(_ bytes: [UInt8]) throws(TrustError) -> [UInt8] {
        do throws(CryptoError) {
            return try key.sign(bytes, digest: key.kind.naturalDigest)
        } catch {
            throw .deviceKey("it", reason: error.description)
        }
    }

    /// The public key: DER SubjectPublicKeyInfo.
    package var publicKey: [UInt8] {
        get throws(TrustError) {
            do throws(CryptoError) {
                return try key.publicDER
            } catch {
                throw .deviceKey("it", reason: error.description)
            }
        }
    }

    /// `statement` with the device's signature over it, as one JSON object (docs/signed-documents.md).
    ///
    /// What is signed is the line `aftercare.statement/1`, a line feed, and the canonical bytes of the statement, so that no signature
    /// for this can stand for anything else that the key signs.
    package func sign(statement: JSON) throws(TrustError) -> JSON {
        [
            "schema": .string(DeviceStatement.schema), "statement": statement,
            "key": .string(Base64.encode(try publicKey)),
            "signature": .string(Base64.encode(try sign(DeviceStatement.signedBytes(statement)))),
        ]
    }
}

/// What a device said of itself, signed by its own key.
package enum DeviceStatement {
    package static let schema = "aftercare.statement/1"

    package static func signedBytes(_ statement: JSON) -> [UInt8] {
        Array("\(schema)\n".utf8) + statement.canonicalBytes
    }

    /// The statement, if the signature is right and by this key, where one is given; its key is not otherwise judged.
    package static func read(_ value: JSON, by expected: PublicKey? = nil) throws(TrustError) -> JSON {
        let (statement, key, signature): (JSON, [UInt8]?, [UInt8]?)
        do throws(DocumentError) {
            var fields = try Fields(value)
            guard try fields.string("schema") == schema else { throw fields.refuse("schema", "is not '\(schema)'") }
            statement = try fields.value("statement")
            key = Base64.decode(try fields.string("key", limit: 4096))
            signature = Base64.decode(try fields.string("signature", limit: 4096))
            try fields.done()
        } catch { throw .document(error) }
        guard let key, let signature else {
            throw .document(.unacceptable("key", reason: "or signature is not base64"))
        }
        let holder: PublicKey
        do throws(CryptoError) { holder = try PublicKey(der: key) } catch {
            throw .deviceKey("the statement's", reason: error.description)
        }
        if let expected, expected.keyID != holder.keyID {
            throw .deviceKey("the statement's", reason: "it is another device's")
        }
        guard holder.verifies(signature, over: signedBytes(statement)) else { throw .badSignature("the device") }
        return statement
    }

    /// SHA-256 of the DER SubjectPublicKeyInfo that a statement names, without asking whether it signed.
    package static func keyID(of value: JSON) throws(TrustError) -> Digest {
        guard let key = value["key"]?.string.flatMap({ Base64.decode(Array($0.utf8)) }) else {
            throw .document(.unacceptable("key", reason: "is not base64"))
        }
        return SHA256.digest(of: key)
    }
}
