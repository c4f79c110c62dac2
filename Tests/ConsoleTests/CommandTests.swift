import Console
import Documents
import Platform
import Servicing
import Testing
import Vocabulary

/// Everything that can be typed, as a person knows it.
enum ConsoleWords {
    static let all = [
        "login", "emergency", "logout", "status", "passport", "health", "slots", "history", "ledger", "network", "test",
        "update", "stick", "activate", "commit", "rollback", "cancel", "wait", "incident", "hold", "release", "export",
        "terminal", "help",
    ]
}

@Suite("Commands")
struct CommandTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { typed }
        let typed: String
        let shown: String
    }

    static let cases = [
        Case(typed: "st", shown: "'st' can be status or stick [AC-3603]"),
        Case(typed: "stat", shown: "Running  1.0.0 in slot set A"),
        Case(typed: "STATUS", shown: "Running  1.0.0 in slot set A"),
        Case(typed: "frobnicate", shown: "there is no command 'frobnicate' [AC-3602]"),
        Case(typed: "rollback", shown: "'rollback' needs REASON [AC-3604]"),
        Case(typed: "slots now", shown: "'slots' takes nothing more, not 'now' [AC-3605]"),
        Case(typed: "export everything", shown: "'everything' is no WHAT: it is one of record"),
        Case(typed: "history \"20", shown: "a quotation mark is not closed [AC-3607]"),
        Case(typed: "ledger x", shown: "'x' is no number for 'ledger'"),
        Case(typed: "hel upd", shown: "put a release into the other slot set"),
        Case(typed: "term vt", shown: "taken for vt100, ascii"),
        Case(typed: "bad\u{1}\u{1B}[31m", shown: "there is no command 'bad'"),
    ]

    @Test("A line is understood, or refused with what to do", arguments: cases)
    func lines(situation: Case) async throws {
        let visitor = try Visitor(ScriptedDesk())
        try await visitor.logIn()
        visitor.type(situation.typed + "\r")
        try await visitor.wait(for: situation.shown)
    }

    @Test("A question mark lists what can come, and leaves the line as it was")
    func questionMark() async throws {
        let visitor = try Visitor(ScriptedDesk())
        try await visitor.logIn()
        visitor.type("st?")
        try await visitor.wait(for: "stick")
        try await visitor.wait(for: "# st")
        visitor.type("atus ?")
        try await visitor.wait(for: "nothing more is needed")
        visitor.type("\u{15}export ?")
        try await visitor.wait(for: "the service record of this visit")
        try await visitor.wait(for: "# export ")
    }

    @Test("Tab completes what is beyond doubt, and knows the device's own names")
    func completion() async throws {
        let desk = ScriptedDesk(answers: [
            .test: { _ throws(FaultReport) in
                ["tests": [["id": "pump-motor", "title": "The motor"], ["id": "pump-valve", "title": "The valve"]]]
            }
        ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("te\t")
        try await visitor.wait(for: "test  terminal")
        visitor.type("s\tpu\tm\t")
        try await visitor.wait(for: "test pump-motor ")
    }

    @Test("What changes the device is done only after the whole word yes, which no paste can say")
    func confirmation() async throws {
        let desk = ScriptedDesk()
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("activate\ryes\r")
        try await visitor.wait(for: "Device: IP4-000417")
        try await visitor.wait(for: "go on: ")
        visitor.type("y\r")
        try await visitor.wait(for: "the activation was not confirmed [AC-3609]")
        #expect(!desk.commands.contains("activate"))
        visitor.type("activate\r")
        try await visitor.wait(for: "go on: ")
        visitor.type("yes\r")
        try await visitor.wait(for: "Asked for")
        #expect(desk.commands.last == "activate")
    }

    @Test("A self-test says what to connect, waits, asks, and shows the value against its limit")
    func selfTest() async throws {
        let desk = ScriptedDesk(answers: [
            .test: { request throws(FaultReport) in
                guard request["id"] != nil else {
                    return [
                        "tests": [
                            [
                                "id": "alarm-lamp", "title": "The alarm lamp", "kind": "attended", "required": true,
                                "attended": true, "prepare": "Look at the lamp.", "question": "Is it red?",
                            ]
                        ]
                    ]
                }
                return [
                    "result": [
                        "id": "alarm-lamp", "verdict": request["answer"] == "yes" ? "passed" : "failed", "value": 4,
                        "limit": ["min": 3, "max": 5], "unit": "V", "reason": "", "duration-ms": 12,
                    ]
                ]
            }
        ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("test alarm\r")
        try await visitor.wait(for: "go on: ")
        visitor.type("yes\r")
        try await visitor.wait(for: "Look at the lamp.")
        try await visitor.wait(for: "leave it out: ")
        visitor.type("\r")
        try await visitor.wait(for: "Is it red?")
        try await visitor.wait(for: "y/n: ")
        visitor.type("y\r")
        try await visitor.wait(for: "Verdict  passed")
        try await visitor.wait(for: "Value    4 V")
        try await visitor.wait(for: "Limit    max 5 V, min 3 V")
        #expect(desk.requests.last?["answer"] == "yes")
    }

    @Test("An update is looked at first, then confirmed, then watched until it rests")
    func update() async throws {
        let statuses: [JSON] = (0...10).map { tenth in
            [
                "state": "installing", "update": ["version": "1.1.0"],
                "progress": ["phase": "writing", "done": .integer(tenth * 10), "total": 100, "secondsLeft": 5],
            ]
        }
        let desk = ScriptedDesk(
            statuses: statuses + [["state": "installed", "update": ["version": "1.1.0", "target": "B"]]],
            answers: [
                .update: { request throws(FaultReport) in
                    request["check"] == true
                        ? ["accepted": true, "version": "1.1.0", "bytes": 1_048_576, "target": "B", "gates": []]
                        : ["update": "u1"]
                },
                .stick: { _ throws(FaultReport) in ["releases": [["path": "1.1.0.aftercare", "bytes": 1_048_576]]] },
            ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("update stick\r")
        try await visitor.wait(for: "1 MiB fit into slot set B")
        try await visitor.wait(for: "go on: ")
        visitor.type("yes\r")
        try await visitor.wait(for: "y/n: ")
        visitor.type("n\r")
        try await visitor.wait(for: "0 % writing 0 bytes of 100 bytes, 5 s left")
        try await visitor.wait(for: "100 % writing")
        try await visitor.wait(for: "Type activate to restart into it.")
        #expect(
            desk.requests.last
                == ["command": "update", "source": "stick", "name": "1.1.0.aftercare", "activate": false])
    }

    @Test("A release that a gate refuses goes no further")
    func refusedUpdate() async throws {
        let desk = ScriptedDesk(answers: [
            .update: { _ throws(FaultReport) in
                [
                    "accepted": false, "gates": [["gate": "G4", "verdict": "refused", "title": "Version"]],
                    "fault": [
                        "code": "AC-2604", "reason": "it is older", "advice": "Take a newer one.", "kind": "refused",
                    ],
                ]
            }
        ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("update https://releases.example/1.0.aftercare\r")
        try await visitor.wait(for: "Refused: it is older [AC-2604]")
        try await visitor.wait(for: "Take a newer one.")
        #expect(desk.commands.filter { $0 == "update" }.count == 1)
    }

    @Test("Ctrl-C ends the wait and not the update; what was typed meanwhile is kept")
    func interruptedWait() async throws {
        let desk = ScriptedDesk(statuses: [
            ["state": "waiting", "heldBy": ["the pump is running"], "update": ["version": "2"]]
        ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("wait\r")
        try await visitor.wait(for: "2 waits: the pump is running")
        visitor.type("\u{3}terminal\r")
        try await visitor.wait(for: "^C")
        try await visitor.wait(for: "taken for dumb")
        #expect(!desk.commands.contains("cancel"))
    }

    @Test("More than a screen waits for a key, and q ends it")
    func paging() async throws {
        let desk = ScriptedDesk(answers: [
            .ledger: { _ throws(FaultReport) in
                [
                    "entries": .array(
                        (1...100).map { ["sequence": .integer($0), "time": "2026-11-22T20:00:00Z", "type": "state"] })
                ]
            }
        ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("ledger 100\r")
        let first = try await visitor.wait(for: "-- more --")
        #expect(first.split(separator: "\r\n").count == 25)
        visitor.type(" ")
        let second = try await visitor.wait(for: "-- more --")
        #expect(PaperTerminal(Array(second.utf8)).lines.count == 24)
        visitor.type("\r")
        let third = try await visitor.wait(for: "-- more --")
        #expect(PaperTerminal(Array(third.utf8)).lines.count == 2)
        visitor.type("q")
        try await visitor.wait(for: "IP4-000417# ")
        #expect(!visitor.seen.contains("\r\n100 "))
    }

    @Test("An incident is described answer by answer, and none that is needed can be left out")
    func incident() async throws {
        let desk = ScriptedDesk(answers: [
            .incident: { request throws(FaultReport) in
                request["answers"] == nil
                    ? [
                        "prompts": [
                            ["id": "what", "question": "What was seen?", "required": true],
                            ["id": "when", "question": "When?"],
                        ]
                    ] : ["incident": "I-1", "text": "INCIDENT I-1"]
            }
        ])
        let visitor = try Visitor(desk)
        try await visitor.logIn()
        visitor.type("incident\r")
        try await visitor.wait(for: "What was seen? (needed)\r\n> ")
        visitor.type("\r")
        try await visitor.wait(for: "needed> ")
        visitor.type("smoke?\r")
        try await visitor.wait(for: "When?\r\n> ")
        visitor.type("\r")
        try await visitor.wait(for: "INCIDENT I-1")
        #expect(desk.requests.last?["answers"] == ["what": "smoke?"])
    }
}
