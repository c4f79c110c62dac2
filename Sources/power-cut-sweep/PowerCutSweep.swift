import ArgumentParser
import Commands
import PowerCuts

@main
struct PowerCutSweep: Program {
    static let name = "power-cut-sweep"
    static let configuration = CommandConfiguration(commandName: name, abstract: "Cuts the power at every write.")

    @Option var scenario: [String] = []
    @Flag var planted = false
    @Option var seeds = 0
    @Option var seed: UInt64 = 1
    @Option var jobs = 2

    @Option(name: .customLong("case")) var only: String?

    func run() async throws {
        if let only {
            let this = try Case(only)
            for scenario in try Catalogue().chosen([this.scenario]) {
                let recording = try await scenario.record()
                var medium = Medium(recording.base)
                for step in recording.steps[..<this.cut] { try medium.make(step.change) }
                let bench = try scenario.makeBench(recording)
                for _ in 0..<1 {
                    let found = try await bench.judge(medium.content(this.loss, recording.steps[this.cut].change), recording.circumstances(at: this.cut))
                    print(found)
                    if !found.isEmpty { print(bench.account) }
                }
            }
            return
        }
        if planted {
            for plant in Plant.all {
                let scenario = try Catalogue().chosen([plant.scenario])[0]
                do {
                    let recording = try plant.planted(in: try await scenario.record())
                    var sweep = Sweep()
                    (sweep.seeds, sweep.seed, sweep.jobs) = (max(seeds, 2), seed, jobs)
                    sweep.failureLimit = 1
                    let result = try await sweep.run(scenario, recording)
                    print(plant.name, result.cases, result.failures.first.map { "\($0.this) \($0.complaints)" } ?? "NOT FOUND")
                } catch { print(plant.name, "ERROR", error) }
            }
            return
        }
        for scenario in try Catalogue().chosen(scenario) {
            let recording = try await scenario.record()
            if seeds < 0 { for (number, step) in recording.steps.enumerated() { print(number, step.change.summary, step.circumstances.lines) } }
            print(recording.answer)
            var sweep = Sweep()
            (sweep.seeds, sweep.seed, sweep.jobs) = (max(0, seeds), seed, jobs)
            let result = try await sweep.run(scenario, recording)
            for f in result.failures { print(f.this, f.complaints) }
            print(scenario.name, result.operations, result.cases, result.distinct, result.failures.count, result.time, result.slowest as Any)
        }
    }
}
