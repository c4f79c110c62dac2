import Documents
package import Platform
package import SystemPackage
package import Trust

/// Who may service a device, and how sessions go: the `[service]` table of its configuration.
package struct ServicePolicy: Sendable {
    package static let maximumPeople = 64
    package static let maximumShares = 16

    /// What everybody with a certificate of a role may do at most.
    package let roles: [Role: ServiceRights]
    package let anchors: TrustAnchors
    /// Whose grants need no certificate with them.
    package let people: [Certificate]
    /// Authorities between people and anchors that the device knows already.
    package let intermediates: [Certificate]
    /// Whether the device may be looked at by whoever stands before it.
    package let observesWithoutGrant: Bool
    /// How many refused grants lock everybody out for a while.
    package let attempts: Int
    /// How long the first lock-out lasts; each further one lasts twice as long, up to `longestLockSeconds`.
    package let lockSeconds: Int64
    /// After how long without a request a session ends.
    package let idleSeconds: Int64
    /// How long a grant may be good at most.
    package let longestSeconds: Int64
    /// How long a challenge waits for its answer.
    package let challengeSeconds: Int64
    /// Folders that releases may be taken from.
    package let shares: [FilePath]
    /// What looks into a USB stick instead of the unit that does: a program and its arguments, for containers and virtual devices.
    package let stickCommand: [String]
    package let emergency: EmergencyPolicy?

    package static let longestLockSeconds: Int64 = 3600

    /// A device whose configuration says nothing: nobody can log in.
    package static var none: ServicePolicy {
        get throws(ServiceError) { try ServicePolicy(roles: [:], anchors: [:]) }
    }

    package init(
        roles: [Role: ServiceRights], anchors: [Role: [Certificate]], revocationLists: [RevocationList] = [],
        people: [Certificate] = [], observesWithoutGrant: Bool = false, attempts: Int = 5, lockSeconds: Int64 = 60,
        idleSeconds: Int64 = 600, longestSeconds: Int64 = 14400, challengeSeconds: Int64 = 900,
        shares: [FilePath] = [], stickCommand: [String] = [], emergency: EmergencyPolicy? = nil
    ) throws(ServiceError) {
        for (role, rights) in roles.sorted(by: { $0.key < $1.key }) {
            guard !anchors[role, default: []].isEmpty else { throw .policy(.missing("service.roles.\(role).anchors")) }
            guard !rights.isEmpty else {
                throw .policy(.unacceptable("service.roles.\(role).rights", reason: "is empty"))
            }
        }
        do throws(TrustError) {
            self.anchors = try TrustAnchors(
                roles: anchors.filter { roles[$0.key] != nil }, revocationLists: revocationLists)
        } catch {
            throw .trust(error)
        }
        self.roles = roles
        self.people = people.filter { !$0.isAuthority }
        intermediates = people.filter(\.isAuthority)
        self.observesWithoutGrant = observesWithoutGrant
        self.attempts = attempts
        self.lockSeconds = lockSeconds
        self.idleSeconds = idleSeconds
        self.longestSeconds = longestSeconds
        self.challengeSeconds = challengeSeconds
        self.shares = shares
        self.stickCommand = stickCommand
        self.emergency = emergency
    }

    /// Whether anybody could log in at all.
    package var hasRoles: Bool { !roles.isEmpty }
}

/// How somebody gets in without a grant when a patient's care depends on it: never silently.
package struct EmergencyPolicy: Equatable, Sendable {
    /// What may be given without a grant at most: nothing that puts another release into the device.
    package static let widest = ServiceRights([.observe, .test, .activate, .rollback, .evidence])

    package let rights: ServiceRights
    /// How long the device waits, saying so, before it opens.
    package let delaySeconds: Int64
    /// How often in any 24 hours.
    package let perDay: Int

    package init(rights: ServiceRights, delaySeconds: Int64 = 60, perDay: Int = 3) {
        self.rights = rights.intersection(Self.widest)
        self.delaySeconds = delaySeconds
        self.perDay = perDay
    }
}
