package import Documents
package import Trust
package import Vocabulary

/// A signed document that says: what was measured on this device is what it should be (`aftercare.configuration/1`).
package struct ConfigurationAcceptance: Equatable, Sendable {
    package static let schema = "aftercare.configuration/1"

    package let id: String
    /// The one device that it is about.
    package let device: String
    /// The measurement that it accepts (`Measurement.digest`).
    package let digest: Digest
    package let reason: String
    /// Who decided, as people name themselves; who signed is in the approvals.
    package let by: String

    /// Reads a document whose signatures satisfied the policy.
    package init(_ document: VerifiedDocument) throws(IntegrityError) {
        try self.init(reading: document.document)
    }

    /// The same without signatures, for whoever writes one.
    package init(reading document: JSON) throws(IntegrityError) {
        do throws(DocumentError) {
            var fields = try Fields(document)
            guard try fields.string("schema") == Self.schema else {
                throw fields.refuse("schema", "is not '\(Self.schema)'")
            }
            id = try fields.string("id", limit: 64)
            device = try fields.string("device", limit: 64)
            digest = try fields.digest("digest")
            reason = try fields.string("reason", limit: 2048)
            by = try fields.string("by", limit: 256)
            for (key, text) in [("id", id), ("reason", reason), ("by", by)]
            where !text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) {
                throw fields.refuse(key, "is empty")
            }
            try fields.done()
        } catch { throw .document(error) }
    }

    package init(id: String, device: String, digest: Digest, reason: String, by: String) {
        (self.id, self.device, self.digest, self.reason, self.by) = (id, device, digest, reason, by)
    }

    package var json: JSON {
        [
            "schema": .string(Self.schema), "id": .string(id), "device": .string(device),
            "digest": .string(digest.hex), "reason": .string(reason), "by": .string(by),
        ]
    }
}
