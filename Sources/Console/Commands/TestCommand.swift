import Documents
import Servicing

extension ConsoleCommand {
    static let test = ConsoleCommand(
        name: "test", summary: "run self-tests, one or all, guided",
        details: [
            "Without a name the tests are listed. Each says what to connect, waits for Enter, and shows the value against "
                + "its limits; where only a person can tell, it asks."
        ],
        parameters: [
            Parameter(name: "TEST", about: "a test's name, or all", choices: .tests, isOptional: true)
        ]
    ) { session, arguments throws(CommandEnd) in
        let answer = try await session.ask(.test)
        session.knowTests(answer)
        let tests = answer["tests"]?.array ?? []
        guard let id = arguments.first else { return try await session.list(tests) }
        let exact = tests.filter { $0["id"]?.string == id }
        let chosen =
            id == "all" ? tests : exact.isEmpty ? tests.filter { $0["id"]?.string?.hasPrefix(id) == true } : exact
        guard chosen.count == 1 || id == "all" else {
            throw CommandEnd(
                ConsoleError.notAChoice(id, of: "test", among: tests.compactMap { $0["id"]?.string } + ["all"]))
        }
        try await session.run(chosen)
    }
}

extension ConsoleSession {
    /// Remembers the ids for completion and abbreviations.
    func knowTests(_ answer: JSON) {
        knownTests =
            (answer["tests"]?.array ?? []).compactMap { test in
                test["id"]?.string.map { ConsoleCommand.Word($0, test["title"]?.string ?? "") }
            } + [ConsoleCommand.Word("all", "one after the other")]
    }

    fileprivate func list(_ tests: [JSON]) async throws(CommandEnd) {
        guard !tests.isEmpty else { return try await say("The running release declares no self-tests.") }
        try await say(text: SelfTestText.list(tests, width: TerminalKind.columns))
        try await say("Type test and a name, or test all.")
    }

    fileprivate func run(_ tests: [JSON]) async throws(CommandEnd) {
        try await confirm(
            "the self-test", "Self-tests may move and switch what they test. No patient may be connected.")
        var failed: [String] = []
        for (number, test) in tests.enumerated() {
            let id = test["id"]?.string ?? ""
            try await say("", "Test \(number + 1) of \(tests.count): \(test["title"]?.string ?? id) (\(id))")
            guard try await prepare(test) else {
                try await say("Left out.")
                continue
            }
            let request = try await request(of: test)
            let result = try await ask(.test, request)["result"] ?? .null
            try await show(result)
            if result["verdict"]?.string != "passed" { failed.append(id) }
        }
        guard tests.count > 1 else { return }
        let outcome = failed.isEmpty ? "All that were run passed." : "Not passed: \(failed.joined(separator: ", "))"
        try await say("", outcome)
    }

    /// Says what to connect and waits for Enter; false where the test is to be left out.
    private func prepare(_ test: JSON) async throws(CommandEnd) -> Bool {
        guard let prepare = test["prepare"]?.string, !prepare.isEmpty else { return true }
        try await say(TextLayout.wrapped(prepare))
        return try await answer("Enter when ready, s to leave it out: ").lowercased() != "s"
    }

    private func request(of test: JSON) async throws(CommandEnd) -> [String: JSON] {
        var request: [String: JSON] = ["id": test["id"] ?? ""]
        if let question = test["question"]?.string, !question.isEmpty {
            request["answer"] = try await askYesNo(question) ? "yes" : "no"
        }
        return request
    }

    private func show(_ result: JSON) async throws(CommandEnd) {
        let verdict = result["verdict"]?.string ?? "unknown"
        let isGood = verdict == "passed"
        if terminal.isVT100 {
            try await send(terminal.coloured(isGood ? "PASSED" : "NOT PASSED", isGood ? .good : .bad) + "\r\n")
        }
        try await say(text: SelfTestText.result(result, width: TerminalKind.columns))
    }
}
