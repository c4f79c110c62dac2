import Documents
import Platform
import Releases
import Servicing
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Service records")
struct ServiceRecordTests {
    private static let time = Technicians.now

    private func visit(
        name: String = "Infusion pump IP4", id: String = "IP4-000417", udi: String? = "(01)04012345678901(21)000417",
        person: String? = "CN=Ada Lovelace", tests: Bool = true, opened: Timestamp = time
    ) -> ServiceVisit {
        var visit = ServiceVisit(
            id: "00112233445566778899aabbccddeeff",
            device: ServicedDevice(id: id, name: name, hardware: "rev-c", udi: udi), opened: opened, version: "2.1.0")
        if let person { visit.join(Individual(emergency: "pump alarms", person: person, since: opened)) }
        visit.note(ServiceEvent(time: opened, command: "update", outcome: "done", detail: "from the line, 2.2.0"))
        visit.resume(version: "2.2.0")
        if tests {
            visit.note(
                TestDatum(
                    time: opened.advanced(by: 60), id: "flow", title: "Flow at 100 ml/h", verdict: "passed", value: 101,
                    limit: ["min": 95, "max": 105], unit: "ml/h"))
        }
        return visit
    }

    private func close(_ performed: String = "updated", remarks: String = "") -> ServiceClosing {
        .person(performed: performed, result: .passed, remarks: remarks)
    }

    @Test("Each of the six items is missed when it is missing, and none otherwise")
    func missing() {
        let cases: [(ServiceVisit, ServiceClosing, [RecordItem])] = [
            (visit(), close(), []), (visit(name: " "), close(), [.device]),
            (visit(id: "", udi: nil), close(), [.identification]), (visit(udi: nil), close(), []),
            (visit(opened: Timestamp(seconds: 0)), close(), [.date]), (visit(person: nil), close(), [.individual]),
            (visit(person: "  "), close(), [.individual]), (visit(), close(""), [.performed]),
            (visit(tests: false), close(), [.tests]), (visit(tests: false), close(remarks: "looked at the seals"), []),
            (visit(person: nil, tests: false), close(""), [.individual, .performed, .tests]),
        ]
        for (visit, closing, missing) in cases {
            let record = visit.record(closing, at: Self.time)
            #expect(record.missing == missing)
            #expect((refusal { try record.requireComplete() } == 3408) == !missing.isEmpty)
        }
    }

    @Test("A record that the device closes is unfinished, says why, and is never refused")
    func closedByDevice() throws {
        let record = visit(tests: false).record(.device(reason: "idle for 600 s"), at: Self.time)
        try record.requireComplete()
        #expect(record.result == .unfinished)
        #expect(record.missing == [.performed, .tests])
        #expect(record.json["closed-by"] == ["who": "device", "reason": "idle for 600 s"])
        #expect(record.text.contains("the device: idle for 600 s"))
    }

    @Test("The record is JSON that names everything, canonical and the same each time")
    func json() throws {
        let record = visit(udi: nil).record(close(remarks: "seals are whole"), at: Self.time.advanced(by: 600))
        let json = record.json
        #expect(json["format"] == "aftercare.service-record/1")
        #expect(json["identification"] == "IP4-000417")
        #expect(json["identified-by"] == "device id, as no UDI is known")
        #expect(json["tests"]?.array?.first?["limit"] == ["min": 95, "max": 105])
        #expect(json["performed"]?["version-before"] == "2.1.0")
        #expect(json["performed"]?["version-after"] == "2.2.0")
        #expect(json["individuals"]?.array?.first?["emergency"] == "pump alarms")
        #expect(json["result"] == "passed")
        #expect(try JSONReader.read(json.canonicalBytes, limit: 1 << 20) == json)
    }

    @Test("A service that passed with a test that did not says both")
    func contradictions() {
        var visit = visit()
        #expect(visit.record(close(), at: Self.time).contradictions.isEmpty)
        visit.note(TestDatum(time: Self.time, id: "flow", title: "Flow", verdict: "failed"))
        visit.note(TestDatum(time: Self.time, id: "alarm", title: "Alarm", verdict: "failed"))
        visit.note(TestDatum(time: Self.time, id: "alarm", title: "Alarm", verdict: "passed"))
        let record = visit.record(close(), at: Self.time)
        #expect(record.contradictions == ["flow"])
        #expect(record.text.contains("not passed: flow"))
    }

    @Test("The text is ASCII of at most 79 columns, whatever was typed")
    func text() {
        var visit = visit(name: String(repeating: "W", count: 200), person: "CN=Zoë Müller")
        visit.note(
            ServiceEvent(
                time: Self.time, command: "test", outcome: "refused AC-3405", detail: String(repeating: "x ", count: 99)
            ))
        let words = "cleaned\u{1B}[31m the rotor\nand “greased” it " + String(repeating: "long ", count: 60)
        let text = visit.record(close(words, remarks: "ok"), at: Self.time).text
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A })
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 79 })
        for part in ["UDI:", "IP4-000417", "Zo? M?ller", "Flow at 100 ml/h", "value 101 ml/h", "2.1.0 before"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("Python reads the rows as they were meant, and a spreadsheet takes none for a formula")
    func csv() throws {
        var visit = visit()
        visit.note(
            ServiceEvent(time: Self.time, command: "hold", outcome: "done", detail: "=1+1, \"quoted\"\nand more"))
        visit.note(TestDatum(time: Self.time, id: "t", title: "T", verdict: "passed", value: -5, limit: "@x"))
        let csv = visit.record(close("-greased"), at: Self.time).csv
        let program =
            "import csv,io,json,sys;print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.read(),newline='')))))"
        let result = try Tool.run(["python3", "-c", program], input: Array(csv.utf8))
        let rows = try #require(try JSONReader.read(result.output, limit: 1 << 20).array)
        #expect(rows.allSatisfy { $0.array?.count == 9 })
        let flat = rows.compactMap { row in row.array?.compactMap(\.string) }
        #expect(flat.first?.first == "record")
        #expect(flat.contains { $0[3] == "hold" && $0[8] == "'=1+1, \"quoted\"\nand more" })
        #expect(flat.contains { $0[3] == "t" && $0[4] == "-5" && $0[5] == "'@x" })
        #expect(flat.contains { $0[1] == "performed" && $0[3] == "words" && $0[4] == "'-greased" })
        for section in ["device", "identification", "date", "individual", "performed", "tests", "result"] {
            #expect(flat.contains { $0[1] == section }, "\(section)")
        }
    }

    @Test("A visit is kept over restarts, and stays within its bounds")
    func roundTrip() throws {
        var visit = visit()
        #expect(try ServiceVisit(visit.json) == visit)
        for index in 0..<1000 {
            visit.note(
                ServiceEvent(time: Self.time, command: "status \(index)", outcome: String(repeating: "o", count: 999)))
            visit.note(
                TestDatum(
                    time: Self.time, id: "t\(index)", title: "", verdict: "passed",
                    value: .string(String(repeating: "v", count: 9999))))
            visit.join(Individual(emergency: "", person: "person \(index)", since: Self.time))
        }
        #expect(visit.events.count == ServiceVisit.maximumEvents && visit.eventsLeftOut == 601)
        #expect(visit.tests.count == ServiceVisit.maximumTests && visit.testsLeftOut == 801)
        #expect(visit.individuals.count == ServiceVisit.maximumIndividuals)
        #expect(visit.individuals.first?.person == "CN=Ada Lovelace")
        #expect(visit.person?.person == "person 999")
        #expect(visit.json.canonicalBytes.count < 256 << 10)
        #expect(try ServiceVisit(visit.json) == visit)
        #expect(throws: DocumentError.self) { try ServiceVisit(["id": "x"]) }
    }

    @Test("Who logged in by a grant is named by certificate, role and key")
    func individual() throws {
        let technicians = try Technicians.shared.get()
        let challenge = try Challenge(device: "IP4-000417")
        let ada = try technicians.ada()
        let grant = try GrantVerifier(policy: try technicians.policy()).verify(
            try ada.grant(try .test(challenge), with: .person), answering: challenge, at: .clock(60))
        var visit = visit(person: nil)
        visit.join(Individual(grant, since: Self.time))
        visit.join(Individual(grant, since: Self.time.advanced(by: 60)))
        #expect(visit.individuals.count == 1)
        let json = visit.record(close(), at: Self.time).json["individuals"]?.array?.first
        #expect(json?["role"] == "technician")
        #expect(json?["key"]?.string == ada.signer.certificate.keyID.hex)
        #expect(try ServiceVisit(visit.json) == visit)
    }

    @Test(
        "What a person says at the end is read or refused",
        arguments: [
            (["performed": "p", "result": "passed", "remarks": "r"], true), (["result": "failed"], true),
            (["performed": "p"], false), (["result": "good"], false), (["result": "passed", "surprise": 1], false),
            ("passed", false),
        ] as [(JSON, Bool)])
    func closing(request: JSON, isRead: Bool) {
        #expect((refusal { _ = try ServiceClosing(request: request) } == nil) == isRead)
    }
}
