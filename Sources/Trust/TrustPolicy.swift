package import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// Who may approve, who must, and what is revoked: the `[trust]` table of a device's configuration.
package struct TrustPolicy: Sendable {
    package static let maximumRoles = 16
    package static let maximumAnchors = 16
    package static let maximumRevocationLists = 64
    private static let maximumAnchorFile = 64 << 10
    private static let maximumRevocationFile = 1 << 20

    package let required: [Role]
    package let roles: [Role: [Certificate]]
    package let revocationLists: [RevocationList]

    /// Refuses a required role without anchors, an anchor that is no authority, and one key as anchor of two roles.
    package init(
        required: [Role] = [.software, .regulatory], roles: [Role: [Certificate]],
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
        var owners: [Digest: Role] = [:]
        for (role, anchors) in roles.sorted(by: { $0.key < $1.key }) {
            for anchor in anchors {
                guard anchor.isAuthority else {
                    throw .badAnchor(anchor.subject, reason: "it is not the certificate of an authority")
                }
                if let owner = owners.updateValue(role, forKey: anchor.keyID), owner != role {
                    throw .anchorInTwoRoles(anchor.subject, owner, role)
                }
            }
        }
        self.required = required
        self.roles = roles
        self.revocationLists = revocationLists
    }

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
        var roles: [Role: [Certificate]] = [:]
        for (role, files) in table.anchors {
            for file in files {
                let bytes = try content(of: file, folder, storage, limit: maximumAnchorFile)
                do throws(CryptoError) {
                    roles[role, default: []] += try Certificate.read(pem: bytes, limit: maximumAnchors)
                } catch {
                    throw .badAnchor(file, reason: error.description)
                }
            }
            guard roles[role, default: []].count <= maximumAnchors else {
                throw .badAnchor(role.name, reason: "there are more than \(maximumAnchors) anchors")
            }
        }
        var lists: [RevocationList] = []
        for file in table.revocationLists {
            let bytes = try content(of: file, folder, storage, limit: maximumRevocationFile)
            do throws(CryptoError) {
                lists += try RevocationList.read(pem: bytes, limit: maximumRevocationLists)
            } catch {
                throw .badRevocationList(file, reason: error.description)
            }
        }
        return try TrustPolicy(required: table.required, roles: roles, revocationLists: lists)
    }

    private static func content(
        of file: String, _ folder: FilePath, _ storage: Storage, limit: Int
    ) throws(TrustError) -> [UInt8] {
        do throws(StorageError) {
            return try storage.read(folder.pushing(FilePath(file)), limit: limit)
        } catch {
            throw .unreadable(error)
        }
    }

    /// The table as it is written.
    private struct Table {
        let required: [Role]
        let anchors: [(role: Role, files: [String])]
        let revocationLists: [String]

        init(_ table: Fields) throws(DocumentError) {
            var fields = table
            var required: [Role] = [.software, .regulatory]
            if fields.optional("required") != nil {
                required = try fields.strings("required", limit: maximumRoles).map { (name) throws(DocumentError) in
                    try Self.role(name, fields)
                }
            }
            self.required = required
            revocationLists = try fields.optionalStrings("revocation-lists", limit: maximumRevocationLists)
            guard case .object(let members) = try fields.value("roles"), members.count <= maximumRoles else {
                throw fields.refuse("roles", "is not a table of at most \(maximumRoles) roles")
            }
            var anchors: [(role: Role, files: [String])] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                var role = try Fields(value, at: "\(fields.name("roles")).\(name)")
                anchors.append((try Self.role(name, fields), try role.strings("anchors", limit: maximumAnchors)))
                try role.done()
            }
            self.anchors = anchors
            try fields.done()
        }

        private static func role(_ name: String, _ fields: Fields) throws(DocumentError) -> Role {
            guard let role = Role(name) else {
                throw fields.refuse("roles", "has the name '\(name)', not 1 to 32 of a-z, 0-9 and -")
            }
            return role
        }
    }
}
