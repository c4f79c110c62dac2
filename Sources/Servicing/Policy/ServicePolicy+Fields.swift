package import Documents
package import Platform
package import SystemPackage
import Trust

extension ServicePolicy {
    /// Reads the `[service]` table; paths in it are relative to `folder`.
    ///
    /// Without the table nobody can log in.
    package static func read(
        _ fields: Fields?, folder: FilePath, storage: Storage
    ) throws(ServiceError) -> ServicePolicy {
        guard let fields else { return try .none }
        let table: ServiceTable
        do throws(DocumentError) {
            table = try ServiceTable(fields)
        } catch {
            throw .policy(error)
        }
        let anchors: TrustAnchors
        var people: [Certificate] = []
        do throws(TrustError) {
            anchors = try TrustAnchors.read(
                roles: table.roles.map { ($0.role, $0.anchors) }, revocationLists: table.revocationLists,
                folder: folder, storage: storage)
            for file in table.people {
                people += try TrustAnchors.certificates(in: file, folder: folder, storage: storage)
            }
        } catch {
            throw .trust(error)
        }
        return try ServicePolicy(
            roles: Dictionary(table.roles.map { ($0.role, $0.rights) }) { $1 }, anchors: anchors.roles,
            revocationLists: anchors.revocationLists, people: people,
            observesWithoutGrant: table.observesWithoutGrant, attempts: table.attempts, lockSeconds: table.lockSeconds,
            idleSeconds: table.idleSeconds, longestSeconds: table.longestSeconds,
            challengeSeconds: table.challengeSeconds, shares: table.shares, stickCommand: table.stickCommand,
            emergency: table.emergency)
    }
}

/// The `[service]` table as it is written.
private struct ServiceTable {
    let roles: [(role: Role, anchors: [String], rights: ServiceRights)]
    let people: [String]
    let revocationLists: [String]
    let observesWithoutGrant: Bool
    let attempts: Int
    let lockSeconds: Int64
    let idleSeconds: Int64
    let longestSeconds: Int64
    let challengeSeconds: Int64
    let shares: [FilePath]
    let stickCommand: [String]
    let emergency: EmergencyPolicy?

    init(_ table: Fields) throws(DocumentError) {
        var fields = table
        observesWithoutGrant = try fields.bool("observe-without-grant", default: false)
        attempts = Int(try fields.integer("attempts", default: 5, in: 1...20))
        lockSeconds = try fields.integer("lock-seconds", default: 60, in: 1...ServicePolicy.longestLockSeconds)
        idleSeconds = try fields.integer("idle-seconds", default: 600, in: 30...3600)
        longestSeconds = try fields.integer("longest-seconds", default: 14400, in: 60...604_800)
        challengeSeconds = try fields.integer("challenge-seconds", default: 900, in: 60...86400)
        people = try fields.optionalStrings("people", limit: ServicePolicy.maximumPeople)
        revocationLists = try fields.optionalStrings("revocation-lists", limit: TrustAnchors.maximumRevocationLists)
        var shares: [FilePath] = []
        for share in try fields.optionalStrings("shares", limit: ServicePolicy.maximumShares) {
            guard FilePath(share).isPlain else {
                throw fields.refuse("shares", "names '\(share)', which is no absolute path without '..'")
            }
            shares.append(FilePath(share))
        }
        self.shares = shares
        stickCommand = try fields.optionalStrings("stick-command", limit: 16)
        emergency = try Self.emergency(try fields.optionalFields("emergency"))
        roles = try Self.roles(&fields)
        try fields.done()
    }

    private static func roles(
        _ fields: inout Fields
    ) throws(DocumentError) -> [(role: Role, anchors: [String], rights: ServiceRights)] {
        guard let value = fields.optional("roles") else { return [] }
        guard case .object(let members) = value, members.count <= TrustAnchors.maximumRoles else {
            throw fields.refuse("roles", "is not a table of at most \(TrustAnchors.maximumRoles) roles")
        }
        var roles: [(role: Role, anchors: [String], rights: ServiceRights)] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            var role = try Fields(value, at: "\(fields.name("roles")).\(name)")
            let anchors = try role.strings("anchors", limit: TrustAnchors.maximumAnchors)
            let rights = try rights(&role)
            try role.done()
            roles.append((try fields.role(named: name), anchors, rights))
        }
        return roles
    }

    private static func emergency(_ table: Fields?) throws(DocumentError) -> EmergencyPolicy? {
        guard var fields = table else { return nil }
        let rights = try rights(&fields)
        guard rights.isSubset(of: EmergencyPolicy.widest) else {
            throw fields.refuse("rights", "names more than \(EmergencyPolicy.widest.names.joined(separator: ", "))")
        }
        let policy = EmergencyPolicy(
            rights: rights, delaySeconds: try fields.integer("delay-seconds", default: 60, in: 0...3600),
            perDay: Int(try fields.integer("per-day", default: 3, in: 1...24)))
        try fields.done()
        return policy
    }

    private static func rights(_ fields: inout Fields) throws(DocumentError) -> ServiceRights {
        var rights: [ServiceRight] = []
        for name in try fields.strings("rights", limit: 16) {
            guard let right = ServiceRight(rawValue: name) else {
                let known = ServiceRight.allCases.map(\.rawValue).joined(separator: ", ")
                throw fields.refuse("rights", "names '\(name)', which is none of \(known)")
            }
            rights.append(right)
        }
        guard !rights.isEmpty else { throw fields.refuse("rights", "is empty") }
        return ServiceRights(rights)
    }
}
