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
    package var standing: Standing
    package var since: Timestamp
    /// What the peripherals run with it, as far as that is known.
    package var peripherals: [String: PeripheralRelease]
    /// Who approved it, as the ledger has it.
    package let approvals: [JSON]
    /// The change records from the baseline to this release, by digest, oldest first; empty where they are not known.
    package let lineage: [Digest]
    /// What the device is called while this release is the confirmed one; nil where its record was not read.
    package let udi: DeviceUDI?

    package init(
        version: Version, securityVersion: Int64, manifestDigest: Digest?, fallbacks: [Version], standing: Standing,
        since: Timestamp, peripherals: [String: PeripheralRelease] = [:], approvals: [JSON] = [],
        lineage: [Digest] = [], udi: DeviceUDI? = nil
    ) {
        self.version = version
        self.securityVersion = securityVersion
        self.manifestDigest = manifestDigest
        self.fallbacks = fallbacks
        self.standing = standing
        self.since = since
        self.peripherals = peripherals
        self.approvals = approvals
        self.lineage = lineage
        self.udi = udi
    }

    package func becoming(_ standing: Standing, at time: Timestamp) -> SlotContent {
        var content = self
        (content.standing, content.since) = (standing, time)
        return content
    }

    /// The same, with what these peripherals run with it.
    func running(_ releases: [(String, PeripheralRelease)]) -> SlotContent {
        var content = self
        content.peripherals.merge(releases) { $1 }
        return content
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
            "lineage": lineage.isEmpty ? nil : .strings(lineage.map(\.hex)), "udi": udi?.json,
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
            peripherals: Self.peripherals(value["peripherals"]), approvals: value["approvals"]?.array ?? [],
            lineage: value["lineage"]?.array?.compactMap { $0.string.flatMap(Digest.init(hex:)) } ?? [],
            udi: value["udi"].flatMap(DeviceUDI.init))
    }
}

/// The two parts of a unique device identification that software changes (MDR Annex VI Part C 6.5).
package struct DeviceUDI: Equatable, Sendable {
    /// The device identifier (UDI-DI): which device it is, as its data base entry has it.
    package let di: String
    /// The part of the production identifier (UDI-PI) that software gives: its version.
    package let softwarePI: String

    package init(di: String, softwarePI: String) {
        self.di = di
        self.softwarePI = softwarePI
    }

    package var json: JSON { ["di": .string(di), "softwarePI": .string(softwarePI)] }

    package init?(_ value: JSON) {
        guard let di = value["di"]?.string, let softwarePI = value["softwarePI"]?.string else { return nil }
        self.init(di: di, softwarePI: softwarePI)
    }
}
