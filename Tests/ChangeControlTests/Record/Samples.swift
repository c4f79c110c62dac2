import Documents
import TestSupport

/// Records for these tests.
enum Samples {
    /// A record that uses every member there is, the optional ones too.
    static let full: JSON = {
        let additions: [(String, JSON)] = [
            ("x-ticket", "PUMP-112"), ("product.basicUdiDi", "0952100IP4X7"), ("product.x-line", ["a": 1]),
            ("changes[0].deviceSoftwareModified", false), ("changes[0].operatingPlatform", "updated"),
            ("changes[0].vulnerabilities", ["CVE-2026-0001", "CVE-2026-0002"]), ("security.learned", "2025-11-02"),
            ("security.rationale", "no network in this mode"),
            (
                "security.cvss",
                [
                    [
                        "vulnerability": "CVE-2026-0001", "vector": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
                        "score": .decimal(7.8),
                    ]
                ]
            ),
            ("clinical.clinicalEvaluationUpdate", ["done": "CER-3"]),
            ("clinical.usabilityEvaluation", ["summative": "U-7"]),
            ("clinical.affectedFunctions", ["flow control"]), ("risk.hazardsModified", ["over-infusion"]),
            ("udi.basicUdiDiAfter", "0952100IP4X7"), ("safetyAction.type", "fsca"),
            ("safetyAction.fscaRefs", ["manufacturer": "FSCA-1", "nca": "00000/26", "eudamed": "E-1"]),
            ("safetyAction.fsnDigest", .string(String(repeating: "5a", count: 32))),
            ("safetyAction.notice", ["en": "Do not use below 5 ml/h.", "de-CH": "Nicht unter 5 ml/h verwenden."]),
            ("safetyAction.reportedInAdvance", "2025-12-01"), ("safetyAction.urgent", true),
            ("safetyAction.urgentRationale", "it cannot wait"),
            ("safetyAction.part806", ["reported_806_10": ["number": "1234567-6/21/26-001-C", "date": "2026-06-21"]]),
            ("verification.testCount", 5), ("verification.fail", 2),
            (
                "verification.deviations",
                [["id": "DEV-1", "failures": 2, "rationale": "the rig, not the pump", "approvedBy": "quality"]]
            ),
            (
                "verification.knownAnomalies",
                [["id": "PR-9", "cwe": "CWE-476", "safetyAssessment": "none", "accepted": true]]
            ),
            ("verification.environmentDigest", .string(String(repeating: "01", count: 32))),
            ("verification.requirementsCoverage", .decimal(99.5)),
            ("build.provenanceDigest", .string(String(repeating: "02", count: 32))),
            ("build.toolchainDigest", .string(String(repeating: "03", count: 32))),
            (
                "rollout.phases",
                [
                    ["group": "workshop", "minSoakHours": 24, "maxFailures": 0, "maxAutoRollbackRate": 0],
                    [
                        "percent": .decimal(12.5), "minSoakHours": 0, "maxFailures": 5,
                        "maxAutoRollbackRate": .decimal(0.5),
                    ],
                ]
            ),
            ("rollout.stopRules", ["any automatic rollback in the first phase"]),
        ]
        return additions.reduce(SampleRecord.complete("1.1.0")) { $0.with($1.0, $1.1) }
    }()
}
