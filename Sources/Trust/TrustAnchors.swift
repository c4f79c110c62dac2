package import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// The authorities that may say who has a role, and what they revoked.
package struct TrustAnchors: Sendable {
    package static let maximumRoles = 16
    package static let maximumAnchors = 16
    package static let maximumRevocationLists = 64
    private static let maximumAnchorFile = 64 << 10
    private static let maximumRevocationFile = 1 << 20

    package let roles: [Role: [Certificate]]
    package let revocationLists: [RevocationList]

    /// Refuses an anchor that is no authority, and one key as anchor of two roles.
    package init(
        roles: [Role: [Certificate]], revocationLists: [RevocationList] = []
    ) throws(TrustError) {
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
        self.roles = roles
        self.revocationLists = revocationLists
    }

    /// Reads the PEM files of each role and the revocation lists; their paths are relative to `folder`.
    package static func read(
        roles: [(role: Role, files: [String])], revocationLists: [String], folder: FilePath, storage: Storage
    ) throws(TrustError) -> TrustAnchors {
        var anchors: [Role: [Certificate]] = [:]
        for (role, files) in roles {
            for file in files {
                anchors[role, default: []] += try certificates(in: file, folder: folder, storage: storage)
            }
            guard anchors[role, default: []].count <= maximumAnchors else {
                throw .badAnchor(role.name, reason: "there are more than \(maximumAnchors) anchors")
            }
        }
        var lists: [RevocationList] = []
        for file in revocationLists {
            let bytes = try content(of: file, folder, storage, limit: maximumRevocationFile)
            do throws(CryptoError) {
                lists += try RevocationList.read(pem: bytes, limit: maximumRevocationLists)
            } catch {
                throw .badRevocationList(file, reason: error.description)
            }
        }
        return try TrustAnchors(roles: anchors, revocationLists: lists)
    }

    /// The certificates of one PEM file that a configuration names, at least one.
    package static func certificates(
        in file: String, folder: FilePath, storage: Storage
    ) throws(TrustError) -> [Certificate] {
        let bytes = try content(of: file, folder, storage, limit: maximumAnchorFile)
        do throws(CryptoError) {
            return try Certificate.read(pem: bytes, limit: maximumAnchors)
        } catch {
            throw .badAnchor(file, reason: error.description)
        }
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
}

extension Fields {
    /// The name of a role that stands as the key `name` of the table `roles`.
    package func role(named name: String) throws(DocumentError) -> Role {
        guard let role = Role(name) else {
            throw refuse("roles", "has the name '\(name)', not 1 to 32 of a-z, 0-9 and -")
        }
        return role
    }
}
