import Documents
import Vocabulary

extension ChangeRecord.Content {
    /// Refuses a record whose own parts disagree, which no rule pack could allow.
    func agree() throws(DocumentError) {
        try agreeOnVersions()
        try unique(changes.map(\.id), "changes", "id")
        try unique(markets.map(\.market), "markets", "market")
        try unique(selfTests.map(\.id), "selfTests", "id")
        try unique(verification.deviations.map(\.id), "verification.deviations", "id")
        try unique(verification.knownAnomalies.map(\.id), "verification.knownAnomalies", "id")
        for (index, market) in markets.enumerated() where market.released && market.releaseFrom == nil {
            throw .missing("markets[\(index)].releaseFrom")
        }
        guard intendedPurpose.changed == (intendedPurpose.direction != .none) else {
            throw .unacceptable(
                "intendedPurpose.direction",
                reason: "is '\(intendedPurpose.direction.rawValue)', but 'changed' is \(intendedPurpose.changed)")
        }
        guard verification.pass + verification.fail == verification.testCount else {
            throw .unacceptable(
                "verification.testCount",
                reason: "is \(verification.testCount), but \(verification.pass) passed and \(verification.fail) failed")
        }
        if safetyAction.urgent && safetyAction.urgentRationale == nil { throw .missing("safetyAction.urgentRationale") }
        for (index, phase) in rollout.phases.enumerated() where (phase.percent == nil) == (phase.group == nil) {
            throw .unacceptable("rollout.phases[\(index)]", reason: "needs either 'percent' or 'group'")
        }
        try agreeOnIdentifiers()
    }

    /// A release that goes over another one says over which, what it changes, and what the device was before.
    private func agreeOnVersions() throws(DocumentError) {
        for (index, version) in version.from.enumerated() where version >= self.version.to {
            throw .unacceptable("version.from[\(index)]", reason: "is \(version), not older than \(self.version.to)")
        }
        for (index, version) in rollback.allowedTo.enumerated() where version >= self.version.to {
            throw .unacceptable(
                "rollback.allowedTo[\(index)]", reason: "is \(version), not older than \(self.version.to)")
        }
        guard rollback.minimumSecurityVersionAfterSoak <= version.securityVersion else {
            throw .unacceptable(
                "rollback.minimumSecurityVersionAfterSoak",
                reason:
                    "is \(rollback.minimumSecurityVersionAfterSoak), above the release's own \(version.securityVersion)"
            )
        }
        guard !isBaseline else { return }
        if changes.isEmpty { throw .unacceptable("changes", reason: "is empty, which only a baseline's may be") }
        if version.supersedes.isEmpty {
            throw .unacceptable("version.supersedes", reason: "is empty, which only a baseline's may be")
        }
        if udi.diBefore == nil { throw .missing("udi.diBefore") }
        if udi.piSoftwareBefore == nil { throw .missing("udi.piSoftwareBefore") }
    }

    private func agreeOnIdentifiers() throws(DocumentError) {
        guard udi.issuingAgency == .gs1 else { return }
        for (name, identifier) in [("diBefore", udi.diBefore), ("diAfter", udi.diAfter)] {
            guard let identifier, !GTIN.isValid(identifier) else { continue }
            throw .unacceptable("udi.\(name)", reason: "is '\(identifier)', not a GTIN with its check digit")
        }
    }

    private func unique(_ names: [String], _ list: String, _ member: String) throws(DocumentError) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() where !seen.insert(name).inserted {
            throw .unacceptable("\(list)[\(index)].\(member)", reason: "is '\(name)' a second time")
        }
    }
}

/// Global trade item numbers (GS1 General Specifications §7.9): 8, 12, 13 or 14 digits, the last one checks the others.
enum GTIN {
    static func isValid(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 48 }
        guard [8, 12, 13, 14].contains(digits.count), digits.allSatisfy({ (0...9).contains($0) }) else { return false }
        // Weights 3 and 1 by turns from the right, the check digit has 1.
        let sum = digits.reversed().enumerated().reduce(0) { $0 + $1.element * ($1.offset.isMultiple(of: 2) ? 1 : 3) }
        return sum.isMultiple(of: 10)
    }
}
