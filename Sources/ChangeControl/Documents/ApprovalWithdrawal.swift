package import Bundles
package import Documents
package import Trust
package import Vocabulary

/// A role's word that one approval of one release holds no longer: from then on the release is refused (G2).
///
/// It takes back one approval of one release; a certificate with which nothing more may be approved is revoked instead.
package struct ApprovalWithdrawal: ControlDocument {
    package static let kind = ControlDocumentKind.withdrawal

    package var id: String
    package var issued: Timestamp
    /// SHA-256 of the manifest's bytes: what a release is known by.
    package var release: Digest
    /// The key whose approval is taken back.
    package var key: Digest
    /// The role that takes its approval back, and must have approved this document.
    package var role: Role
    package var reason: String

    package init(id: String, issued: Timestamp, release: Digest, key: Digest, role: Role, reason: String) {
        self.id = id
        self.issued = issued
        self.release = release
        self.key = key
        self.role = role
        self.reason = reason
    }

    /// The approval of this release that is taken back; nil where the release has none of this key in this role.
    package func withdrawn(of release: VerifiedRelease) -> Approval? {
        guard release.digest == self.release else { return nil }
        return release.content.approvals.first { $0.keyID == key && $0.role == role }
    }
}

extension ApprovalWithdrawal {
    package init(reading fields: inout Fields) throws(DocumentError) {
        id = try fields.documentID()
        issued = try fields.timestamp("issued")
        release = try fields.digest("release")
        key = try fields.digest("key")
        let name = try fields.string("role")
        guard let role = Role(name) else { throw fields.refuse("role", "is not 1 to 32 of a-z, 0-9 and -") }
        self.role = role
        reason = try fields.telling("reason", limit: 2000)
    }

    package func requireCoherence() {}

    package var json: JSON {
        [
            "schema": .string(Self.kind.rawValue), "id": .string(id), "issued": .string(issued.description),
            "release": .string(release.hex), "key": .string(key.hex), "role": .string(role.name),
            "reason": .string(reason),
        ]
    }
}
