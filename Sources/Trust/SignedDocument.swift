package import Documents
import Platform
package import Vocabulary

/// A document that people approved, as it travels: the document and the CMS signatures over its canonical bytes, in one JSON object.
///
/// Rule packs, baselines, downgrade authorisations and withdrawals come this way (docs/signed-documents.md). Nothing in it is
/// believed before `verified(by:at:)`.
package struct SignedDocument: Sendable, Equatable {
    package static let schema = "aftercare.signed/1"
    /// The most bytes that a signed document may have.
    package static let limit = 512 << 10

    /// An object whose `schema` says what it is.
    package let document: JSON
    /// One CMS message (DER) with every approval over the document's canonical bytes; empty while nobody has signed.
    package let signatures: [UInt8]

    package init(_ document: JSON, signatures: [UInt8] = []) {
        self.document = document
        self.signatures = signatures
    }

    /// Reads the one accepted form: canonical JSON (RFC 8785) with exactly the members of `aftercare.signed/1`.
    package init(bytes: [UInt8]) throws(TrustError) {
        do throws(DocumentError) {
            var fields = try Fields(try JSONReader.read(bytes, limit: Self.limit))
            guard try fields.string("schema") == Self.schema else {
                throw fields.refuse("schema", "is not '\(Self.schema)'")
            }
            document = try fields.value("document")
            guard case .object = document, document["schema"]?.string != nil else {
                throw fields.refuse("document", "is not an object with a schema")
            }
            guard let signatures = Base64.decode(try fields.string("signatures", limit: Self.limit)) else {
                throw fields.refuse("signatures", "is not base64 with padding (RFC 4648 section 4)")
            }
            self.signatures = signatures
            try fields.done()
        } catch { throw .document(error) }
        guard self.bytes == bytes else { throw .document(.malformed(offset: 0, reason: "not in canonical form")) }
    }

    /// What the signatures are over.
    package var content: [UInt8] { document.canonicalBytes }

    /// The one byte sequence for this document and these signatures.
    package var bytes: [UInt8] {
        let envelope: JSON = [
            "schema": .string(Self.schema), "document": document, "signatures": .string(Base64.encode(signatures)),
        ]
        return envelope.canonicalBytes
    }

    /// What the document is: `aftercare.rules/1`, `aftercare.baseline/1`.
    package var kind: String { document["schema"]?.string ?? "" }

    /// Checks every signature against the verifier's policy.
    package func verified(by verifier: Verifier, at time: TrustedTime) throws(TrustError) -> VerifiedDocument {
        VerifiedDocument(
            document: document, content: try verifier.verify(content: content, signatures: signatures, at: time))
    }
}

/// A document whose approvals satisfy a policy; only `SignedDocument` makes one.
package struct VerifiedDocument: Sendable {
    package let document: JSON
    package let content: VerifiedContent

    package var kind: String { document["schema"]?.string ?? "" }
    /// SHA-256 of the document's canonical bytes.
    package var digest: Digest { SHA256.digest(of: content.bytes) }

    // Not `package`: no other module may say that something is verified.
    init(document: JSON, content: VerifiedContent) {
        self.document = document
        self.content = content
    }
}
