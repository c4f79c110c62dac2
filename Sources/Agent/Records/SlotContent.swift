package import Documents
package import Vocabulary

/// What the agent knows of a slot set's content.
package struct SlotContent: Equatable, Sendable {
    package enum Standing: String, Sendable {
        /// Written to, and not whole.
        case partial
        /// Whole and read back.
        case whole
        /// Proved by a commit.
        case committed
    }

    package let version: Version
    package let securityVersion: Int64
    /// The digest of the manifest it was installed from; nil for what was there before the agent.
    package let manifestDigest: Digest?
    /// The versions that this release allows to go back to.
    package let fallbacks: [Version]
    package let standing: Standing
    package let since: Timestamp
    /// What the peripherals run with it, as far as that is known.
    package let peripherals: [String: PeripheralRelease]
    /// Who approved it, as the ledger has it.
    package let approvals: [JSON]

    package init(
        version: Version, securityVersion: Int64, manifestDigest: Digest?, fallbacks: [Version], standing: Standing,
        since: Timestamp, peripherals: [String: PeripheralRelease] = [:], approvals: [JSON] = []
    ) {
        self.version = version
        self.securityVersion = securityVersion
        self.manifestDigest = manifestDigest
        self.fallbacks = fallbacks
        self.standing = standing
        self.since = since
        self.peripherals = peripherals
        self.approvals = approvals
    }

    package func becoming(_ standing: Standing, at time: Timestamp) -> SlotContent {
        SlotContent(
            version: version, securityVersion: securityVersion, manifestDigest: manifestDigest, fallbacks: fallbacks,
            standing: standing, since: time, peripherals: peripherals, approvals: approvals)
    }

    /// The same, with what these peripherals run with it.
    func running(_ releases: [(String, PeripheralRelease)]) -> SlotContent {
        SlotContent(
            version: version, securityVersion: securityVersion, manifestDigest: manifestDigest, fallbacks: fallbacks,
            standing: standing, since: since, peripherals: peripherals.merging(releases) { $1 },
            approvals: approvals)
    }

    private static func peripherals(_ value: JSON?) -> [String: PeripheralRelease] {
        guard case .object(let members)? = value else { return [:] }
        return members.compactMapValues(PeripheralRelease.init)
    }

    package var json: JSON {
        .members([
            "version": .string(version.description), "securityVersion": .integer(securityVersion),
            "manifestDigest": manifestDigest.map { .string($0.hex) },
            "fallbacks": .strings(fallbacks.map(\.description)), "standing": .string(standing.rawValue),
            "since": .string(since.description),
            "peripherals": peripherals.isEmpty ? nil : .object(peripherals.mapValues(\.json)),
            "approvals": approvals.isEmpty ? nil : .array(approvals),
        ])
    }

    package init?(_ value: JSON) {
        guard let version = value["version"]?.string.flatMap({ Version($0) }),
            let securityVersion = value["securityVersion"]?.integer,
            let standing = value["standing"]?.string.flatMap(Standing.init),
            let since = value["since"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            version: version, securityVersion: securityVersion,
            manifestDigest: value["manifestDigest"]?.string.flatMap(Digest.init(hex:)),
            fallbacks: value["fallbacks"]?.array?.compactMap { $0.string.flatMap { Version($0) } } ?? [],
            standing: standing, since: since,
            peripherals: Self.peripherals(value["peripherals"]), approvals: value["approvals"]?.array ?? [])
    }
}
