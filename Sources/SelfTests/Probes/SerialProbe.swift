import Documents
import Platform

extension Machine {
    func observe(_ check: SerialCheck, within time: Duration) async -> Observation {
        let path = located(check.port)
        let within = min(check.within, time)
        // A little more for the thread itself, so that a port which only keeps silent is told from one that hangs.
        return await blocking("serial test", within: time + .seconds(1)) {
            do throws(SerialError) {
                let port = try SerialPort(path, SerialSettings(baud: check.baud))
                try port.write(check.send, within: within)
                return judge(try port.listen(for: check.expect, within: within), check, within)
            } catch {
                return Observation(.error, error.description, limit: .string(check.expect.text))
            }
        }
    }

    private func judge(_ answer: SerialAnswer, _ check: SerialCheck, _ time: Duration) -> Observation {
        var seen: Observation
        if let match = answer.match, let text = check.expect.text(of: match, in: answer.bytes) {
            if let limits = check.limits {
                seen =
                    Limits.number(text).map { Observation($0, limits) }
                    ?? Observation(.failed, "answered no number where one is expected", limit: limits.json)
            } else {
                seen = Observation(.passed, value: .string(text), limit: .string(check.expect.text))
            }
        } else if answer.bytes.isEmpty {
            seen = Observation(
                .timedOut, "did not answer within \(time.inSeconds)", limit: .string(check.expect.text))
        } else {
            seen = Observation(
                .failed, "answered nothing that matches within \(time.inSeconds)", limit: .string(check.expect.text))
        }
        seen.output = Observation.excerpt(answer.bytes)
        return seen
    }
}
