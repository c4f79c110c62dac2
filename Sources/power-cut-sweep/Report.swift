import Commands
import Documents
import PowerCuts
import Synchronization
import Vocabulary

/// What a sweep says: progress while it goes on, a line for each failure, a table or JSON in the end.
final class Report: Sendable {
    private let isJSON: Bool
    private let shown = Mutex(ContinuousClock.now)
    /// How often the line of progress is drawn anew.
    private static let interval = Duration.milliseconds(200)

    init(isJSON: Bool) { self.isJSON = isJSON }

    func list(_ catalogue: Catalogue) {
        Terminal.say("scenarios:")
        for scenario in catalogue.scenarios { Terminal.say("  \(scenario.name.padded(20)) \(scenario.summary)") }
        Terminal.say("planted faults:")
        for plant in Plant.all { Terminal.say("  \(plant.name.padded(22)) \(plant.summary) (\(plant.scenario))") }
    }

    /// Where it stands: a line that is drawn over at a terminal, else one line for each scenario that is done.
    func tell(_ result: Sweep.Result, isDone: Bool) {
        let text =
            "\(result.scenario): \(result.cases) cases, \(result.media) media judged, \(result.failures.count) failures"
        let isInteractive = Terminal.isInteractive(.messages)
        if isDone {
            let time = result.time.seconds
            Terminal.write("\(isInteractive ? "\r\u{1B}[K" : "")\(text), \(time) s\n", to: .messages)
            for failure in result.failures { Terminal.write("\(Self.line(failure))\n", to: .messages) }
        } else if isInteractive {
            let isDue = shown.withLock { last in
                guard ContinuousClock.now - last > Self.interval else { return false }
                last = .now
                return true
            }
            if isDue { Terminal.write("\r\u{1B}[K\(text)", to: .messages) }
        }
    }

    static func line(_ failure: Sweep.Failure) -> String {
        "FAILED \(failure.this): \(failure.complaints.joined(separator: "; "))"
    }

    func show(_ results: [Sweep.Result]) {
        if isJSON { return Terminal.say(Self.json(results).canonicalText) }
        Terminal.say(
            "\("scenario".padded(20)) \("changes".aligned(8)) \("cuts".aligned(6)) \("cases".aligned(8)) "
                + "\("media".aligned(8)) \("failures".aligned(9)) \("s".aligned(6))")
        for result in results { Terminal.say(Self.row(result.scenario, [result])) }
        Terminal.say(Self.row("all", results))
    }

    private static func row(_ name: String, _ results: [Sweep.Result]) -> String {
        func sum(_ value: (Sweep.Result) -> Int) -> String { String(results.reduce(0) { $0 + value($1) }) }
        let time = results.reduce(Duration.zero) { $0 + $1.time }
        return [
            name.padded(20), sum(\.changes).aligned(8), sum { $0.changes + 1 }.aligned(6), sum(\.cases).aligned(8),
            sum(\.media).aligned(8), sum(\.failures.count).aligned(9), String(time.seconds).aligned(6),
        ].joined(separator: " ")
    }

    private static func json(_ results: [Sweep.Result]) -> JSON {
        .array(
            results.map { result in
                [
                    "scenario": .string(result.scenario), "changes": .number(result.changes),
                    "cuts": .number(result.changes + 1), "cases": .number(result.cases), "media": .number(result.media),
                    "milliseconds": .number(Int(result.time.milliseconds)),
                    "failures": .array(
                        result.failures.map {
                            ["case": .string($0.this.description), "complaints": .strings($0.complaints)]
                        }),
                ]
            })
    }
}

extension Duration {
    var seconds: Int { Int(components.seconds) }
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func aligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
