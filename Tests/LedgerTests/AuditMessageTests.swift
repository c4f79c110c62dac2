import Documents
import Ledger
import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("The ledger in other systems' words")
struct AuditMessageTests {
    private func entries(_ events: [LedgerEvent]) throws -> [LedgerEntry] {
        let folder = try TemporaryFolder()
        let ledger = try folder.open()
        try ledger.append(events)
        return try ledger.entries(from: 1, limit: 999)
    }

    @Test(
        "Every type is a syslog message with a DICOM audit message that has the elements of PS3.15 A.5 in their order")
    func syslog() throws {
        let events = LedgerEventType.allCases.filter { $0 != .ledgerTorn }.map {
            LedgerEvent($0, ["person": "Ä <b> & \"c\" \u{7}"])
        }
        let frames = try entries(events).flatMap { AuditMessage($0, device: "aftercare-ledger/pump-1").syslog }
        let program = """
            import base64, re, sys
            import xml.etree.ElementTree as tree
            data, count = sys.stdin.buffer.read(), 0
            order = {
                "AuditMessage": ["EventIdentification", "ActiveParticipant", "AuditSourceIdentification",
                                 "ParticipantObjectIdentification"],
                "EventIdentification": ["EventID", "EventTypeCode"],
                "ActiveParticipant": ["RoleIDCode"], "AuditSourceIdentification": ["AuditSourceTypeCode"],
                "ParticipantObjectIdentification": ["ParticipantObjectIDTypeCode", "ParticipantObjectName",
                                                    "ParticipantObjectDetail"]}
            needed = {"EventIdentification": ["EventDateTime", "EventOutcomeIndicator"],
                      "ActiveParticipant": ["UserID", "UserIsRequestor"],
                      "AuditSourceIdentification": ["AuditSourceID"],
                      "ParticipantObjectIdentification": ["ParticipantObjectID"],
                      "ParticipantObjectDetail": ["type", "value"]}
            coded = ["EventID", "EventTypeCode", "RoleIDCode", "ParticipantObjectIDTypeCode"]
            while data:
                length, data = data.split(b" ", 1)
                message, data = data[:int(length)], data[int(length):]
                head, xml = message.split(b"\\xef\\xbb\\xbf", 1)
                form = rb"<10[7-9]>1 [0-9T:-]{19}Z [!-~]{1,255} aftercare - DICOM[+]RFC3881 - "
                assert re.fullmatch(form, head), head
                root = tree.fromstring(xml)
                for element in root.iter():
                    names = [child.tag for child in element]
                    allowed = order.get(element.tag, [])
                    assert [allowed.index(name) for name in names] == sorted(allowed.index(name) for name in names)
                    for name in needed.get(element.tag, []) + (
                            ["csd-code", "codeSystemName", "originalText"] if element.tag in coded else []):
                        assert element.get(name), (element.tag, name)
                assert root.find("EventIdentification").get("EventActionCode") in "CRUDE"
                assert root.find("EventIdentification").get("EventOutcomeIndicator") in ("0", "4", "8", "12")
                assert len(root.findall("ActiveParticipant")) == 2
                detail = root.findall(".//ParticipantObjectDetail")[1]
                assert base64.b64decode(detail.get("value"), validate=True).startswith(b'{"body":')
                count += 1
            print(count)
            """
        let result = try Tool.run(["python3", "-c", program], input: frames)
        #expect(result.text == "\(events.count)\n", "\(result.error)")
    }

    @Test("Every type is a FHIR AuditEvent with what R4 asks for")
    func fhir() throws {
        for entry in try entries(LedgerEventType.allCases.filter { $0 != .ledgerTorn }.map { LedgerEvent($0) }) {
            let event = AuditMessage(entry, device: "pump").fhir
            #expect(event["resourceType"] == "AuditEvent")
            #expect(event["type"]?["code"]?.string != nil)
            #expect(event["recorded"]?.string == entry.time.wall.description)
            #expect(["0", "4", "8", "12"].contains(event["outcome"]?.string ?? ""))
            let agents = try #require(event["agent"]?.array)
            #expect(agents.contains { $0["requestor"] == .bool(true) })
            #expect(event["source"]?["observer"]?["display"] == "pump")
            #expect(
                event["entity"]?.array?.first?["what"]?["identifier"]?["value"]?.string
                    == SHA256.leafHash(of: entry.line).hex)
        }
    }

    @Test(
        "The groups of events are those of CID 400",
        arguments: [
            (.agentStarted, 110_100), (.serviceLogin, 110_114), (.recordRead, 110_101), (.recordExported, 110_106),
            (.serviceLocked, 110_113), (.updateCommitted, 110_113), (.findingOpened, 110_100),
        ] as [(LedgerEventType, Int64)])
    func groups(type: LedgerEventType, event: Int64) {
        #expect(AuditCode(type.auditCode).event.code == event)
    }

    @Test("The dictionary has every type once, with words for all that it says")
    func dictionary() throws {
        let rows = try #require(LedgerEventType.dictionary.array)
        #expect(rows.count == LedgerEventType.allCases.count)
        for row in rows {
            for key in ["type", "event-meaning", "meaning", "category", "when", "stored"] {
                #expect(row[key]?.string?.isEmpty == false)
            }
            #expect(row["when"] != row["type"])
            #expect(row["meaning"]?.string?.hasPrefix("Audit Event") == false)
        }
    }
}
