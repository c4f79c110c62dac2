import ArgumentParser
import Commands
import Documents
import Hardware
import Health
import Platform
import SystemPackage
import Vocabulary

struct HardwareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hardware", abstract: "Show and describe the board; needs no daemon.",
        discussion: """
            A board is described by a profile, 'board.toml', which a release carries in its signed image. 'scan' writes a \
            first one from what a machine has, 'check-profile' tells what is wrong with one.
            """,
        subcommands: [List.self, Read.self, Watch.self, CheckProfile.self, Scan.self])

    /// Which board, and on which machine.
    struct Place: ParsableArguments {
        @Option(
            name: .long, help: "The board's profile, instead of the installed one.",
            completion: .file(extensions: ["toml"]))
        var profile: String?
        @Option(
            name: .long, help: "A folder that stands for the machine's root, with 'sys', 'proc' and 'dev' in it.",
            completion: .directory)
        var root = "/"

        func board() throws(HardwareError) -> Board {
            let root = FilePath(root)
            let path = profile.map { FilePath($0) } ?? root.appending(BoardProfile.place.components)
            return Board(profile: try BoardProfile.read(path), root: root)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show every indicator and where it comes from.")

        @OptionGroup var place: Place
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let board = try place.board()
            let facts = await board.facts()
            let json: JSON = .members([
                "board": .string(board.profile.name),
                "facts": .object(Dictionary(facts.map { ($0.name, JSON.string($0.value)) }) { first, _ in first }),
                "indicators": .array(
                    board.indicators.map { indicator in
                        let range = board.plausible(indicator)
                        return .members([
                            "name": .string(indicator.name), "unit": .string(indicator.unit.rawValue),
                            "origin": .string(board.origin(of: indicator)),
                            "plausible": range.map { .array([.decimal($0.lowerBound), .decimal($0.upperBound)]) },
                        ])
                    }),
            ])
            output.print(json) {
                var rows = [["NAME", "UNIT", "FROM"]]
                rows += board.indicators.map { [$0.name, $0.unit.rawValue, board.origin(of: $0)] }
                return HardwareTable.text(facts.map { [$0.name, $0.value] }) + "\n" + HardwareTable.text(rows)
            }
        }
    }

    struct Read: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read indicators once, all or those that are named.",
            discussion: """
                The quality is 'good', 'stale' (it should have changed by now), 'absent' (not fitted, pulled, no driver), \
                'unreadable' (there, but gave no value in its time) or 'implausible' (a value that this part cannot have).
                """)

        @Argument(help: "Names of indicators, or of parts: 'battery' for all that begin with 'battery.'.")
        var names: [String] = []
        @OptionGroup var place: Place
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let board = try place.board()
            let samples = await board.read(try board.indicators(named: names))
            output.print(HardwareTable.json(samples, of: board)) { HardwareTable.text(samples) }
        }
    }

    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read indicators again and again, until Ctrl-C.",
            discussion: "With --json, prints one object a line.")

        @Argument(help: "Names of indicators, or of parts.")
        var names: [String] = []
        @OptionGroup var place: Place
        @Option(name: .shortAndLong, help: "Seconds between two readings.")
        var interval = 1.0
        @Option(name: .long, help: "How often to read; without end if it is left out.")
        var count: Int?
        @Flag(name: .long, help: "Print JSON whose members only ever grow in number.")
        var json = false

        func validate() throws {
            guard interval >= 0.1, interval <= 86400 else {
                throw ValidationError("'--interval' is \(interval), outside 0.1 to 86400 seconds")
            }
            guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("'--count' is not above 0") }
        }

        func run() async throws {
            let board = try place.board()
            let indicators = try board.indicators(named: names)
            let (interval, count, json) = (interval, count, json)
            let work = Task {
                var round = 0
                let clock = ContinuousClock()
                var next = clock.now
                while !Task.isCancelled {
                    Self.show(await board.read(indicators), of: board, json: json)
                    round += 1
                    if round == count { return }
                    next = max(clock.now, next + .seconds(interval))
                    try? await clock.sleep(until: next)
                }
            }
            let interruption = Interruption { work.cancel() }
            await work.value
            interruption.end()
        }

        private static func show(_ samples: [Sample], of board: Board, json: Bool) {
            if json { return Terminal.say(HardwareTable.json(samples, of: board).canonicalText) }
            // Home first and the rest of each line and of the screen after, so that nothing flickers.
            let text = HardwareTable.text(samples)
            guard Terminal.isInteractive(.output) else { return Terminal.say(text) }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\u{1B}[K\n")
            Terminal.write("\u{1B}[H" + lines + "\u{1B}[J")
        }
    }

    struct CheckProfile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a board's profile, and compare it with this machine.",
            discussion: """
                Exit status 3 if the profile is refused, with the line and column; with --plan also if that health plan is, or \
                asks for what this board does not have. What this machine has not is a warning: \
                a profile can be checked where it is written.
                """)

        @Argument(help: "The profile.", completion: .file(extensions: ["toml"]))
        var file: String
        @Option(name: .long, help: "A health plan for this board.", completion: .file(extensions: ["toml"]))
        var plan: String?
        @Option(name: .long, help: "A folder that stands for the machine's root.", completion: .directory)
        var root = "/"
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let board: Board
            let limits: Int?
            do {
                board = Board(profile: try BoardProfile.read(FilePath(file)), root: FilePath(root))
                limits = try checkPlan(for: board)
            } catch let fault as any Fault {
                if output.json { output.print(HardwareTable.json(fault)) { "" } }
                throw fault
            }
            let profile = board.profile
            let warnings = await board.warnings()
            let json: JSON = .members([
                "accepted": true, "board": .string(profile.name), "indicators": .number(board.indicators.count),
                "limits": limits.map { .number($0) },
                "warnings": .array(
                    warnings.map { ["subject": .string($0.subject), "reason": .string($0.reason)] }),
            ])
            output.print(json) {
                let summary =
                    "\(file): accepted, \(board.indicators.count) indicators\n"
                    + (limits.map { "\(plan ?? ""): accepted, \($0) limits\n" } ?? "")
                guard !warnings.isEmpty else { return summary }
                return summary + "\(warnings.count) of what it names this machine has not, or has differently:\n"
                    + HardwareTable.text(warnings.map { ["  " + $0.subject, $0.reason] })
            }
        }

        /// How many limits and predictions the plan has; nil without one.
        private func checkPlan(for board: Board) throws -> Int? {
            guard let plan else { return nil }
            // A release may leave its plan out; who names one to be checked means one that is there.
            _ = try Storage().open(FilePath(plan), .read)
            let read = try HealthPlan.read(FilePath(plan))
            try read.check(against: board.indicators)
            return read.limits.count + read.predictions.count
        }
    }

    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a first profile from what this machine has.",
            discussion: "Reads what the kernel shows and changes nothing. As root it finds most.")

        @Option(name: .shortAndLong, help: "The file to write, instead of standard output.", completion: .file())
        var output: String?
        @Option(name: .long, help: "A folder that stands for the machine's root.", completion: .directory)
        var root = "/"

        func run() async throws {
            let root = FilePath(root)
            let text = await BlockingThread.run("board scan") { BoardScan.profile(root: root) }
            guard let output else { return Terminal.write(text) }
            try Storage().replace(FilePath(output), with: Array(text.utf8), mode: 0o644)
        }
    }
}

extension Board {
    /// The indicators of these names, and of the parts of these names; all where none is named.
    fileprivate func indicators(named names: [String]) throws(HardwareError) -> [Indicator] {
        guard !names.isEmpty else { return indicators }
        var wanted: [Indicator] = []
        for name in names {
            let found = indicators.filter { $0.name == name || $0.name.hasPrefix(name + ".") }
            guard !found.isEmpty else { throw .noIndicator(name, known: indicators.map(\.name)) }
            wanted += found.filter { !wanted.contains($0) }
        }
        return wanted
    }
}
