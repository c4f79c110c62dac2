import Commands
import PowerCuts

/// Puts faults into recordings, one at a time, and has the sweep find them.
struct Planting {
    let sweep: Sweep
    let report: Report

    /// Seeds at each cut: faults that no loss that is always tried finds.
    private static let seeds = 4

    /// True if every one of them was found.
    func run(_ plants: [Plant], _ catalogue: Catalogue) async throws -> Bool {
        var missed = 0
        for plant in plants {
            var result: Sweep.Result?
            for scenario in try catalogue.chosen([plant.scenario]) {
                let recording = try plant.planted(in: try await scenario.record())
                var sweep = sweep
                (sweep.seeds, sweep.failureLimit, sweep.patience) = (Self.seeds, 1, .seconds(20))
                result = try await sweep.run(scenario, recording)
            }
            if let result, let failure = result.failures.first {
                Terminal.say("found \(plant.name.padded(22)) after \(result.cases) cases: \(Report.line(failure))")
            } else {
                missed += 1
                Terminal.say("NOT FOUND \(plant.name.padded(22)) \(plant.summary), in \(result?.cases ?? 0) cases")
            }
        }
        Terminal.say("\(plants.count) faults planted, \(plants.count - missed) found")
        return missed == 0
    }
}
