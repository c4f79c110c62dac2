import Bundles
package import Documents
package import Vocabulary

/// The assessment of a release's change (schema `aftercare.change/1`): what changed, why it may, and who has to know.
///
/// A value exists only of a record that is complete and well-formed. Whether what it says is coherent and allows an installation is for
/// rule packs and gates to judge; the approvals are the signatures of the bundle, and are not repeated in it.
@dynamicMemberLookup
package struct ChangeRecord: Sendable {
    /// The most bytes that a record's canonical form may have.
    package static let largest = 128 << 10

    /// The record as it was read, members that start with `x-` included.
    package let json: JSON

    private let content: Content

    /// Reads a record strictly: nothing missing, nothing extra outside `x-`, every value within its limits, and its own parts in agreement.
    package init(_ json: JSON) throws(DocumentError) {
        let content = try RecordReader.read(Content.self, json)
        guard json.canonicalBytes.count <= Self.largest else { throw .tooLarge(limit: Self.largest) }
        self.json = json
        self.content = content
        try content.agree()
    }

    package subscript<Value>(dynamicMember member: KeyPath<Content, Value>) -> Value { content[keyPath: member] }

    /// Reads the form only: all that `schema` can say, and not whether the parts agree.
    package static func checkForm(_ json: JSON) throws(DocumentError) {
        _ = try RecordReader.read(Content.self, json)
    }

    /// SHA-256 of the record's canonical bytes: what `supersedes` of later records names it by.
    package var digest: Digest { Manifest.digest(of: json) }

    /// What a record holds, member by member, with the objects within it.
    package static func description() throws(DocumentError) -> RecordDescription {
        try RecordReader.describe(Content.self).description
    }

    /// The JSON Schema (draft 2020-12) of a record; agreement between its parts is beyond it.
    package static func schema() throws(DocumentError) -> JSON {
        guard case .object(var schema) = try description().schema else { return [:] }
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["$id"] = .string("urn:\(Manifest.changeSchema.replacing("/", with: ":"))")
        schema["title"] = .string(Manifest.changeSchema)
        schema["description"] = .string(Content.summary)
        return .object(schema)
    }

    package func market(_ code: String) -> MarketEntry? { content.markets.first { $0.market == code } }
}

extension ChangeRecord {
    /// The record's members as they are read; the record itself also knows what it was read from.
    package struct Content: RecordPart {
        package static let name = "the change record"
        package static let summary = "What changed in a release, why it may, and who has to know."

        package let id: String
        package let sequence: Int64
        package let product: Product
        package let version: VersionStep
        package let maintenanceClass: MaintenanceClass
        package let urgency: Urgency
        package let changes: [Change]
        package let intendedPurpose: IntendedPurpose
        package let risk: Risk
        package let security: Security
        package let clinical: Clinical
        package let userVisible: UserVisible
        package let markets: [MarketEntry]
        package let udi: UDI
        package let safetyAction: SafetyAction
        package let verification: Verification
        package let build: Build
        package let sbom: SBOM
        package let rollback: Rollback
        package let rollout: Rollout
        package let selfTests: [SelfTestPromise]
        package let retention: Retention

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            _ = try reader.required("schema", .constant(Manifest.changeSchema), "The schema of the record.")
            id = try reader.required(
                "id", .reference, "The record's number, unique at the manufacturer.",
                clause: "MDR Art. 10(9); IEC 62304 8.2.1")
            sequence = try reader.required(
                "sequence", .integer(1...JSON.largestInteger),
                "Counts the product's records; higher than those before it.",
                clause: "IEC 62304 8.3")
            product = try reader.required("product", .object(Product.self), "The device that it is about.")
            version = try reader.required("version", .object(VersionStep.self), "From which versions to which.")
            maintenanceClass = try reader.required(
                "maintenanceClass", .word(MaintenanceClass.self), "The class of maintenance.",
                clause: "ISO/IEC/IEEE 14764")
            urgency = try reader.required(
                "urgency", .word(Urgency.self), "How soon it is needed; `emergency` is unscheduled and corrective.",
                clause: "ISO/IEC/IEEE 14764")
            changes = try reader.required(
                "changes", .list(of: .object(Change.self), 0...256),
                "Every change that the release brings; none only in a baseline.", clause: "IEC 62304 8.2.1, 8.2.4")
            intendedPurpose = try reader.required(
                "intendedPurpose", .object(IntendedPurpose.self), "Whether the intended purpose changes.")
            risk = try reader.required("risk", .object(Risk.self), "What the risk analysis of the change found.")
            security = try reader.required("security", .object(Security.self), "What the change is to security.")
            clinical = try reader.required(
                "clinical", .object(Clinical.self), "What the change is to patients and users.")
            userVisible = try reader.required("userVisible", .object(UserVisible.self), "What users have to know.")
            markets = try reader.required(
                "markets", .list(of: .object(MarketEntry.self), 1...64),
                "The assessment for every market; where it is not marketed that is stated, never left out.")
            udi = try reader.required("udi", .object(UDI.self), "The device's identification before and after.")
            safetyAction = try reader.required(
                "safetyAction", .object(SafetyAction.self),
                "Whether the release carries out a field safety corrective action.")
            verification = try reader.required(
                "verification", .object(Verification.self), "What the verification found.")
            build = try reader.required("build", .object(Build.self), "What the release was built from.")
            sbom = try reader.required("sbom", .object(SBOM.self), "The software bill of materials.")
            rollback = try reader.required("rollback", .object(Rollback.self), "Where a device may go back to.")
            rollout = try reader.required(
                "rollout", .object(Rollout.self), "In which steps the release reaches devices.")
            selfTests = try reader.required(
                "selfTests", .list(of: .object(SelfTestPromise.self), 0...256),
                "What the device tests before it commits the release.", clause: "MDR Art. 10(12); IEC 62304 6.2.1")
            retention = try reader.required("retention", .object(Retention.self), "How long the record is kept.")
        }

        /// It is only provisioned, never installed over anything.
        package var isBaseline: Bool { version.from.isEmpty }
    }
}
