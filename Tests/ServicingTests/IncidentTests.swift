import Documents
import Servicing
import Testing
import Vocabulary

@Suite("Incident reports")
struct IncidentTests {
    private static let good: [String: JSON] = [
        "seen": "The pump stopped without an alarm.", "when": "2026-05-30, about 10:40", "patient": "Yes",
        "harm": "unknown", "done": "Changed the pump.", "witnesses": "nurse, ICU 2", "reporter": "A. Jones, nurse",
    ]

    private func report(_ changes: [String: JSON?] = [:]) throws -> IncidentReport {
        var answers = Self.good
        for (key, value) in changes { answers[key] = value }
        return try IncidentReport(
            id: "INC-1", device: ServicedDevice(id: "IP4-000417", name: "Pump", hardware: "c", udi: nil),
            takenBy: "CN=Ada", time: Timestamp(seconds: 1_780_000_000), answers: .object(answers),
            facts: ["version": "2.1.0", "findings": ["AF-12 battery is worn"]])
    }

    @Test("Whole answers are taken, with what the device states beside them")
    func whole() throws {
        let report = try report()
        #expect(report.answers["patient"] == "yes")
        #expect(report.json["format"] == "aftercare.incident/1")
        #expect(report.json["facts"]?["version"] == "2.1.0")
        #expect(report.warnings.isEmpty)
        #expect(try JSONReader.read(report.json.canonicalBytes, limit: 1 << 20) == report.json)
    }

    @Test("What is not answered, not fit or not asked is refused and named")
    func refused() {
        for prompt in IncidentForm.prompts {
            for empty: JSON? in [nil, .null, "", "  \n "] {
                #expect((refusal { _ = try report([prompt.id: empty]) } == 3450) == prompt.isRequired, "\(prompt.id)")
            }
            #expect(refusal { _ = try report([prompt.id: 7]) } == 3451)
            #expect(refusal { _ = try report([prompt.id: .string(String(repeating: "x", count: 5000))]) } == 3451)
            #expect(refusal { _ = try report([prompt.id: "bell\u{7}"]) } == 3451)
        }
        #expect(refusal { _ = try report(["surprise": "x"]) } == 3451)
        #expect(refusal { _ = try report(["harm": "a little"]) } == 3451)
    }

    @Test(
        "An answer that may name a patient is warned of and kept",
        arguments: [
            ("Mrs Smith was connected", true), ("patient Smith in bed 4", true), ("Herr Maier sah es", true),
            ("DOB 1.1.1950", true), ("the patient was connected", false), ("nurse, ICU 2", false),
            ("No patient. Pump was idle", false),
        ])
    func patients(text: String, isWarned: Bool) throws {
        let report = try report(["seen": .string(text)])
        #expect(report.warnings.isEmpty != isWarned)
        #expect(report.answers["seen"] == text)
    }

    @Test("The sheet can be printed anywhere, says everything, and decides nothing")
    func sheet() throws {
        let text = try report(["seen": .string("Größe " + String(repeating: "very long ", count: 50))]).text
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A })
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 79 })
        for prompt in IncidentForm.prompts { #expect(text.contains(prompt.question)) }
        for part in ["IP4-000417", "INC-1", "AF-12 battery is worn", "Facility:", "decides nothing", "A. Jones"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("The prompts say of each answer what it may be")
    func prompts() throws {
        let prompts = try #require(IncidentForm.json.array)
        #expect(prompts.count == 7)
        for prompt in prompts {
            #expect(prompt["question"]?.string?.isEmpty == false)
            #expect((prompt["kind"] == "text") == (prompt["limit"] != nil))
            #expect((prompt["kind"] == "choice") == (prompt["choices"] != nil))
        }
    }
}
