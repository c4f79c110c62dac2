import ArgumentParser
import Commands
import PowerCuts

@main
struct PowerCutSweep: Program {
    static let name = "power-cut-sweep"
    static let configuration = CommandConfiguration(commandName: name, abstract: "Cuts the power at every write.")

    @Option var scenario: [String] = []
    @Option var seeds = 0
    @Option var seed: UInt64 = 1
    @Option var jobs = 2

    func run() async throws {
        for scenario in try Catalogue().chosen(scenario) {
            let recording = try await scenario.record()
            for (number, step) in recording.steps.enumerated() { print(number, step.change.summary, step.circumstances.lines) }
            print(recording.answer)
            var sweep = Sweep()
            (sweep.seeds, sweep.seed, sweep.jobs) = (seeds, seed, jobs)
            let result = try await sweep.run(scenario, recording)
            for f in result.failures { print(f.this, f.complaints) }
            print(result.operations, result.cases, result.distinct, result.failures.count, result.time, result.slowest as Any)
        }
    }
}
