import Documents
import Vocabulary

/// How the members of manifests and change records are called on a page that people read.
enum ReviewWords {
    private static let labels: [String: String] = [
        // The manifest
        "from": "May be installed over", "hardware": "For hardware revisions", "securityVersion": "Security version",
        "fallbacks": "May go back to", "selfTestDeadline": "Self-tests must hold within (seconds)",
        "created": "Created", "payloadLength": "Bytes of the payload", "payloadDigest": "SHA-256 of the payload",
        "indexLength": "Bytes of the index", "changeDigest": "SHA-256 of the change record",
        "sbomDigest": "SHA-256 of the bill of materials", "indexDigest": "SHA-256 of its index", "chunks": "Chunks",
        "size": "Bytes", "digest": "SHA-256",
        // The change record
        "id": "Number", "maintenanceClass": "Class of maintenance", "deviceModel": "Device model",
        "basicUdiDi": "Basic UDI-DI", "hardwareRevisions": "Hardware revisions", "deviceClass": "Device class",
        "eu": "EU class", "us": "US class", "swSafetyClass": "Software safety class (IEC 62304)", "to": "New version",
        "supersedes": "Earlier records back to the baseline", "componentRefs": "Components",
        "problemReports": "Problem reports", "capa": "CAPA", "complaints": "Complaints",
        "vulnerabilities": "Vulnerabilities", "requirements": "Requirements", "changed": "It changes",
        "direction": "In which direction", "riskFileId": "Risk management file",
        "analysisDone": "Day of the analysis", "newHazards": "New hazards", "hazardsModified": "Hazards that change",
        "controlsAdded": "Risk controls added", "controlsModified": "Risk controls changed",
        "controlsRemoved": "Risk controls removed",
        "maxSeverityPreMitigation": "Highest severity before risk controls",
        "residualAcceptable": "The residual risk is acceptable", "benefitRiskAffected": "Benefit and risk",
        "cycle": "Cycle", "riskOfPatientHarm": "Risk of harm to patients",
        "kev": "Known to be exploited (CISA KEV)", "cvss": "CVSS", "vexDigest": "SHA-256 of the VEX",
        "threatModelRev": "Revision of the threat model", "impact": "Clinical impact",
        "affectedFunctions": "Functions that are affected", "essentialPerformance": "Essential performance",
        "alarmBehaviourChanged": "Alarms behave otherwise", "clinicalEvaluationUpdate": "Clinical evaluation",
        "usabilityEvaluation": "Usability evaluation", "behaviourChanges": "What behaves otherwise",
        "ifuChanged": "The instructions for use change", "ifuRevision": "Revision of the instructions for use",
        "labellingChanged": "The labelling changes", "trainingRequired": "Training",
        "downtimeMinutes": "Minutes out of use", "releaseFrom": "Released from", "nbId": "Notified body",
        "nbDecision": "Its decision", "certificateNo": "Certificate", "supplementNo": "Supplement",
        "baseline510k": "510(k) of the baseline", "q1": "Q1 cybersecurity only",
        "q2": "Q2 back to the specification", "q3a": "Q3a new or changed risk", "q3b": "Q3b risk controls",
        "q4": "Q4 clinical functionality or performance", "cumulativeAssessment": "All changes together",
        "changeIds": "Changes", "pccpId": "PCCP", "authorisedIn": "Authorised in",
        "modificationId": "Modification", "protocolResultsDigest": "SHA-256 of the protocol's results",
        "diBefore": "UDI-DI before", "diAfter": "UDI-DI after", "piSoftwareBefore": "UDI-PI (software) before",
        "piSoftwareAfter": "UDI-PI (software) after", "basicUdiDiAfter": "Basic UDI-DI after",
        "issuingAgency": "Issued by", "type": "Kind", "fscaRefs": "Field safety corrective action",
        "manufacturer": "Manufacturer's number", "nca": "Authority's number", "eudamed": "EUDAMED's number",
        "fsnDigest": "SHA-256 of the field safety notice", "notice": "Field safety notice",
        "reportedInAdvance": "Reported in advance on", "urgent": "Could not wait for the report",
        "urgentRationale": "Why not", "part806": "Corrections and removals (21 CFR 806)",
        "enhancement_not_reportable": "Enhancement, not reportable", "routine_servicing": "Routine servicing",
        "reported_806_10": "Reported (806.10)", "not_reported_806_20": "Not reported (806.20)",
        "reported_under_803": "Reported under part 803", "planRef": "Plan", "reportDigest": "SHA-256 of the report",
        "testCount": "Tests", "pass": "Passed", "fail": "Failed", "knownAnomalies": "Known anomalies",
        "safetyAssessment": "Assessment of safety", "environmentDigest": "SHA-256 of the environment",
        "requirementsCoverage": "Coverage of requirements", "sourceRevision": "Revision of the source",
        "builderId": "Built by", "reproducible": "Can be built again", "provenanceDigest": "SHA-256 of the provenance",
        "toolchainDigest": "SHA-256 of the tool chain", "serial": "Serial number",
        "endOfSupportEarliest": "First end of support", "allowedTo": "May go back to",
        "dataMigration": "Migration of data", "minimumSecurityVersionAfterSoak": "Lowest security version afterwards",
        "soakHours": "Hours of soak", "phases": "Phases", "percent": "Percent of devices",
        "minSoakHours": "Hours before the next phase", "maxFailures": "Stops above so many failures",
        "maxAutoRollbackRate": "Stops above so many rollbacks (percent)",
        "careAreaMaxConcurrent": "At most at once in a care area", "stopRules": "Stops on",
        "timeoutS": "Within (seconds)", "onFail": "When it fails", "until": "Until", "basis": "Because of",
        "cwe": "CWE",
        // Documents that travel by themselves
        "udiDi": "UDI-DI", "record": "Change record", "records": "Change records before it", "issued": "Written at",
        "expires": "Ends at", "devices": "For the devices", "groups": "For the groups of devices",
        "fsca": "Field safety corrective action", "key": "Key", "release": "Release (SHA-256 of its manifest)",
        "notifiedBody": "Notified body",
        // Languages
        "en": "English", "de": "German", "fr": "French", "it": "Italian", "es": "Spanish", "pt": "Portuguese",
        "nl": "Dutch", "pl": "Polish", "sv": "Swedish", "da": "Danish", "fi": "Finnish", "cs": "Czech",
    ]

    private static let singulars: [String: String] = [
        "images": "Image", "changes": "Change", "markets": "Market", "selfTests": "Self-test", "phases": "Phase",
        "deviations": "Deviation", "knownAnomalies": "Known anomaly",
    ]

    /// The label of a member; of one that is not known here its name, in words.
    static func label(_ name: String) -> String {
        if let known = labels[name] { return known }
        var words = ""
        for letter in name {
            if letter.isUppercase, let last = words.last, last.isLowercase || last.isNumber {
                words += " " + letter.lowercased()
            } else {
                words.append(letter == "_" ? " " : letter)
            }
        }
        return (words.prefix(1).uppercased() + words.dropFirst()).visible
    }

    /// What one element of a list is called.
    static func singular(_ name: String) -> String { singulars[name] ?? label(name) }

    /// A value that is no object, as people read it: each element of a list on a line of its own.
    static func lines(_ value: JSON) -> [String] {
        switch value {
        case .null: ["nothing"]
        case .bool(let flag): [flag ? "yes" : "no"]
        case .string(""): ["(empty)"]
        case .string(let text):
            text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }
        case .array([]), .object([:]): ["none"]
        case .array(let elements): elements.flatMap(lines)
        case .integer, .decimal, .object: [value.canonicalText.visible]
        }
    }
}

extension String {
    /// The same text with a name in place of each character that a reader cannot see, or that would disturb what they see.
    var visible: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "[U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
