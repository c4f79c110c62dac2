import Documents
import Platform
import SystemPackage

extension Machine {
    /// The most a command may use; enough for any check, too little to hurt the device.
    private static let limits = ProcessLimits(memory: 1 << 30, openFiles: 256, fileSize: 16 << 20)
    private static let standardUser = "nobody"

    func observe(_ check: CommandCheck, within time: Duration) async -> Observation {
        var arguments = check.arguments
        arguments[0] = located(FilePath(arguments[0])).string
        let command = arguments
        do throws(ProcessError) {
            let sandbox = try sandbox(for: check, within: time)
            // The child's own time is kept by whoever runs it; this one is for a child that the kernel cannot even
            // kill.
            let result = await Attempt.run(within: time + .seconds(5)) {
                () -> Result<ProcessResult, ProcessError> in
                do throws(ProcessError) {
                    return .success(
                        try await ChildProcess.run(
                            arguments: command, folder: root, timeout: time, outputLimit: 16384, sandbox: sandbox))
                } catch {
                    return .failure(error)
                }
            }
            guard let result else {
                var late = Observation(.timedOut, "could not be ended after \(time.inSeconds)")
                late.mayBeRepeated = false
                return late
            }
            return judge(try result.get(), check, time)
        } catch {
            return Observation(.error, error.description)
        }
    }

    private func sandbox(for check: CommandCheck, within time: Duration) throws(ProcessError) -> ProcessSandbox {
        var sandbox = ProcessSandbox(limits: Self.limits)
        sandbox.limits.processorSeconds = UInt64(time.components.seconds + 1)
        if let name = check.user ?? (ProcessUser.mayChange ? Self.standardUser : nil) {
            sandbox.user = try ProcessUser.named(name)
        }
        if !check.mayUseNetwork { sandbox.isolation.insert(.network) }
        if !check.mayWrite { sandbox.isolation.insert(.files) }
        return sandbox
    }

    private func judge(_ result: ProcessResult, _ check: CommandCheck, _ time: Duration) -> Observation {
        var seen = judgeEnding(result, check, time) ?? judgeOutput(result.output, check)
        let shown = result.output.bytes.isEmpty ? result.error.bytes : result.output.bytes
        seen.output = Observation.excerpt(shown)
        seen.isolation = result.isolation.names
        return seen
    }

    private func judgeEnding(_ result: ProcessResult, _ check: CommandCheck, _ time: Duration) -> Observation? {
        let limit = JSON.number(check.status)
        switch result.ending {
        case .exited(check.status): return nil
        case .exited(let status):
            return Observation(
                .failed, "exited with \(status), not with \(check.status)", value: .number(status), limit: limit)
        case .signalled(let signal):
            return Observation(.failed, "was ended by signal \(signal)", limit: limit)
        case .timedOut:
            return Observation(.timedOut, "did not end within \(time.inSeconds)", limit: limit)
        }
    }

    private func judgeOutput(_ output: Captured, _ check: CommandCheck) -> Observation {
        if let expected = check.output, !output.bytes.contains(Array(expected.utf8)) {
            return Observation(.failed, "did not print '\(expected)'", limit: .string(expected))
        }
        guard let limits = check.limits else {
            return Observation(.passed, value: .number(check.status), limit: .number(check.status))
        }
        guard let text = check.value.map({ $0.firstText(in: output.bytes) }) ?? output.text else {
            return Observation(.failed, "printed nothing that matches '\(check.value?.text ?? "")'", limit: limits.json)
        }
        guard let number = Limits.number(text) else {
            return Observation(.failed, "printed no number where one is expected", limit: limits.json)
        }
        return Observation(number, limits)
    }
}

extension TextPattern {
    /// What the first group matched, or the whole pattern where it has none.
    func firstText(in bytes: [UInt8]) -> String? {
        guard let match = firstMatch(in: bytes) else { return nil }
        return text(of: match, in: bytes)
    }

    func text(of match: [Range<Int>?], in bytes: [UInt8]) -> String? {
        (match.count > 1 ? match[1] : match[0]).map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in it, in this order.
    func contains(_ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard count >= part.count else { return false }
        return (0...(count - part.count)).contains {
            self[$0] == first && self[$0..<$0 + part.count].elementsEqual(part)
        }
    }
}
