import Documents
import Platform
import SystemPackage

extension Machine {
    private static let bodyLimit = 256 * 1024

    func observe(_ check: HTTPCheck, within time: Duration) async -> Observation {
        var request = HTTPRequest(check.url)
        request.authorities = check.authorities.map(located)
        let limit = JSON.number(check.status)
        do {
            let answer = try await HTTPClient.get(request, limit: Self.bodyLimit, timeout: time)
            var seen = Observation(.passed, value: .number(answer.status), limit: limit)
            if answer.status != check.status {
                seen = Observation(
                    .failed, "answered with status \(answer.status), not \(check.status)",
                    value: .number(answer.status), limit: limit)
            } else if let part = check.contains, !answer.body.contains(Array(part.utf8)) {
                seen = Observation(.failed, "answered without '\(part)'", value: .number(answer.status), limit: limit)
            }
            seen.output = Observation.excerpt(answer.body)
            return seen
        } catch {
            switch error {
            case .tooSlow, .cancelled: return Observation(.timedOut, error.description, limit: limit)
            default: return Observation(.failed, error.description, limit: limit)
            }
        }
    }
}
