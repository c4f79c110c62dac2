package import Documents
package import Vocabulary

extension ChangeRecord {
    package struct Risk: RecordPart {
        package static let name = "risk"
        package static let summary = "What the risk analysis of the change found."

        package enum Severity: String, Sendable, CaseIterable, Comparable {
            case negligible, minor, serious, critical, catastrophic

            package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
            private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        }

        package enum BenefitRisk: String, Sendable, CaseIterable { case none, improved, worsened }

        package let riskFileID: String
        package let revision: String
        package let digest: Digest
        package let analysisDone: CalendarDate
        package let newHazards: Bool
        package let hazardsModified: [String]
        package let controlsAdded: [String]
        package let controlsModified: [String]
        package let controlsRemoved: [String]
        package let maxSeverityPreMitigation: Severity
        package let residualAcceptable: Bool
        package let benefitRiskAffected: BenefitRisk

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let controls = "IEC 62304 7.4.2; ISO 14971 cl. 10"
            riskFileID = try reader.required(
                "riskFileId", .reference, "The risk management file.", clause: "ISO 14971 4.5")
            revision = try reader.required("revision", .reference, "Its revision.", clause: "ISO 14971 4.5")
            digest = try reader.required(
                "digest", .digest, "The digest of the analysis of this change.", clause: "IEC 62304 7.4.1")
            analysisDone = try reader.required("analysisDone", .date, "When it was done.", clause: "IEC 62304 7.4.1")
            newHazards = try reader.required(
                "newHazards", .flag, "The change brings hazardous situations that were not there.",
                clause: "IEC 62304 7.4.1; FDA software guidance Q3a")
            hazardsModified = try reader.required(
                "hazardsModified", .lines(200), "Hazards whose estimate changes.", clause: "IEC 62304 7.4.1")
            controlsAdded = try reader.required("controlsAdded", .lines(200), "New risk controls.", clause: controls)
            controlsModified = try reader.required(
                "controlsModified", .lines(200), "Risk controls that work differently.", clause: controls)
            controlsRemoved = try reader.required(
                "controlsRemoved", .lines(200), "Risk controls that are gone.",
                clause: "\(controls); FDA software guidance Q3b")
            maxSeverityPreMitigation = try reader.required(
                "maxSeverityPreMitigation", .word(Severity.self),
                "The worst harm that what changes could do without risk controls.", clause: "FDA software guidance Q3a")
            residualAcceptable = try reader.required(
                "residualAcceptable", .flag, "The residual risk is acceptable.", clause: "ISO 14971 cl. 8")
            benefitRiskAffected = try reader.required(
                "benefitRiskAffected", .word(BenefitRisk.self), "What becomes of benefit against risk.",
                clause: "MDCG 2020-3 chart C5")
        }
    }

    package struct Security: RecordPart {
        package static let name = "security"
        package static let summary = "What the change is to security."

        package enum Cycle: String, Sendable, CaseIterable {
            case regular
            case outOfCycle = "out_of_cycle"
            case notSecurity = "not_security"
        }

        package enum PatientHarm: String, Sendable, CaseIterable { case none, controlled, uncontrolled }

        package let cycle: Cycle
        package let learned: CalendarDate?
        package let riskOfPatientHarm: PatientHarm
        package let rationale: String?
        package let kev: Bool
        package let cvss: [CVSS]
        package let vexDigest: Digest
        package let threatModelRevision: String

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            let controlled = "FDA postmarket cybersecurity guidance VI, VII"
            cycle = try reader.required(
                "cycle", .word(Cycle.self), "Whether it mends vulnerabilities, and in or out of the regular cycle.",
                clause: "21 USC 360n-2(b)(2)")
            learned = try reader.optional(
                "learned", .date, "When the manufacturer learned of the vulnerability: 30 and 60 days run from it.",
                clause: controlled)
            riskOfPatientHarm = try reader.required(
                "riskOfPatientHarm", .word(PatientHarm.self), "The risk of harm to patients of what is mended.",
                clause: controlled)
            rationale = try reader.optional(
                "rationale", .text(2000), "Why an uncontrolled risk needs no safety action.", clause: controlled)
            kev = try reader.required(
                "kev", .flag, "One of the vulnerabilities is in CISA's list of those that are exploited.",
                clause: "FDA cybersecurity guidance VI.B")
            cvss = try reader.required(
                "cvss", .list(of: .object(CVSS.self), 0...256), "The scores of the vulnerabilities.", clause: controlled
            )
            vexDigest = try reader.required(
                "vexDigest", .digest, "The digest of the vulnerability statement (VEX) of this release.",
                clause: "FDA cybersecurity guidance V.A.4(b); IEC 81001-5-1 cl. 9")
            threatModelRevision = try reader.required(
                "threatModelRev", .reference, "The revision of the threat model that covers it.",
                clause: "FDA cybersecurity guidance V.A.1")
        }
    }

    package struct CVSS: RecordPart {
        package static let name = "security.cvss[]"
        package static let summary = "The score of one vulnerability."

        package let vulnerability: String
        package let vector: String
        package let score: Double

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            vulnerability = try reader.required(
                "vulnerability", .reference, "The vulnerability, as in `changes[].vulnerabilities`.")
            vector = try reader.required("vector", .reference, "The vector, with its version: `CVSS:3.1/AV:N/…`.")
            score = try reader.required("score", .number(0...10), "The score.")
        }
    }

    package struct Clinical: RecordPart {
        package static let name = "clinical"
        package static let summary = "What the change is to patients and users."

        package enum Impact: String, Sendable, CaseIterable { case none, indirect, direct }

        package enum ClinicalEvaluation: Sendable, Equatable {
            case notNeeded
            case done(String)
        }

        package enum UsabilityEvaluation: Sendable, Equatable {
            case notNeeded
            case formative(String)
            case summative(String)
        }

        package let impact: Impact
        package let affectedFunctions: [String]
        package let essentialPerformance: Bool
        package let alarmBehaviourChanged: Bool
        package let clinicalEvaluationUpdate: ClinicalEvaluation
        package let usabilityEvaluation: UsabilityEvaluation

        package init(_ reader: inout RecordReader) throws(DocumentError) {
            impact = try reader.required(
                "impact", .word(Impact.self), "Whether patients are affected.", clause: "FDA software guidance Q4")
            affectedFunctions = try reader.required(
                "affectedFunctions", .lines(200), "The clinical functions that it touches.",
                clause: "FDA software guidance Q4")
            essentialPerformance = try reader.required(
                "essentialPerformance", .flag, "It touches essential performance.", clause: "IEC 60601-1 4.3")
            alarmBehaviourChanged = try reader.required(
                "alarmBehaviourChanged", .flag, "Alarms come at other times or in other ways.",
                clause: "MDCG 2020-3 chart B; IEC 60601-1-8")
            clinicalEvaluationUpdate = try reader.required(
                "clinicalEvaluationUpdate",
                .choice([.word("not_needed", .notNeeded), .with("done", .reference) { .done($0) }]),
                "Whether the clinical evaluation was brought up to date, and where.", clause: "MDR Art. 61(11)")
            usabilityEvaluation = try reader.required(
                "usabilityEvaluation",
                .choice([
                    .word("not_needed", .notNeeded), .with("formative", .reference) { .formative($0) },
                    .with("summative", .reference) { .summative($0) },
                ]),
                "Which evaluation of usability was made, and where.", clause: "IEC 62366-1 5.7 to 5.9")
        }
    }
}
