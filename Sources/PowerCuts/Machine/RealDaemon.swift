import Foundation
import Platform
package import SystemPackage
import TestSupport

/// The program `aftercare daemon`, started on a simulated machine as its service manager would.
///
/// How it works: the machine's restart command ends the daemon, so a daemon that ends wants a restart; one that says on standard
/// error that it is idle is at rest and is ended.
package struct RealDaemon: Sendable {
    private let program: FilePath
    /// How long one start may take until it is idle or has ended, in seconds.
    private static let patience = 60.0

    package init(program: FilePath) { self.program = program }

    /// Lets the machine work, over as many restarts as the daemon asks for, until it is at rest.
    func settle(_ machine: SimulatedMachine, storage: Storage, limit: Int = SimulatedMachine.restartLimit) async throws
    {
        for _ in 0..<limit {
            let (program, configuration) = (program, machine.configurationPath)
            if try await BlockingThread.run("daemon", { try Self.run(program, configuration) }) { return }
            try machine.boot(storage: storage)
        }
        throw PowerCutsError.restless(restarts: limit)
    }

    /// Runs it once; true if it came to rest.
    private static func run(_ program: FilePath, _ configuration: FilePath) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program.string)
        process.arguments = ["daemon", "--config", configuration.string]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        let messages = Pipe()
        process.standardError = messages
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let late = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: late)
        defer { late.cancel() }
        var (text, isIdle) = ("", false)
        while case let data = messages.fileHandleForReading.availableData, !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
            guard !isIdle, text.contains("the update is idle") || text.contains(" state=idle") else { continue }
            isIdle = true
            process.terminate()
        }
        ended.wait()
        guard isIdle || process.terminationReason == .exit && process.terminationStatus == 0 else {
            throw PowerCutsError.cannot("run the daemon", reason: "it ended with \(process.terminationStatus): \(text)")
        }
        return isIdle
    }
}
