package import Documents
package import Vocabulary

/// A manufacturer's word that what was measured on a device is what it should be, though it is not what its release says (C20).
package struct ConfigurationAcceptance: ControlDocument {
    package static let kind = ControlDocumentKind.configuration

    package var id: String
    /// The one device that it is about: a configuration that differs is never accepted for many at once.
    package var device: String
    /// The digest of the measurement that it accepts, as `aftercare integrity` shows it.
    package var digest: Digest
    package var reason: String
    /// Who decided, as people name themselves; who signed is in the approvals.
    package var by: String

    package init(id: String, device: String, digest: Digest, reason: String, by: String) {
        (self.id, self.device, self.digest, self.reason, self.by) = (id, device, digest, reason, by)
    }
}

extension ConfigurationAcceptance {
    package init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.documentID()
        device = try fields.telling("device", limit: 64)
        digest = try fields.digest("digest")
        reason = try fields.telling("reason", limit: 2048)
        by = try fields.telling("by")
    }

    package func requireCoherence() {}

    package var json: JSON {
        [
            "schema": .string(Self.kind.rawValue), "id": .string(id), "device": .string(device),
            "digest": .string(digest.hex), "reason": .string(reason), "by": .string(by),
        ]
    }
}
