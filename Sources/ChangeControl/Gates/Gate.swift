/// A numbered question that a release must answer before it is installed; the numbers are in records and never change.
///
/// G4 to G6, G8 to G11, G13 and G14 (markets, UDI, field safety, SBOM, training, holds, time) follow with the whole change record.
package enum Gate: Int, Sendable, CaseIterable {
    case changeRecord = 1
    case approvals = 2
    case address = 3
    case securityVersion = 7

    /// How a person and a record name it: `G3`.
    package var name: String { "G\(rawValue)" }

    package var title: String {
        switch self {
        case .changeRecord: "the change record is complete and is the one that was signed"
        case .approvals: "every required role approved, each by another person with a key of their own"
        case .address: "the release is for this product, this hardware and the version that runs"
        case .securityVersion: "the release is not older than the running one and not below the floor"
        }
    }

    /// The clause that the gate serves.
    package var clause: String {
        switch self {
        case .changeRecord: "MDR Art. 10(9); IEC 62304 8.2.1"
        case .approvals: "IEC 62304 5.8, 6.3.2; 21 CFR 11.50, 11.70; FDA cybersecurity guidance App. 1 A"
        case .address: "IEC 62304 6.2.3; 21 CFR 820.35"
        case .securityVersion: "FDA cybersecurity guidance App. 1 C, D (downgrades)"
        }
    }
}
