/// A numbered question that a release must answer before it is installed; the numbers are in records and never change.
package enum Gate: Int, Sendable, CaseIterable, Comparable {
    case changeRecord = 1
    case approvals
    case address
    case lineage
    case market
    case identifier
    case securityVersion
    case fieldSafety
    case materials
    case training
    case holds
    case interlock
    case verification
    case time

    /// Reads `G3`, in capital letters or small ones.
    package init?(name: String) {
        guard let first = name.first, first == "G" || first == "g", let number = Int(name.dropFirst()),
            name.dropFirst().utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.init(rawValue: number)
    }

    /// How a person and a record name it: `G3`.
    package var name: String { "G\(rawValue)" }

    package var title: String {
        switch self {
        case .changeRecord: "the change record is complete, is the one that was signed, and does not contradict itself"
        case .approvals: "every required role approved, different people with different keys, and none took it back"
        case .address: "the release is for this product, this hardware and the version that runs"
        case .lineage: "the chain of change records from the baseline to this release is complete"
        case .market: "the release is assessed and released for this device's market, and may be installed there"
        case .identifier: "the UDI before is this device's, and the one after fits what changes"
        case .securityVersion: "the release is not older than the running one and not below the floor"
        case .fieldSafety: "field safety action and part 806 agree, and a notice was acknowledged"
        case .materials: "bill of materials and vulnerability statement are there, and are those that were signed"
        case .training: "training that must come first was acknowledged"
        case .holds: "nothing that would be overwritten is on hold"
        case .interlock: "nothing keeps the device from restarting now"
        case .verification: "the verification has no failure that quality did not accept"
        case .time: "every date that decides is known to have come, or to be still ahead"
        }
    }

    /// The clause that the gate supports evidence for.
    package var clause: String {
        switch self {
        case .changeRecord: "MDR Art. 10(9); IEC 62304 6.2.3, 7.4, 8.2.1"
        case .approvals:
            "IEC 62304 5.8, 6.3.2; ISO 13485 8.2.6; 21 CFR 11.50, 11.70; FDA cybersecurity guidance App. 1 A"
        case .address: "IEC 62304 6.2.3; 21 CFR 820.35"
        case .lineage: "FDA software change guidance (cumulative effect); IEC 62304 8.3"
        case .market: "MDR Annex VII 4.9, Annex IX 2.4, 4.10, Art. 120(3c); 21 CFR 807.81(a)(3)"
        case .identifier: "MDR Annex VI C 6.5.2, 6.5.3; 21 CFR 830.50(a)"
        case .securityVersion: "FDA cybersecurity guidance App. 1 C, D (downgrades)"
        case .fieldSafety: "MDR Art. 87(8), 89(8); 21 CFR 806.10, 806.20"
        case .materials: "21 USC 360n-2(b)(3); FDA cybersecurity guidance V.A.4"
        case .training: "IEC 62304 6.2.5; MDR Annex I 23.4"
        case .holds: "MDR Art. 89(1)"
        case .interlock: "MDR Annex I 17.1; IEC 62443-4-2 CR 3.10"
        case .verification: "IEC 62304 5.8.1 to 5.8.3, 6.3.1; ISO 13485 8.3.2"
        case .time: "21 CFR 11.10(e); IEC 62443-4-2 CR 2.11"
        }
    }

    /// What it asks can change between verification and restart, so it is asked again then.
    package var isAskedAtActivation: Bool {
        switch self {
        case .approvals, .market, .securityVersion, .fieldSafety, .training, .holds, .interlock, .time: true
        case .changeRecord, .address, .lineage, .identifier, .materials, .verification: false
        }
    }

    package static func < (left: Gate, right: Gate) -> Bool { left.rawValue < right.rawValue }
}
