package import Documents

extension ChangeRecord {
    /// One change request that the release carries out.
    package struct Change: RecordPart {
        package static let name = "changes[]"
        package static let summary = "One change request that the release carries out."

        package let id: String
        package let title: String
        package let kind: ChangeKind
        package let componentRefs: [String]
        package let problemReports: [String]
        package let capa: [String]
        package let complaints: [String]
        package let vulnerabilities: [String]
        package let requirements: [String]
        package let deviceSoftwareModified: Bool?
        package let operatingPlatform: OperatingPlatform?

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let clause = "IEC 62304 8.2.4"
            id = try reader.required("id", .reference, "The number of the change request.", clause: "IEC 62304 8.2.1")
            title = try reader.required("title", .text(200), "What changes, in one line.")
            kind = try reader.required(
                "kind", .word(ChangeKind.self), "The kind of change, by which the rules judge it.",
                clause: "IEC 62304 8.2.1; MDCG 2020-3 chart C")
            componentRefs = try reader.required(
                "componentRefs", .references, "The parts that change: files, packages, units.",
                clause: "IEC 62304 8.1.1")
            problemReports = try reader.required(
                "problemReports", .references, "The problem reports that it answers.", clause: clause)
            capa = try reader.required(
                "capa", .references, "Corrective and preventive actions.", clause: "ISO 13485 8.5.2")
            complaints = try reader.required(
                "complaints", .references, "Complaints that led to it.", clause: "21 CFR 820.35")
            vulnerabilities = try reader.required(
                "vulnerabilities", .references, "The vulnerabilities that it mends, by CVE or advisory.",
                clause: "FDA postmarket cybersecurity guidance VII")
            requirements = try reader.required(
                "requirements", .references, "The requirements that it fulfils.", clause: clause)
            deviceSoftwareModified = try reader.optional(
                "deviceSoftwareModified", .flag,
                "For what is supplied by others: whether the device's own software had to change with it.",
                clause: "MDCG 2020-3 chart C1")
            operatingPlatform = try reader.optional(
                "operatingPlatform", .word(OperatingPlatform.self),
                "For operating systems: the same one with its updates, or another one.",
                clause: "MDR Annex VI C 6.5.2, 6.5.3")
        }
    }

    package enum OperatingPlatform: String, Sendable, CaseIterable { case updated, replaced }

    /// What a change is to the device; the words are those of the guidances' questions.
    package enum ChangeKind: String, Sendable, CaseIterable {
        case bugFixToSpecification = "bug_fix_to_specification"
        case securityOnly = "security_only"
        case soupUpdate = "soup_update"
        case osUpdate = "os_update"
        case compilerOrToolchain = "compiler_or_toolchain"
        case driverOrLibrary = "driver_or_library"
        case architecture
        case databaseStructure = "database_structure"
        case algorithm
        case closedLoop = "closed_loop"
        case userInterface = "user_interface"
        case dataPresentation = "data_presentation"
        case interoperabilityChannel = "interoperability_channel"
        case alarm
        case configurationDefault = "configuration_default"
        case labellingOnly = "labelling_only"
        case nonMedicalFeature = "non_medical_feature"
        case refactoring
        case featureRemoval = "feature_removal"
    }
}

extension RecordKind where Value == [String] {
    /// Up to 256 different references.
    static var references: RecordKind { list(of: .reference, 0...256, distinct: true) }
    /// Up to 64 texts of up to `limit` characters.
    static func lines(_ limit: Int = 1000) -> RecordKind { list(of: .text(limit)) }
}
