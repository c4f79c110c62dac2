import Foundation
import Glibc
package import Platform

/// A message bus of a test's own; unless told otherwise it lets everybody do everything.
package final class PrivateBus {
    package let address: BusAddress
    package static let openPolicy = """
        <policy context="default">
          <allow send_destination="*" eavesdrop="true"/>
          <allow receive_sender="*"/>
          <allow own="*"/>
        </policy>
        """

    private let folder: TemporaryFolder
    private let socket: String
    private var daemon = Process()

    package init(policy: String = PrivateBus.openPolicy) throws {
        folder = try TemporaryFolder()
        socket = "unix:path=\(folder.file("bus"))"
        address = .at(socket)
        try folder.write(
            "bus.conf",
            """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
              "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>\(socket)</listen>
              <auth>EXTERNAL</auth>
              \(policy)
            </busconfig>
            """)
        try start()
    }

    deinit { stop() }

    /// Starts the daemon and waits until it listens: it prints its address then.
    package func start() throws {
        let output = Pipe()
        daemon = Process()
        daemon.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        daemon.arguments = [
            "dbus-daemon", "--config-file=\(folder.file("bus.conf"))", "--nofork", "--nopidfile", "--print-address",
        ]
        daemon.standardOutput = output
        // It says on every start that it may not raise its limit of open files.
        daemon.standardError = FileHandle.nullDevice
        try daemon.run()
        _ = output.fileHandleForReading.availableData
    }

    package func stop() {
        guard daemon.isRunning else { return }
        // Foundation starts programs with SIGTERM blocked on this thread, and the daemon does not unblock it.
        kill(daemon.processIdentifier, SIGKILL)
        daemon.waitUntilExit()
    }

    /// Runs busctl on this bus; off the cooperative threads, which the bus may need for its answer.
    package func busctl(_ arguments: String...) async throws -> Tool.Result {
        try await busctl(arguments)
    }

    /// Runs it by `prefix`, a program that changes who runs.
    package func busctl(_ arguments: [String], as prefix: [String] = []) async throws -> Tool.Result {
        let command = prefix + ["busctl", "--address=\(socket)", "--no-pager"] + arguments
        return try await BlockingThread.run("busctl") { try Tool.run(command) }
    }
}
