import Agent
import Documents
import Foundation
import Ledger
import Platform
import PowerCuts
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Visits and their records", .timeLimit(.minutes(5)))
struct ServiceRecordingTests {
    private let machine: SimulatedMachine

    init() throws { machine = try SimulatedMachine() }

    private static let words: JSON = [
        "command": "logout",
        "record": ["performed": "update to 1.1.0", "result": "passed", "remarks": "flow checked with a gauge"],
    ]

    @Test("A visit with an update and a restart becomes one record: who, what, and the self-tests with their numbers")
    func wholeVisit() async throws {
        let bundle = try machine.folder.write("sent", try machine.bundle(TestImage("1.1.0")))
        let first = try RunningAgent(machine)
        do {
            let visitor = try await ServiceVisitor(try await first.serve())
            try await visitor.logIn()
            let file = try Storage().open(bundle, .read)
            let order: JSON = ["command": "update", "source": "zmodem", "name": "1.1.0", "activate": true]
            try await visitor.ask(order, stream: file)
            try await first.status { _ in false }
        }
        await first.stop()
        try machine.boot()
        let second = try RunningAgent(machine)
        try await second.status { $0["last"]?["outcome"] == "committed" }
        do {
            let sessions = try await second.serve()
            #expect(try await sessions.begin(port: "ttyS1", caller: ":1.1")["visit"]?["person"] != nil)
            let visitor = try await ServiceVisitor(sessions)
            try await visitor.logIn()
            let record = try await visitor.ask(Self.words)["record"]
            #expect(record?["result"] == "passed")
            #expect(record?["missing"] == [])
            #expect(record?["performed"]?["version-before"] == "1.0.0")
            #expect(record?["performed"]?["version-after"] == "1.1.0")
            #expect(record?["performed"]?["restarts"] == 1)
            #expect(record?["tests"]?.array?.isEmpty == false)
            #expect(record?["individuals"]?.array?.count == 1)
        }
        await second.stop()
        let entries = try machine.entries().filter { $0.type.hasPrefix("service.") }.map(\.type)
        #expect(
            entries == [
                "service.started", "service.login", "service.command", "service.login", "service.record",
                "service.ended",
                "service.logout",
            ])
        let files = try FileManager.default.contentsOfDirectory(
            atPath: machine.configuration.places.serviceRecords.string)
        #expect(files.map { FilePath($0).extension }.sorted { ($0 ?? "") < ($1 ?? "") } == ["csv", "json"])
    }

    @Test("Whoever comes next does not go on with another's visit: the device closes that, and says so")
    func anotherPerson() async throws {
        let agent = try RunningAgent(machine)
        do {
            let sessions = try await agent.serve()
            let weber = try await ServiceVisitor(sessions)
            try await weber.logIn()
            await sessions.end(weber.session, caller: weber.caller, reason: "carrier lost")
            let novak = try await ServiceVisitor(sessions, as: "novak")
            try await novak.logIn()
        }
        await agent.stop()
        let records = try machine.entries().filter { $0.type == "service.record" }
        #expect(records.count == 1)
        #expect(records.first?.body["document"]?["closed-by"]?["who"] == "device")
        #expect(records.first?.body["missing"] == ["performed", "tests"])
    }

    @Test("A session that nobody uses ends by itself")
    func idle() async throws {
        let agent = try RunningAgent(machine)
        do {
            let staff = try ServiceVisitor.Staff.shared.get().policy()
            let policy = try ServicePolicy(roles: staff.roles, anchors: staff.anchors.roles, idleSeconds: 0)
            let visitor = try await ServiceVisitor(try await agent.serve(policy))
            let sessions = visitor.sessions
            let run = Task { await sessions.run() }
            while await visitor.refusal(["command": "session"]) == nil { await Task.yield() }
            #expect(await visitor.refusal(["command": "session"]) == "AC-2730")
            await sessions.stop()
            await run.value
        }
        await agent.stop()
    }

    @Test("An incident is kept with what the device knows, and leaves as a file")
    func incident() async throws {
        let target = machine.folder.file("export.json")
        let agent = try RunningAgent(machine)
        do {
            let visitor = try await ServiceVisitor(try await agent.serve())
            try await visitor.logIn()
            let prompts = try await visitor.ask(["command": "incident"])["prompts"]?.array ?? []
            #expect(prompts.count >= 6)
            let answers: [String: JSON] = [
                "seen": "stopped during infusion", "when": "today 14:05", "patient": "yes", "harm": "unknown",
                "done": "replaced by another pump", "reporter": "nurse, ICU 2",
            ]
            let answer = try await visitor.ask(["command": "incident", "answers": .object(answers)])
            #expect(answer["text"]?.string?.contains("stopped during infusion") == true)
            let file = try Storage().open(target, [.write, .create, .exclusive])
            let export = try await visitor.ask(["command": "export", "what": "incident"], stream: file)
            let bytes = try Storage().read(target, limit: 1 << 20)
            #expect(export["digest"]?.string == SHA256.digest(of: bytes).hex)
            #expect(try JSONReader.read(bytes, limit: 1 << 20)["facts"]?["passport"]?["device"] == "pump-1")
        }
        await agent.stop()
        let types = try machine.entries().map(\.type)
        #expect(types.contains("incident.reported") && types.contains("record.exported"))
    }
}
