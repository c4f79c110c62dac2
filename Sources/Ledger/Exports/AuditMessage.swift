package import Documents
import Platform
import Vocabulary

/// An entry of the ledger as other systems take audit messages.
package struct AuditMessage {
    private let entry: LedgerEntry
    private let device: String
    private let hash: String
    private let line: [UInt8]

    /// `device` is what the messages call the device that they come from.
    package init(_ entry: LedgerEntry, device: String) {
        self.entry = entry
        self.device = device
        line = entry.line
        hash = SHA256.leafHash(of: line).hex
    }

    /// One RFC 5424 message with a DICOM PS3.15 A.5 message in it, as an octet-counted frame (RFC 6587 §3.4.1).
    package var syslog: [UInt8] {
        // Facility 13 is "log audit"; notice for what went well, warning and error for what did not.
        let severity = [AuditOutcome.success: 5, .minorFailure: 4][entry.auditOutcome] ?? 3
        let name = device.utf8.filter { (0x21...0x7E).contains($0) }.prefix(255)
        let host = name.isEmpty ? "-" : String(decoding: Array(name), as: UTF8.self)
        let priority = 13 * 8 + severity
        let head = "<\(priority)>1 \(entry.time.wall) \(host) aftercare - DICOM+RFC3881 - "
        let message = Array(head.utf8) + [0xEF, 0xBB, 0xBF] + Array(dicom.utf8)
        return Array("\(message.count) ".utf8) + message
    }

    /// The DICOM PS3.15 A.5 `AuditMessage`.
    package var dicom: String {
        let code = entry.audit
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage>"
        text += "<EventIdentification EventActionCode=\"\(entry.auditAction)\""
        text += " EventDateTime=\"\(entry.time.wall)\" EventOutcomeIndicator=\"\(entry.auditOutcome.rawValue)\">"
        text += Self.coded("EventID", code.event)
        if code != code.event { text += Self.coded("EventTypeCode", code) }
        text += "</EventIdentification>"
        if let actor = entry.actor {
            text += "<ActiveParticipant UserID=\"\(Self.escaped(actor))\" UserIsRequestor=\"true\"/>"
        }
        text += "<ActiveParticipant UserID=\"aftercare\" UserIsRequestor=\"\(entry.actor == nil)\">"
        text += Self.coded("RoleIDCode", code: "110150", meaning: "Application") + "</ActiveParticipant>"
        // 2: data acquisition device or instrument
        text += "<AuditSourceIdentification AuditSourceID=\"\(Self.escaped(device))\">"
        text += "<AuditSourceTypeCode csd-code=\"2\"/></AuditSourceIdentification>"
        // A system object (2) that is a security resource (13): the entry itself
        text += "<ParticipantObjectIdentification ParticipantObjectID=\"\(hash)\""
        text += " ParticipantObjectTypeCode=\"2\" ParticipantObjectTypeCodeRole=\"13\">"
        text += "<ParticipantObjectIDTypeCode csd-code=\"ledger-entry\" codeSystemName=\"aftercare\""
        text += " originalText=\"SHA-256 of the entry as RFC 6962 leaf\"/>"
        text += "<ParticipantObjectName>\(Self.escaped("\(entry.sequence) \(entry.type)"))</ParticipantObjectName>"
        text += Self.detail("sequence", Array(String(entry.sequence).utf8)) + Self.detail("entry", line)
        return text + "</ParticipantObjectIdentification></AuditMessage>"
    }

    /// A FHIR R4 `AuditEvent`.
    package var fhir: JSON {
        let code = entry.audit
        var agents: [JSON] = []
        if let actor = entry.actor { agents.append(["name": .string(actor), "requestor": true]) }
        agents.append([
            "name": "aftercare", "requestor": .bool(entry.actor == nil),
            "role": [["coding": [Self.coding(system: Self.dicom, "110150", "Application")]]],
        ])
        let details: JSON = [
            ["type": "sequence", "valueString": .string(String(entry.sequence))],
            ["type": "entry", "valueBase64Binary": .string(Base64.encode(line))],
        ]
        return .members([
            "resourceType": "AuditEvent", "type": Self.coding(system: Self.dicom, code.event),
            "subtype": code == code.event ? nil : [Self.coding(system: Self.dicom, code)],
            "action": .string(entry.auditAction), "recorded": .string(entry.time.wall.description),
            "outcome": .string(String(entry.auditOutcome.rawValue)), "agent": .array(agents),
            "source": [
                "observer": ["display": .string(device)],
                "type": [Self.coding(system: Self.sourceType, "2", "Data Interface")],
            ],
            "entity": [
                [
                    "what": ["identifier": ["system": "urn:ietf:rfc:6962", "value": .string(hash)]],
                    "type": Self.coding(system: Self.entityType, "2", "System Object"),
                    "name": .string("\(entry.sequence) \(entry.type)"), "detail": details,
                ]
            ],
        ])
    }

    private static let dicom = "http://dicom.nema.org/resources/ontology/DCM"
    private static let sourceType = "http://terminology.hl7.org/CodeSystem/security-source-type"
    private static let entityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type"

    private static func coding(system: String, _ code: AuditCode) -> JSON {
        coding(system: system, String(code.code), code.meaning)
    }

    private static func coding(system: String, _ code: String, _ display: String) -> JSON {
        ["system": .string(system), "code": .string(code), "display": .string(display)]
    }

    private static func coded(_ element: String, _ code: AuditCode) -> String {
        coded(element, code: String(code.code), meaning: code.meaning)
    }

    private static func coded(_ element: String, code: String, meaning: String) -> String {
        "<\(element) csd-code=\"\(code)\" codeSystemName=\"DCM\" originalText=\"\(escaped(meaning))\"/>"
    }

    private static func detail(_ type: String, _ value: [UInt8]) -> String {
        "<ParticipantObjectDetail type=\"\(type)\" value=\"\(Base64.encode(value))\"/>"
    }

    /// Text for an element or an attribute; what XML 1.0 cannot hold becomes U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default:
                let isHeld = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                escaped.unicodeScalars.append(isHeld ? scalar : "\u{FFFD}")
            }
        }
        return escaped
    }
}
