package import Documents
package import Vocabulary

extension ChangeRecord {
    package struct Verification: RecordPart {
        package static let name = "verification"
        package static let summary = "What the verification found."

        package let planRef: String
        package let reportDigest: Digest
        package let testCount: Int64
        package let pass: Int64
        package let fail: Int64
        package let deviations: [Deviation]
        package let knownAnomalies: [KnownAnomaly]
        package let environmentDigest: Digest?
        package let requirementsCoverage: Double?

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let count: RecordKind<Int64> = .integer(0...1_000_000_000)
            let clause = "IEC 62304 5.7, 6.3.1, 8.2.3"
            planRef = try reader.required("planRef", .reference, "The plan.", clause: clause)
            reportDigest = try reader.required("reportDigest", .digest, "The digest of the report.", clause: clause)
            testCount = try reader.required(
                "testCount", count, "How many tests there were: `pass` and `fail` together.", clause: clause)
            pass = try reader.required("pass", count, "How many passed.", clause: clause)
            fail = try reader.required("fail", count, "How many did not.", clause: clause)
            deviations = try reader.required(
                "deviations", .list(of: .object(Deviation.self), 0...256),
                "Failures that were accepted, each with its reason.", clause: "IEC 62304 5.8.2, 5.8.3")
            knownAnomalies = try reader.required(
                "knownAnomalies", .list(of: .object(KnownAnomaly.self), 0...1024),
                "What is known to be wrong in the release.", clause: "IEC 62304 5.8.2, 5.8.3")
            environmentDigest = try reader.optional(
                "environmentDigest", .digest, "The digest of the description of the test environment.",
                clause: "IEC 62304 9.8")
            requirementsCoverage = try reader.optional(
                "requirementsCoverage", .number(0...100), "Per cent of the requirements that the tests cover.",
                clause: "IEC 62304 5.7.1")
        }
    }

    package struct Deviation: RecordPart {
        package static let name = "verification.deviations[]"
        package static let summary = "A failure that was accepted."

        package let id: String
        package let failures: Int64
        package let rationale: String
        package let approvedBy: String

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            id = try reader.required("id", .reference, "The deviation's number.", clause: "IEC 62304 9.5")
            failures = try reader.required(
                "failures", .integer(1...1_000_000_000), "How many of the failed tests it explains.")
            rationale = try reader.required(
                "rationale", .text(2000), "Why it is acceptable.", clause: "IEC 62304 5.8.3")
            approvedBy = try reader.required(
                "approvedBy", .shape(.role), "The role that approved it.", clause: "ISO 13485 8.3.2")
        }
    }

    package struct KnownAnomaly: RecordPart {
        package static let name = "verification.knownAnomalies[]"
        package static let summary = "Something that is known to be wrong in the release."

        package let id: String
        package let cwe: String?
        package let safetyAssessment: String
        package let accepted: Bool

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            id = try reader.required("id", .reference, "The problem report's number.", clause: "IEC 62304 5.8.2")
            cwe = try reader.optional(
                "cwe", .reference, "The kind of weakness, `CWE-…`.", clause: "FDA cybersecurity guidance V.A.5")
            safetyAssessment = try reader.required(
                "safetyAssessment", .text(2000), "What it can do to safety.", clause: "IEC 62304 5.8.3, 7.1.3")
            accepted = try reader.required("accepted", .flag, "It may stay.", clause: "IEC 62304 5.8.3")
        }
    }

    package struct Build: RecordPart {
        package static let name = "build"
        package static let summary = "What the release was built from."

        package let sourceRevision: String
        package let builderID: String
        package let reproducible: Bool
        package let provenanceDigest: Digest?
        package let toolchainDigest: Digest?

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            sourceRevision = try reader.required(
                "sourceRevision", .reference, "The revision of the source.", clause: "IEC 62304 5.8.5, 8.1.2")
            builderID = try reader.required("builderId", .reference, "What built it.", clause: "IEC 62304 5.8.5")
            reproducible = try reader.required(
                "reproducible", .flag, "Building it again gives the same bytes.", clause: "IEC 62304 5.8.5")
            provenanceDigest = try reader.optional(
                "provenanceDigest", .digest, "The digest of the statement of its origin (in-toto, SLSA).",
                clause: "IEC 62304 8.1.2")
            toolchainDigest = try reader.optional(
                "toolchainDigest", .digest, "The digest of the list of tools.", clause: "IEC 62304 5.8.5")
        }
    }

    package struct SBOM: RecordPart {
        package static let name = "sbom"
        package static let summary = "The software bill of materials."

        package enum Format: String, Sendable, CaseIterable {
            case cycloneDX14 = "CycloneDX-1.4"
            case cycloneDX15 = "CycloneDX-1.5"
            case cycloneDX16 = "CycloneDX-1.6"
            case cycloneDX17 = "CycloneDX-1.7"
            case spdx23 = "SPDX-2.3"
        }

        package let format: Format
        package let serial: String
        package let digest: Digest
        package let endOfSupportEarliest: CalendarDate

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let clause = "21 USC 360n-2(b)(3); FDA cybersecurity guidance V.A.4(b)"
            format = try reader.required("format", .word(Format.self), "Its format.", clause: clause)
            serial = try reader.required("serial", .reference, "Its serial number or namespace.", clause: clause)
            digest = try reader.required("digest", .digest, "Its digest.", clause: clause)
            endOfSupportEarliest = try reader.required(
                "endOfSupportEarliest", .date, "The day on which the first component goes out of support.",
                clause: clause)
        }
    }

    package struct Retention: RecordPart {
        package static let name = "retention"
        package static let summary = "How long the record is kept."

        package let until: CalendarDate
        package let basis: String

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let clause = "MDR Art. 10(8); 21 CFR 820.180"
            until = try reader.required("until", .date, "Until when at least.", clause: clause)
            basis = try reader.required("basis", .text(500), "By which rule.", clause: clause)
        }
    }
}

extension TextShape {
    /// A role of an approver, as the device's trust configuration names it.
    static let role = TextShape(
        [("a", "z"), ("0", "9"), ("-", "-")], 1...32, words: "role, 1 to 32 of `a-z0-9-`", sample: "quality")
}
