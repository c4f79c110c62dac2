import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

/// What doors stand on: a folder of their own, and an authority that nobody who sends something knows.
struct Ground {
    /// When everything is signed and judged.
    static let time = Timestamp(seconds: 1_780_000_000)

    let folder: FilePath
    let storage = Storage()

    init(_ folder: FilePath) throws(StorageError) {
        self.folder = folder
        try storage.createFolder(folder.removingLastComponent())
        try storage.createFolder(folder)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    func write(_ name: String, _ bytes: [UInt8]) throws(StorageError) -> FilePath {
        let path = path(name)
        try storage.replace(path, with: bytes)
        return path
    }

    /// People who may approve, and a policy that trusts exactly them.
    func approvers() throws -> (signers: [ContentSigner], policy: TrustPolicy) {
        let authority = try authority(for: .releases, TrustPolicy.usualRoles)
        let signers = try TrustPolicy.usualRoles.map { role in
            try signer(role, of: authority)
        }
        var anchors: [Role: [Certificate]] = [:]
        for role in TrustPolicy.usualRoles {
            let pem = try storage.read(authority.folder.appending(role.name).appending("root.pem"), limit: 1 << 16)
            anchors[role] = try Certificate.read(pem: pem, limit: 1)
        }
        return (signers, try TrustPolicy(roles: anchors))
    }

    /// Makes an authority below the ground's folder, once.
    func authority(for purpose: CertificatePurpose, _ roles: [Role]) throws -> Authority {
        let authority = Authority(folder: path("authority-\(purpose)"), storage: storage)
        guard !storage.exists(authority.folder) else { return authority }
        try storage.createFolder(authority.folder)
        try authority.create(
            roles: roles, for: purpose, organization: "Fuzzing", keys: .ed25519, now: Self.time.advanced(by: -86400))
        return authority
    }

    /// Ed25519, because the same input then gives the same signature.
    func signer(_ role: Role, of authority: Authority) throws -> ContentSigner {
        let person = authority.folder.appending(role.name).appending("person-\(role.name)")
        var files = (certificate: FilePath("\(person).pem"), key: FilePath("\(person).key"))
        if !storage.exists(files.certificate) {
            files = try authority.issue(
                role: role, person: "Person \(role)", keys: .ed25519, days: 30, now: Self.time.advanced(by: -3600))
        }
        return try ContentSigner.read(certificate: files.certificate, key: files.key.string, storage: storage)
    }
}

extension [ContentSigner] {
    /// One CMS message with everybody's approval.
    func sign(_ content: [UInt8]) throws(SigningError) -> [UInt8] {
        var signatures: [UInt8]?
        for signer in self { signatures = try signer.sign(content, at: Ground.time, addingTo: signatures) }
        return signatures ?? []
    }
}
