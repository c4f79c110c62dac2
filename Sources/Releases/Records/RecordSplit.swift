package import ChangeControl
package import Documents

/// Takes a record apart into two drafts: independent changes may go out by themselves (C19).
package struct RecordSplit {
    /// The named changes.
    package let chosen: JSON
    /// The others.
    package let rest: JSON

    /// What speaks of one change or one release, and must be answered anew for each half.
    private static let answeredAnew = [
        "id", "maintenanceClass", "risk", "clinical", "userVisible", "udi", "verification", "build", "sbom",
    ]

    package init(_ record: ChangeRecord, ids: [String]) throws(ReleaseError) {
        let known = record.changes.map(\.id)
        for id in ids where !known.contains(id) { throw .unknownChange(id, known: known) }
        guard ids.count < known.count, !ids.isEmpty else { throw .nothingToSplit(record.id) }
        chosen = Self.draft(record) { ids.contains($0) }
        rest = Self.draft(record) { !ids.contains($0) }
    }

    private static func draft(_ record: ChangeRecord, where isWanted: (String) -> Bool) -> JSON {
        guard case .object(var members) = record.json else { return [:] }
        for name in answeredAnew { members[name] = nil }
        members["changes"] = .array(
            (members["changes"]?.array ?? []).filter { change in change["id"]?.string.map(isWanted) == true })
        if case .object(var version) = members["version"] {
            version["to"] = nil
            members["version"] = .object(version)
        }
        members["markets"] = .array(
            (members["markets"]?.array ?? []).map { entry in
                // The market and its route stay; what was judged about all changes together does not.
                .members([
                    "market": entry["market"],
                    "assessment": .members(["route": entry["assessment"]?["route"]]),
                ])
            })
        return .object(members)
    }
}

extension ChangeRecord {
    /// The changes that mend security, and those that bring something else; mixed where neither is empty (C19).
    package var separable: (security: [String], features: [String]) {
        let security = self.changes.filter { $0.kind == .securityOnly || !$0.vulnerabilities.isEmpty }
        let features = self.changes.filter { $0.kind.isFeature && $0.vulnerabilities.isEmpty }
        return (security.map(\.id), features.map(\.id))
    }
}

extension ChangeRecord.ChangeKind {
    /// It changes what the device does or how, which a security update should not wait for.
    fileprivate var isFeature: Bool {
        switch self {
        case .architecture, .databaseStructure, .algorithm, .closedLoop, .userInterface, .dataPresentation,
            .interoperabilityChannel, .alarm, .configurationDefault, .nonMedicalFeature, .featureRemoval:
            true
        case .bugFixToSpecification, .securityOnly, .soupUpdate, .osUpdate, .compilerOrToolchain, .driverOrLibrary,
            .labellingOnly, .refactoring:
            false
        }
    }
}
