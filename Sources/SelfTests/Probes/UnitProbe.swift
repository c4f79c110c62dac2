import Documents
import Platform

extension Machine {
    func observe(_ check: UnitCheck, within time: Duration) async -> Observation {
        guard let units else { return Observation(.error, "the service manager cannot be asked here") }
        let answer = await Attempt.run(within: time) { () -> Result<UnitState, any Error> in
            do { return .success(try await units.state(of: check.unit)) } catch { return .failure(error) }
        }
        let limit = JSON.string(check.state)
        switch answer {
        case nil: return Observation(.timedOut, "the service manager did not answer within \(time.inSeconds)")
        case .failure(let error):
            return Observation(.error, "the service manager cannot be asked: \(error)", limit: limit)
        case .success(let state):
            let isThere = state.load != "not-found"
            let holds = isThere && state.active == check.state
            let words = isThere ? "is \(state.active) (\(state.sub)), not \(check.state)" : "is not known"
            return Observation(
                holds ? .passed : .failed, holds ? "" : "'\(check.unit)' \(words)",
                value: .string(isThere ? state.active : state.load), limit: limit)
        }
    }
}
