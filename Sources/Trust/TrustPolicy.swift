package import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// Who may approve, who must, and what is revoked: the `[trust]` table of a device's configuration.
package struct TrustPolicy: Sendable {
    /// Who must approve where a configuration does not say: those who made it, who tested it, and who may release it (C17).
    package static let usualRoles: [Role] = [.software, .quality, .regulatory]

    package let required: [Role]
    package let anchors: TrustAnchors

    /// Refuses a required role without anchors, an anchor that is no authority, and one key as anchor of two roles.
    package init(
        required: [Role] = TrustPolicy.usualRoles, roles: [Role: [Certificate]],
        revocationLists: [RevocationList] = []
    ) throws(TrustError) {
        guard !required.isEmpty else {
            throw .policy(.unacceptable("trust.required", reason: "is empty: nobody would have to approve anything"))
        }
        guard Set(required).count == required.count else {
            throw .policy(.unacceptable("trust.required", reason: "names a role twice"))
        }
        for role in required where roles[role, default: []].isEmpty {
            throw .policy(.missing("trust.roles.\(role).anchors"))
        }
        anchors = try TrustAnchors(roles: roles, revocationLists: revocationLists)
        self.required = required
    }

    /// The same anchors with other demands: a document may need other roles than a release.
    package func requiring(_ roles: [Role]) throws(TrustError) -> TrustPolicy {
        try TrustPolicy(required: roles, roles: self.roles, revocationLists: revocationLists)
    }

    package var roles: [Role: [Certificate]] { anchors.roles }
    package var revocationLists: [RevocationList] { anchors.revocationLists }

    /// The same policy with revocation lists that came later, such as those in a verified bundle.
    package func including(_ lists: [RevocationList]) throws(TrustError) -> TrustPolicy {
        try TrustPolicy(required: required, roles: roles, revocationLists: revocationLists + lists)
    }
}

extension TrustPolicy {
    /// Reads the `[trust]` table; paths in it are relative to `folder`.
    package static func read(_ fields: Fields, folder: FilePath, storage: Storage) throws(TrustError) -> TrustPolicy {
        let table: Table
        do throws(DocumentError) {
            table = try Table(fields)
        } catch {
            throw .policy(error)
        }
        let anchors = try TrustAnchors.read(
            roles: table.anchors, revocationLists: table.revocationLists, folder: folder, storage: storage)
        return try TrustPolicy(
            required: table.required, roles: anchors.roles, revocationLists: anchors.revocationLists)
    }

    /// The table as it is written.
    private struct Table {
        let required: [Role]
        let anchors: [(role: Role, files: [String])]
        let revocationLists: [String]

        init(_ table: Fields) throws(DocumentError) {
            var fields = table
            var required = usualRoles
            if fields.optional("required") != nil {
                required = try fields.strings("required", limit: TrustAnchors.maximumRoles).map {
                    (name) throws(DocumentError) in
                    try fields.role(named: name)
                }
            }
            self.required = required
            revocationLists = try fields.optionalStrings("revocation-lists", limit: TrustAnchors.maximumRevocationLists)
            guard case .object(let members) = try fields.value("roles"), members.count <= TrustAnchors.maximumRoles
            else {
                throw fields.refuse("roles", "is not a table of at most \(TrustAnchors.maximumRoles) roles")
            }
            var anchors: [(role: Role, files: [String])] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                var role = try Fields(value, at: "\(fields.name("roles")).\(name)")
                anchors.append(
                    (try fields.role(named: name), try role.strings("anchors", limit: TrustAnchors.maximumAnchors)))
                try role.done()
            }
            self.anchors = anchors
            try fields.done()
        }
    }
}
