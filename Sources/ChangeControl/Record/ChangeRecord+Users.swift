package import Documents
package import Vocabulary

extension ChangeRecord {
    package struct UserVisible: RecordPart {
        package static let name = "userVisible"
        package static let summary = "What users have to know."

        package enum Training: String, Sendable, CaseIterable {
            case none, information
            case beforeUse = "training_before_use"
        }

        package let summary: [String: String]
        package let behaviourChanges: [String]
        package let ifuChanged: Bool
        package let ifuRevision: String
        package let labellingChanged: Bool
        package let trainingRequired: Training
        package let downtimeMinutes: Int64

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            summary = try reader.required(
                "summary", .texts(2000), "The release notes, by language.", clause: "IEC 62304 6.2.5; MDR Annex I 23.4")
            behaviourChanges = try reader.required(
                "behaviourChanges", .lines(), "What users will find different.", clause: "IEC 62304 6.2.5")
            ifuChanged = try reader.required(
                "ifuChanged", .flag, "The instructions for use change.", clause: "MDR Annex I 23.4")
            ifuRevision = try reader.required(
                "ifuRevision", .reference, "The revision of the instructions that goes with it.",
                clause: "MDR Annex I 23.4")
            labellingChanged = try reader.required(
                "labellingChanged", .flag, "Labels change.", clause: "MDR Annex I 23.2")
            trainingRequired = try reader.required(
                "trainingRequired", .word(Training.self), "What users must know before they use it.",
                clause: "MDR Annex I 23.4(j)")
            downtimeMinutes = try reader.required(
                "downtimeMinutes", .integer(0...10080), "Minutes for which the device cannot be used.",
                clause: "MDR Annex I 23.4(k)")
        }
    }

    /// Where the release is on the market, and why it may be.
    package struct MarketEntry: RecordPart {
        package static let name = "markets[]"
        package static let summary = "Where the release is on the market, and why it may be."

        /// A rule pack's word: `EU`, `US`, `GB`.
        package let market: String
        package let released: Bool
        package let releaseFrom: CalendarDate?
        package let assessment: Assessment

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            market = try reader.required(
                "market", .shape(.market), "The market; each stands once.", clause: "MDR Art. 10(9)(a)")
            released = try reader.required(
                "released", .flag, "The release may be installed there.", clause: "IEC 62304 5.8")
            releaseFrom = try reader.optional(
                "releaseFrom", .date, "From which day; needed where it is released.", clause: "IEC 62304 5.8")
            assessment = try reader.required(
                "assessment", .assessment, "The regulatory assessment, in the words of the market's rule pack.",
                clause: "MDR Annex IX 2.4, 4.10; MDCG 2020-3; FDA software guidance; 21 CFR 807.81(a)(3)")
        }
    }

    /// The regulatory assessment for one market: what its rule pack knows the members of.
    package struct Assessment: Sendable, Equatable {
        package let json: JSON
        /// What came out, a rule pack's word: `not_substantial_documented`, `letter_to_file`, `not_marketed`.
        package let outcome: String
        /// The way to the market, a rule pack's word: `mdr_certificate`, `510k`; nil where the market has one only.
        package let route: String?

        package subscript(member: String) -> JSON? { json[member] }
    }

    package struct UDI: RecordPart {
        package static let name = "udi"
        package static let summary = "The device's identification before and after."

        package enum IssuingAgency: String, Sendable, CaseIterable {
            case gs1 = "GS1"
            case hibcc = "HIBCC"
            case iccbba = "ICCBBA"
            case ifa = "IFA"
        }

        package let diBefore: String?
        package let diAfter: String
        package let piSoftwareBefore: String?
        package let piSoftwareAfter: String
        package let basicUDIDIAfter: String?
        package let issuingAgency: IssuingAgency
        package let rationale: String

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let clause = "MDR Annex VI C 6.5.2, 6.5.3; 21 CFR 830.50(a)"
            diBefore = try reader.optional(
                "diBefore", .reference, "The UDI-DI before; absent only in a baseline.", clause: clause)
            diAfter = try reader.required("diAfter", .reference, "The UDI-DI after.", clause: clause)
            piSoftwareBefore = try reader.optional(
                "piSoftwareBefore", .reference, "The software's UDI-PI before; absent only in a baseline.",
                clause: clause)
            piSoftwareAfter = try reader.required(
                "piSoftwareAfter", .reference, "The software's UDI-PI after.", clause: "MDR Annex VI C 6.5.3")
            basicUDIDIAfter = try reader.optional(
                "basicUdiDiAfter", .reference, "The Basic UDI-DI after, where it changes.",
                clause: "MDR Annex VI C 6.5.2")
            issuingAgency = try reader.required(
                "issuingAgency", .word(IssuingAgency.self), "Who issues the identifiers.", clause: "MDR Art. 27(2)")
            rationale = try reader.required(
                "rationale", .text(2000), "Why the identifier changes or stays.", clause: clause)
        }
    }

    package struct SafetyAction: RecordPart {
        package static let name = "safetyAction"
        package static let summary = "Whether the release carries out a field safety corrective action."

        package enum Kind: String, Sendable, CaseIterable {
            case none, fsca
            case correction806 = "correction_806"
            case advisoryNotice = "advisory_notice"
        }

        package let kind: Kind
        package let fscaRefs: FSCAReferences?
        package let fsnDigest: Digest?
        package let notice: [String: String]?
        package let reportedInAdvance: CalendarDate?
        package let urgent: Bool
        package let urgentRationale: String?
        package let part806: Part806?

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            kind = try reader.required(
                "type", .word(Kind.self), "The kind of action.", clause: "MDR Art. 87(1)(b); 21 CFR 806.2(d)")
            fscaRefs = try reader.optional(
                "fscaRefs", .object(FSCAReferences.self), "The numbers of the corrective action.",
                clause: "MDR Art. 87(8)")
            fsnDigest = try reader.optional(
                "fsnDigest", .digest, "The digest of the field safety notice.", clause: "MDR Art. 89(8)")
            notice = try reader.optional(
                "notice", .texts(4000), "The field safety notice as the device shows it, by language.",
                clause: "MDR Art. 89(8)")
            reportedInAdvance = try reader.optional(
                "reportedInAdvance", .date, "When the authority was told, before the action began.",
                clause: "MDR Art. 87(8)")
            urgent = try reader.required(
                "urgent", .flag, "It could not wait for the report.", clause: "MDR Art. 87(8)")
            urgentRationale = try reader.optional("urgentRationale", .text(2000), "Why not.", clause: "MDR Art. 87(8)")
            part806 = try reader.optional(
                "part806", .part806, "The decision on corrections and removals; needed for the US.",
                clause: "21 CFR 806.10, 806.20; FDA recall guidance")
        }
    }

    package struct FSCAReferences: RecordPart {
        package static let name = "safetyAction.fscaRefs"
        package static let summary = "The numbers of a field safety corrective action."

        package let manufacturer: String
        package let authority: String?
        package let eudamed: String?

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            manufacturer = try reader.required(
                "manufacturer", .reference, "The manufacturer's number.", clause: "MDR Art. 87(8)")
            authority = try reader.optional(
                "nca", .reference, "The competent authority's number.", clause: "MDR Art. 87(8)")
            eudamed = try reader.optional("eudamed", .reference, "EUDAMED's number.", clause: "MDR Art. 92")
        }
    }
}
