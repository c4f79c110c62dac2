package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// A public key infrastructure in a folder, for trying and testing: its keys are plain files, so it is not for production.
///
/// How it works: each role has a root, which is the anchor in a device's policy, and an issuing authority under it, which issues
/// signers' certificates; each of the two has its revocation list.
/// ```
/// trust.toml                   a device's [trust] table for all roles here that approve releases
/// service.toml                 a device's [service] table for all roles here that service devices
/// <role>/root.pem   .key       the anchor and its key
/// <role>/root-crl.pem          what the root revoked
/// <role>/issuing.pem   .key    the intermediate and its key
/// <role>/issuing-crl.pem       what the intermediate revoked
/// <role>/<signer>.pem   .key   a signer's certificate followed by the intermediate, and the signer's key
/// ```
/// Keys have the mode 0600. A signer is named by the letters and digits of the person's name.
package struct Authority: Sendable {
    static let warning = "for trying and testing only"
    private static let maximumFile = 1 << 20
    private static let day: Int64 = 86400

    package let folder: FilePath
    let storage: Storage

    /// An authority that is in `folder` already, or will be after `create`.
    package init(folder: FilePath, storage: Storage) {
        self.folder = folder
        self.storage = storage
    }

    /// Makes a root and an issuing authority for every role.
    ///
    /// A role that is there already is refused, and its keys stay. Roots are valid for 20 years, issuing authorities for 10.
    package func create(
        roles: [Role], for purpose: CertificatePurpose = .releases, organization: String, keys: KeyKind = .p384,
        now: Timestamp
    ) throws(AuthorityError) {
        for role in roles where storage.exists(path(role, "issuing.pem")) { throw .exists(role) }
        for role in roles {
            try storing { () throws(StorageError) in try storage.createFolder(folder.appending(role.name)) }
            let root = try make(
                "root", for: role, purpose, organization, keys, under: nil, years: 20, pathLength: 1, now: now)
            let issuing = try make(
                "issuing", for: role, purpose, organization, keys, under: root, years: 10, pathLength: 0, now: now)
            try replaceRevocationList(of: root, "root", for: role, revoking: [], now: now)
            try replaceRevocationList(of: issuing, "issuing", for: role, revoking: [], now: now)
        }
        let text =
            purpose == .releases ? policyText(try self.roles(for: purpose)) : serviceText(try self.roles(for: purpose))
        try write(folder.appending(purpose.table), Array(text.utf8), mode: 0o644)
    }

    /// The roles in the folder whose people do this.
    package func roles(for purpose: CertificatePurpose) throws(AuthorityError) -> [Role] {
        let names = try storing { () throws(StorageError) in try storage.names(in: folder) }
        var roles: [Role] = []
        for role in names.compactMap(Role.init) where storage.exists(path(role, "issuing.pem")) {
            if try self.purpose(of: role) == purpose { roles.append(role) }
        }
        return roles
    }

    /// The other roles with which somebody of this name has a certificate for the same purpose.
    package func otherRoles(of person: String, than role: Role) throws(AuthorityError) -> [Role] {
        let name = try signerName(person)
        let purpose = try purpose(of: role)
        return try roles(for: purpose).filter { $0 != role && storage.exists(path($0, "\(name).pem")) }
    }

    /// Issues a certificate for what the role is for and gives the paths of certificate and key.
    package func issue(
        role: Role, person: String, keys: KeyKind = .p256, days: Int64, now: Timestamp
    ) throws(AuthorityError) -> (certificate: FilePath, key: FilePath) {
        let name = try signerName(person)
        guard (1...3650).contains(days) else { throw .unacceptable("days", "is \(days), not 1 to 3650") }
        let target = path(role, "\(name).pem")
        guard !storage.exists(target) else { throw .issued(target) }
        let issuing = try member("issuing", of: role)
        let form = CertificateForm(
            commonName: person, organization: issuing.organization, organizationalUnit: "\(role) (\(Self.warning))",
            serial: try serial(), notBefore: now, notAfter: now.advanced(by: days * Self.day),
            extensions: [
                CertificateExtension("basicConstraints", "critical,CA:FALSE"),
                CertificateExtension("keyUsage", "critical,digitalSignature"),
                CertificateExtension("extendedKeyUsage", "critical,\(try purpose(of: role).keyUsage)"),
                CertificateExtension("subjectKeyIdentifier", "hash"),
                CertificateExtension("authorityKeyIdentifier", "keyid:always"),
            ])
        let (key, certificate) = try computing { () throws(CryptoError) in
            let key = try PrivateKey.generate(keys)
            return (key, try form.signed(by: issuing.key, issuer: issuing.certificate, for: key))
        }
        let chain = try computing { () throws(CryptoError) in try certificate.pem + issuing.certificate.pem }
        let secret = try computing { () throws(CryptoError) in try key.pem }
        try write(path(role, "\(name).key"), secret, mode: 0o600)
        try write(target, chain, mode: 0o644)
        return (target, path(role, "\(name).key"))
    }

    /// Revokes a signer's certificate and signs the issuing authority's revocation list again; gives the list's path.
    @discardableResult
    package func revoke(role: Role, person: String, now: Timestamp) throws(AuthorityError) -> FilePath {
        let source = path(role, "\(try signerName(person)).pem")
        guard storage.exists(source) else { throw .unknownSigner(person, role) }
        let bytes = try read(source)
        let certificates = try computing { () throws(CryptoError) in try Certificate.read(pem: bytes, limit: 8) }
        let issuing = try member("issuing", of: role)
        return try replaceRevocationList(
            of: issuing, "issuing", for: role, revoking: Array(certificates.prefix(1)), now: now)
    }

    /// Signs the revocation lists of a role again, so that they are good for another `validity`.
    package func renewRevocationLists(role: Role, now: Timestamp) throws(AuthorityError) {
        for name in ["root", "issuing"] {
            try replaceRevocationList(of: try member(name, of: role), name, for: role, revoking: [], now: now)
        }
    }
}

extension Authority {
    /// How long a revocation list is good: a year.
    private static let validity: Int64 = 365 * 86400

    func path(_ role: Role, _ name: String) -> FilePath { folder.appending(role.name).appending(name) }

    /// One of a role's two authorities.
    private struct Member {
        let certificate: Certificate
        let key: PrivateKey
        let organization: String
    }

    func certificate(_ name: String, of role: Role) throws(AuthorityError) -> Certificate {
        guard storage.exists(path(role, "\(name).pem")) else { throw .unknownRole(role) }
        let bytes = try read(path(role, "\(name).pem"))
        return try computing { () throws(CryptoError) in try Certificate.read(pem: bytes, limit: 1)[0] }
    }

    private func member(_ name: String, of role: Role) throws(AuthorityError) -> Member {
        let certificate = try certificate(name, of: role)
        let key = try read(path(role, "\(name).key"))
        return try computing { () throws(CryptoError) in
            Member(
                certificate: certificate, key: try PrivateKey(pem: key), organization: certificate.organization ?? "")
        }
    }

    private func make(
        _ name: String, for role: Role, _ purpose: CertificatePurpose, _ organization: String, _ keys: KeyKind,
        under issuer: Member?, years: Int64, pathLength: Int, now: Timestamp
    ) throws(AuthorityError) -> Member {
        let form = CertificateForm(
            commonName: "\(role) \(name)", organization: organization,
            organizationalUnit: "\(role) (\(Self.warning))", serial: try serial(), notBefore: now,
            notAfter: now.advanced(by: years * 365 * Self.day),
            extensions: [
                CertificateExtension("basicConstraints", "critical,CA:TRUE,pathlen:\(pathLength)"),
                CertificateExtension("keyUsage", "critical,keyCertSign,cRLSign"),
                CertificateExtension("subjectKeyIdentifier", "hash"),
                CertificateExtension("authorityKeyIdentifier", "keyid"),
            ] + purpose.authorityExtensions)
        let (member, pem, secret) = try computing { () throws(CryptoError) in
            let key = try PrivateKey.generate(keys)
            let certificate = try form.signed(by: issuer?.key ?? key, issuer: issuer?.certificate, for: key)
            let member = Member(certificate: certificate, key: key, organization: organization)
            return (member, try certificate.pem, try key.pem)
        }
        try write(path(role, "\(name).key"), secret, mode: 0o600)
        try write(path(role, "\(name).pem"), pem, mode: 0o644)
        return member
    }

    @discardableResult
    private func replaceRevocationList(
        of member: Member, _ name: String, for role: Role, revoking certificates: [Certificate], now: Timestamp
    ) throws(AuthorityError) -> FilePath {
        let target = path(role, "\(name)-crl.pem")
        let old = storage.exists(target) ? try read(target) : nil
        let pem = try computing { () throws(CryptoError) in
            let previous = try old.map { (bytes) throws(CryptoError) in
                try RevocationList.read(pem: bytes, limit: 1)[0]
            }
            let form = RevocationListForm(
                thisUpdate: now, nextUpdate: now.advanced(by: Self.validity), number: (previous?.number ?? 0) + 1,
                previous: previous, revoked: certificates)
            return try form.signed(by: member.key, issuer: member.certificate).pem
        }
        try write(target, pem, mode: 0o644)
        return target
    }

    /// A positive serial number of 128 bits (RFC 5280 §4.1.2.2).
    private func serial() throws(AuthorityError) -> [UInt8] {
        var bytes = try computing { () throws(CryptoError) in try randomBytes(16) }
        bytes[0] = bytes[0] & 0x7F | 0x40
        return bytes
    }

    private func signerName(_ person: String) throws(AuthorityError) -> String {
        guard (1...64).contains(person.unicodeScalars.count) else {
            throw .unacceptable("the person's name", "does not have 1 to 64 characters")
        }
        let letters = person.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
        guard !letters.isEmpty, letters.utf8.count <= 128, !["root", "issuing"].contains(letters) else {
            throw .unacceptable("the person's name", "'\(person)' cannot name a file")
        }
        return letters
    }

    private func read(_ path: FilePath) throws(AuthorityError) -> [UInt8] {
        try storing { () throws(StorageError) in try storage.read(path, limit: Self.maximumFile) }
    }

    private func write(_ path: FilePath, _ bytes: [UInt8], mode: UInt32) throws(AuthorityError) {
        try storing { () throws(StorageError) in try storage.replace(path, with: bytes, mode: mode) }
    }

    private func storing<Value>(_ body: () throws(StorageError) -> Value) throws(AuthorityError) -> Value {
        do throws(StorageError) { return try body() } catch { throw .storage(error) }
    }

    private func computing<Value>(_ body: () throws(CryptoError) -> Value) throws(AuthorityError) -> Value {
        do throws(CryptoError) { return try body() } catch { throw .crypto(error) }
    }
}
