import ChangeControl
package import Documents
package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// A document that people approve, as it lies in a file: a draft in TOML or JSON, or signed already.
package struct DocumentFile: Sendable {
    package let path: FilePath
    package private(set) var document: SignedDocument

    /// Reads a draft (`.toml`, or JSON that is the document itself) or a signed document, and refuses what a device would refuse.
    package init(_ path: FilePath, in storage: Storage) throws(ApprovalError) {
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try storage.read(path, limit: SignedDocument.limit)
        } catch { throw .release(.storage(error)) }
        self.path = path
        let content: JSON
        do throws(DocumentError) {
            content = try Self.content(path, bytes)
        } catch { throw .release(.document(path, error)) }
        document = SignedDocument(content)
        if content["schema"]?.string == SignedDocument.schema {
            do throws(TrustError) { document = try SignedDocument(bytes: bytes) } catch { throw .trust(error) }
        }
        try requireSoundness()
    }

    package init(_ document: JSON, at path: FilePath) throws(ApprovalError) {
        self.path = path
        self.document = SignedDocument(document)
        try requireSoundness()
    }

    /// The document with one more approval.
    package mutating func sign(_ terms: ApprovalTerms, expecting digest: Digest? = nil) throws(ApprovalError) {
        let found = SHA256.digest(of: document.content)
        if let digest, digest != found { throw .changed(path, found: found, read: digest) }
        let signatures = try terms.sign(document.content, addingTo: document.signatures)
        document = SignedDocument(document.document, signatures: signatures)
    }

    /// The document with the signatures of the file in which it would be written; refuses one that holds something else.
    package mutating func takeUp(_ target: FilePath, in storage: Storage) throws(ApprovalError) {
        guard target != path, storage.exists(target) else { return }
        let there = try DocumentFile(target, in: storage)
        guard there.document.document == document.document else {
            throw .changed(
                target, found: SHA256.digest(of: there.document.content), read: SHA256.digest(of: document.content))
        }
        document = there.document
    }

    /// Where a signed document belongs: beside the draft, with the ending `.json`.
    package var signedPath: FilePath {
        guard path.extension == "toml" else { return path }
        var signed = path
        signed.extension = "json"
        return signed
    }

    /// Writes the signed form, whole or not at all.
    package func write(to path: FilePath, in storage: Storage) throws(ApprovalError) {
        do throws(StorageError) {
            try storage.replace(path, with: document.bytes, mode: 0o644)
        } catch { throw .release(.storage(error)) }
    }

    private func requireSoundness() throws(ApprovalError) {
        do throws(ControlDocumentError) {
            guard let kind = ControlDocumentKind(rawValue: document.kind) else { throw .unknownKind(document.kind) }
            try kind.requireSoundness(of: document.document)
        } catch { throw .document(error) }
    }

    private static func content(_ path: FilePath, _ bytes: [UInt8]) throws(DocumentError) -> JSON {
        guard path.extension == "toml" else { return try JSONReader.read(bytes, limit: SignedDocument.limit) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(offset: 0, reason: "invalid UTF-8")
        }
        return try TOML.read(text)
    }
}
