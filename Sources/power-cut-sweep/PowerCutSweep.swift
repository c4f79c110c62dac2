import ArgumentParser
import Commands
import Documents
import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Vocabulary

/// Shows that no power cut does harm: cuts at every change of every medium, and judges what is left.
@main
struct PowerCutSweep: Program {
    static let name = "power-cut-sweep"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Cuts the power at every write, flush and renaming, and judges what is left.",
        discussion: """
            Each scenario runs once, uncut, and every change to its media is recorded. Then, for each of these changes, the power \
            is cut before it: what no flush had made durable is kept, lost, torn or chosen by a seed, sector by sector and name by \
            name (docs/power-cuts.md). On what is left the boot loader's algorithm runs and the agent starts, and must end as it \
            does uncut.

            A failure prints a case, such as grub-update:57:torn:3, or with a second cut +9:seeded:4 behind it; '--case' runs that \
            one again and shows the ledger. '--planted' puts faults into the recordings, such as a flush that is left out, and \
            fails if one is not found.

            Exit status: 0 nothing failed, 1 a case failed or a planted fault was not found, 2 wrong usage.
            """,
        version: ProgramVersion.text)

    @Option(name: .long, help: ArgumentHelp("Try at least so many cases in all.", valueName: "number"))
    var cases = 100_000

    @Option(
        name: .long,
        help: ArgumentHelp("Where the seeded cases begin; another one tries other cases.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(name: .long, help: ArgumentHelp("Only this scenario; can be given more than once.", valueName: "name"))
    var scenario: [String] = []

    @Option(name: .long, help: ArgumentHelp("How many media are judged at once.", valueName: "number"))
    var jobs = 2

    @Option(
        name: .customLong("case"),
        help: ArgumentHelp("Run this one case and show what became of it.", valueName: "case"))
    var only: String?

    @Flag(name: .long, help: "Plant every fault in turn; fail if one is not found.")
    var planted = false

    @Option(name: .long, help: ArgumentHelp("Plant this fault only; with --case, in that case.", valueName: "name"))
    var plant: String?

    @Flag(name: .long, help: "List the scenarios and the faults that can be planted.")
    var list = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Start the real daemon instead, from the program beside this one, after so many seeded cuts.",
            valueName: "number"))
    var daemon: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Cut the power twice instead, the second time while the device recovers, in so many seeded cases.",
            valueName: "number"))
    var again: Int?

    @Option(name: .long, help: ArgumentHelp("Keep what failures found on the medium here.", valueName: "folder"))
    var keep: String?

    @Flag(name: .long, help: "Print JSON instead of a table.")
    var json = false

    func validate() throws {
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64") }
        guard cases >= 0 else { throw ValidationError("--cases is 0 or more") }
        guard (again ?? 1) >= 1 else { throw ValidationError("--again is 1 or more") }
        guard daemon == nil || again == nil else { throw ValidationError("--daemon and --again exclude each other") }
    }

    func run() async throws {
        // Folders in memory go with their owners, so an interrupted sweep ends as one that is done.
        let work = Task { try await perform() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        do {
            guard try await work.value else { throw ExitCode(1) }
        } catch is CancellationError {
            Terminal.write("power-cut-sweep: interrupted\n", to: .messages)
            throw ExitCode(130)
        }
    }

    /// True if everything held, or everything planted was found.
    private func perform() async throws -> Bool {
        let catalogue = try Catalogue()
        let report = Report(isJSON: json)
        if list {
            report.list(catalogue)
            return true
        }
        if let only { return try await SingleCase(try Case(only), plant: plant).run(catalogue) }
        var sweep = Sweep()
        (sweep.seed, sweep.jobs) = (seed, jobs)
        sweep.keep = keep.map { FilePath($0) }
        if planted || plant != nil {
            let plants = try plant.map { [try Plant.named($0)] } ?? Plant.all
            return try await Planting(sweep: sweep, report: report).run(plants, catalogue)
        }
        var sweeping = Sweeping(try (realDaemon() ?? catalogue).chosen(scenario))
        (sweeping.cases, sweeping.sweep) = (cases, sweep)
        let results =
            if let daemon {
                try await sweeping.sample(daemon) { report.tell($0, isDone: $1) }
            } else if let again {
                try await sweeping.again(again) { report.tell($0, isDone: $1) }
            } else {
                try await sweeping.run { report.tell($0, isDone: $1) }
            }
        report.show(results)
        return results.allSatisfy(\.failures.isEmpty)
    }

    /// The scenarios that the real daemon is started in; nil where the agent of this process does.
    private func realDaemon() throws -> Catalogue? {
        guard daemon != nil else { return nil }
        let program = FilePath(try Programs.path("aftercare"))
        return try Catalogue(daemon: RealDaemon(program: program), now: SystemClock().now())
    }
}
