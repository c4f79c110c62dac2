import Platform

/// Restarts the device; returning does not mean that it is down yet.
package protocol Restarter: Sendable {
    func restart() async throws(AgentError)
}

/// Restarts by a program of the device's maker.
package struct CommandRestarter: Restarter {
    private let command: [String]

    package init(command: [String]) { self.command = command }

    package func restart() async throws(AgentError) {
        let result: ProcessResult
        do {
            result = try await ChildProcess.run(arguments: command, timeout: .seconds(60), outputLimit: 4096)
        } catch {
            throw .restartFailed(reason: error.description)
        }
        guard result.isSuccess else {
            throw .restartFailed(reason: "'\(command.joined(separator: " "))' ended with \(result.ending)")
        }
    }
}
