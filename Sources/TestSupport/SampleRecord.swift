import Bundles
import ChangeControl
package import Documents
import Platform
import Releases
import Vocabulary

/// Change records that are complete, for the EU (MDR certificate) and the US (510(k)), and say no more than that.
package enum SampleRecord {
    /// What stands for a bill of materials and a vulnerability statement.
    package static let sbom = Array(#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}"#.utf8)
    package static let vex = Array(#"{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[]}"#.utf8)

    /// A record of a release that goes over `from`, and after the `earlier` records, oldest first; by default after a baseline.
    package static func complete(
        _ version: String, from: [String] = ["1.0.0"], product: String = "infusion-pump",
        hardware: [String] = ["rev-c"],
        securityVersion: Int64 = 1, allowedTo: [String]? = nil, earlier: [JSON]? = nil
    ) -> JSON {
        guard let last = from.last else { return baseline(version, product: product, hardware: hardware) }
        let earlier = earlier ?? chain(to: from[0], product: product, hardware: hardware)
        return record(
            [
                "version": [
                    "from": .strings(from), "to": .string(version), "securityVersion": .integer(securityVersion),
                    "supersedes": .strings(earlier.map { Manifest.digest(of: $0).hex }),
                ],
                "sequence": .number(earlier.count + 1),
                "changes": [
                    [
                        "id": "C-1", "title": "Keep the set flow", "kind": "bug_fix_to_specification",
                        "componentRefs": ["usr/lib/pump/calibration.conf"], "problemReports": ["PR-1"], "capa": [],
                        "complaints": [], "vulnerabilities": [], "requirements": ["SRS-1"],
                    ]
                ],
                "udi": [
                    "diBefore": "09521000004016", "diAfter": "09521000004016", "piSoftwareBefore": .string(last),
                    "piSoftwareAfter": .string(version), "issuingAgency": "GS1",
                    "rationale": "returns to specification",
                ],
                "rollback": [
                    "allowedTo": .strings(allowedTo ?? from), "dataMigration": "none",
                    "minimumSecurityVersionAfterSoak": .integer(securityVersion), "soakHours": 24,
                ],
            ], version, product, hardware)
    }

    /// The records up to `version` of a product that began with 1.0.0 and whose releases are 1.1.0, 1.2.0 and so on, oldest first;
    /// any other version counts as a beginning of its own.
    package static func chain(
        to version: String, product: String = "infusion-pump", hardware: [String] = ["rev-c"]
    ) -> [JSON] {
        let parts = version.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 3, parts[0] == 1, parts[1] > 0, parts[1] < 100, parts[2] == 0 else {
            return [baseline(version, product: product, hardware: hardware)]
        }
        let before = "1.\(parts[1] - 1).0"
        let earlier = chain(to: before, product: product, hardware: hardware)
        return earlier + [complete(version, from: [before], product: product, hardware: hardware, earlier: earlier)]
    }

    /// The record of a release that is provisioned, before which there is none.
    package static func baseline(
        _ version: String, product: String = "infusion-pump", hardware: [String] = ["rev-c"]
    ) -> JSON {
        record(
            [
                "version": ["from": [], "to": .string(version), "securityVersion": 0, "supersedes": []],
                "sequence": 1, "changes": [], "markets": .array([markets[0], cleared]),
                "udi": [
                    "diAfter": "09521000004016", "piSoftwareAfter": .string(version), "issuingAgency": "GS1",
                    "rationale": "the first",
                ],
                "rollback": [
                    "allowedTo": [], "dataMigration": "none", "minimumSecurityVersionAfterSoak": 0, "soakHours": 24,
                ],
            ], version, product, hardware)
    }

    /// A record as people write it.
    package static func toml(_ record: JSON) throws -> String {
        RecordTOML.text(record, description: try ChangeRecord.description(), commented: false)
    }

    private static func record(
        _ own: [String: JSON], _ version: String, _ product: String, _ hardware: [String]
    ) -> JSON {
        let common: [String: JSON] = [
            "schema": .string(Manifest.changeSchema), "id": .string("CR-\(version)"),
            "maintenanceClass": "corrective", "urgency": "routine",
            "product": [
                "deviceModel": .string(product), "hardwareRevisions": .strings(hardware),
                "deviceClass": ["eu": "IIb", "us": "II", "swSafetyClass": "C"],
            ],
            "intendedPurpose": ["changed": false, "direction": "none"],
            "userVisible": [
                "summary": ["en": "The pump keeps the set flow.", "de": "Die Pumpe hält die Förderrate ein."],
                "behaviourChanges": [], "ifuChanged": false, "ifuRevision": "1", "labellingChanged": false,
                "trainingRequired": "none", "downtimeMinutes": 4,
            ],
            "markets": .array(markets),
            "safetyAction": ["type": "none", "urgent": false, "part806": "enhancement_not_reportable"],
            "build": ["sourceRevision": .string("v\(version)"), "builderId": "tests", "reproducible": true],
            "sbom": [
                "format": "CycloneDX-1.6", "serial": "urn:uuid:00000000-0000-4000-8000-000000000000",
                "digest": .string(SHA256.digest(of: sbom).hex), "endOfSupportEarliest": "2030-06-30",
            ],
            "rollout": [
                "careAreaMaxConcurrent": 1, "stopRules": [],
                "phases": [["percent": 100, "minSoakHours": 0, "maxFailures": 0, "maxAutoRollbackRate": 0]],
            ],
            "selfTests": [["id": "flow", "limit": "as set", "timeoutS": 30, "onFail": "rollback"]],
            "retention": ["until": "2041-12-31", "basis": "MDR Article 10(8)"],
        ]
        return .object(common.merging(evidence) { $1 }.merging(own) { $1 })
    }

    private static let markets: [JSON] = [
        [
            "market": "EU", "released": true, "releaseFrom": "2026-01-01",
            "assessment": [
                "route": "mdr_certificate", "outcome": "not_substantial_documented", "date": "2025-12-01",
                "certificateNo": "CE-1", "nbId": "0000",
            ],
        ],
        [
            "market": "US", "released": true, "releaseFrom": "2026-01-01",
            "assessment": [
                "route": "510k", "outcome": "letter_to_file", "baseline510k": "K000000",
                "noOtherImpact": "one table of numbers changes, report V-1 covers it",
                "q1": no("not about security alone"),
                "q2": ["answer": "yes", "rationale": "returns to specification, report V-1"],
                "q3a": no("no new hazard"), "q3b": no("no control changes"), "q4": no("the performance stays"),
                "cumulativeAssessment": [
                    "since": "1.0.0", "changeIds": ["C-1"], "result": "no significant effect together",
                ],
            ],
        ],
    ]

    /// How a first release comes onto the market in the US: nothing returns to a specification that was never released.
    private static let cleared: JSON = [
        "market": "US", "released": true, "releaseFrom": "2026-01-01",
        "assessment": [
            "route": "510k", "outcome": "new_510k_cleared", "baseline510k": "K000000", "clearedUnder": "K000000",
        ],
    ]

    private static func no(_ rationale: String) -> JSON { ["answer": "no", "rationale": .string(rationale)] }

    private static let evidence: [String: JSON] = [
        "risk": [
            "riskFileId": "RM-1", "revision": "1", "digest": digest("risk"), "analysisDone": "2025-11-30",
            "newHazards": false, "hazardsModified": [], "controlsAdded": [], "controlsModified": [],
            "controlsRemoved": [], "maxSeverityPreMitigation": "minor", "residualAcceptable": true,
            "benefitRiskAffected": "none",
        ],
        "security": [
            "cycle": "not_security", "riskOfPatientHarm": "none", "kev": false, "cvss": [],
            "vexDigest": .string(SHA256.digest(of: vex).hex), "threatModelRev": "1",
        ],
        "clinical": [
            "impact": "none", "affectedFunctions": [], "essentialPerformance": false, "alarmBehaviourChanged": false,
            "clinicalEvaluationUpdate": "not_needed", "usabilityEvaluation": "not_needed",
        ],
        "verification": [
            "planRef": "V-1", "reportDigest": digest("report"), "testCount": 3, "pass": 3, "fail": 0, "deviations": [],
            "knownAnomalies": [],
        ],
    ]

    private static func digest(_ text: String) -> JSON { .string(SHA256.digest(of: Array(text.utf8)).hex) }
}
