import Foundation
import Platform
import Synchronization
import SystemPackage

/// The service port of a virtual device, with the console that the service manager keeps on it.
///
/// The cable outlives restarts of the device, as a real one does: whoever is at its far end sees the console come back.
final class ServicePort: Sendable {
    private let cable: NullModem
    private let port: FilePath
    private let program: FilePath
    private let environment: [String: String]
    private let console = Mutex<Console>(Console())

    private struct Console {
        var process: Process?
        var isWanted = false
    }

    init(_ device: VirtualDevice, program: FilePath, baud: Int) throws {
        self.program = program
        port = device.path("machine/ttyS1")
        cable = try NullModem(near: port, far: device.servicePort, baud: baud)
        // As CacheDirectory= of the unit makes it, for releases that come by ZMODEM.
        let cache = device.path("machine/cache").string
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        environment = ProcessInfo.processInfo.environment.merging(device.environment) { $1 }
            .merging(["CACHE_DIRECTORY": cache]) { $1 }
    }

    /// Starts a console, and another whenever one ends.
    func start() {
        console.withLock { $0.isWanted = true }
        startConsole()
    }

    func stop() {
        let process = console.withLock { console in
            console.isWanted = false
            return console.process
        }
        process?.terminate()
    }

    private func startConsole() {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program.string)
        process.arguments = ["console", "--port", port.string]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let ended = ObjectIdentifier(process)
        process.terminationHandler = { [weak self] _ in
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.pause) { [weak self] in
                self?.startAgain(after: ended)
            }
        }
        console.withLock { console in
            guard console.isWanted else { return }
            console.process = process
            try? process.run()
        }
    }

    /// Not where the machine has restarted meanwhile and has one already: two would share what is typed.
    private func startAgain(after ended: ObjectIdentifier) {
        let isLast = console.withLock { console in
            console.isWanted && console.process.map { ObjectIdentifier($0) } == ended
        }
        if isLast { startConsole() }
    }

    /// As `RestartSec=` of the unit, in seconds.
    private static let pause = 1.0
}
