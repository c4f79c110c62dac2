import BootControl
import Foundation
import Glibc
import Hardware
import Platform
import Synchronization
package import SystemPackage
import Vocabulary

/// A virtual device that is switched on: boot loader, bus, service manager and dead-man, in one process.
///
/// How it works: each turn of `run()` is one boot. The boot loader's specification chooses a slot set, its root is taken out of the
/// image, a bus and the real daemon are started. The daemon is restarted when it dies or does not feed its watchdog, as a service
/// manager would, and asks for a restart by writing to `machine/power`. Cutting the power kills the whole process group with SIGKILL.
package final class Machine: Sendable {
    private enum Event: Sendable {
        case agentEnded(ending: String, isFailure: Bool)
        case agentDue
        case agentSilent(process: Int32)
        case busEnded
        case power(String)
        case deadline(boot: String)
    }

    private struct State {
        var agent: Process?
        var bus: Process?
        var isReady = false
        /// How often the agent has fed its watchdog.
        var feedings = 0
    }

    private let device: VirtualDevice
    private let agent: FilePath
    private let events = BoundedQueue<Event>(capacity: 64)
    private let state = Mutex(State())
    private let say: @Sendable (String) -> Void
    private let ready: @Sendable () -> Void
    private let watchdog: Int

    /// Takes the path of the `aftercare` program and how many seconds it may be silent; `say` hears what happens, `ready` that an
    /// agent is ready.
    package init(
        _ device: VirtualDevice, agent: FilePath, watchdog: Int, say: @escaping @Sendable (String) -> Void,
        ready: @escaping @Sendable () -> Void
    ) {
        self.watchdog = max(1, watchdog)
        self.device = device
        self.agent = agent
        self.say = say
        self.ready = ready
    }

    /// Boots, and boots again after every restart, until it is switched off; blocks.
    package func run() throws {
        unblockSignals()
        try takePower()
        defer { try? FileManager.default.removeItem(atPath: device.path("machine/pid").string) }
        let notify = try NotifySocket(device.path("machine/notify"))
        notify.listen { [self] message in hear(message) }
        try listenForPower()
        let service = try device.serviceBaud().map { try ServicePort(device, program: agent, baud: $0) }
        var isOn = true
        while isOn {
            let boot = try boot()
            try startBus()
            try startAgent(notify)
            service?.start()
            watchTrial(boot)
            isOn = try serve(boot, notify)
            service?.stop()
            stopAll()
        }
    }

    private func hear(_ message: String) {
        let words = message.split(separator: "\n")
        if words.contains("WATCHDOG=1") { state.withLock { $0.feedings += 1 } }
        guard words.contains("READY=1") else { return }
        let (isFirst, agent, feedings) = state.withLock { state in
            defer { state.isReady = true }
            return (!state.isReady, state.agent?.processIdentifier, state.feedings)
        }
        if let agent { watch(agent, feedings: feedings) }
        if isFirst { ready() }
    }

    /// A thread made by a dispatch queue blocks signals, and what it starts would inherit that and never hear SIGTERM.
    private func unblockSignals() {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// One machine at a time owns the folder.
    private func takePower() throws {
        if let process = try? device.process() { throw VirtualDeviceError.alreadyOn(process: process) }
        try Data("\(getpid())\n".utf8).write(to: URL(fileURLWithPath: device.path("machine/pid").string))
    }

    /// What firmware, boot loader and kernel do until the first program runs.
    private func boot() throws -> String {
        let root = try SlotRoot()
        let images = try device.images()
        let chosen = try device.boot().start(storage: device.storage) { set in
            say("boot loader: slot set \(set)")
            guard let image = images.first, root.extract(device.slot(image, set), into: device.path("machine/root"))
            else {
                say("boot loader: slot set \(set) cannot be loaded")
                return false
            }
            return true
        }
        guard let chosen else { throw VirtualDeviceError.noBootableSlotSet }
        let boot = UUID().uuidString.lowercased()
        try write("machine/cmdline", "quiet rauc.slot=\(chosen) aftercare.slot=\(chosen)\n")
        try write("machine/boot-id", boot + "\n")
        // What is not durable ends with the boot.
        let run = device.path("run").string
        try? FileManager.default.removeItem(atPath: run)
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        makeBoard()
        say("kernel: \(chosen) runs, boot \(boot.prefix(8))")
        state.withLock { $0.isReady = false }
        return boot
    }

    /// The board is there before its release is: it is made once, and what has drifted stays so over restarts.
    private func makeBoard() {
        let profile = device.path("machine/root").appending(BoardProfile.place.components)
        guard device.storage.exists(profile), !device.storage.exists(device.board) else { return }
        do {
            let board = try VirtualBoard(
                profile: try BoardProfile.read(profile, storage: device.storage), root: device.board)
            say("board: \(board.profile.name), \(board.profile.indicators.count) indicators")
        } catch {
            say("board: it could not be made: \((error as? any Fault)?.description ?? "\(error)")")
        }
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: device.path(name).string))
    }

    private func startBus() throws {
        let configuration = """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>

              <listen>\(device.busAddress)</listen>
              <policy context="default">
                <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
              </policy>
            </busconfig>

            """
        try write("machine/bus.conf", configuration)
        try? FileManager.default.removeItem(atPath: device.path("machine/bus").string)
        let bus = Process()
        bus.executableURL = URL(fileURLWithPath: try Command.find("dbus-daemon", package: "dbus"))
        bus.arguments = [
            "--config-file=\(device.path("machine/bus.conf"))", "--nofork", "--nopidfile", "--print-address",
        ]
        let announced = Pipe()
        bus.standardOutput = announced
        bus.standardInput = FileHandle.nullDevice
        try write("machine/bus.log", "")
        bus.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: device.path("machine/bus.log").string))
        bus.terminationHandler = { [events] _ in events.put(.busEnded) }
        try bus.run()
        // It prints its address once it listens.
        _ = announced.fileHandleForReading.availableData
        state.withLock { $0.bus = bus }
    }

    private func startAgent(_ notify: NotifySocket) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: agent.string)
        process.arguments = ["daemon"]
        var environment = ProcessInfo.processInfo.environment.merging(device.environment) { $1 }
        environment["NOTIFY_SOCKET"] = notify.path.string
        environment["WATCHDOG_USEC"] = "\(watchdog * 1_000_000)"
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { [events] process in
            let isFailure = process.terminationReason == .exit && process.terminationStatus != 0
            events.put(
                .agentEnded(
                    ending: "\(process.terminationReason == .exit ? "" : "signal ")\(process.terminationStatus)",
                    isFailure: isFailure))
        }
        try process.run()
        state.withLock { $0.agent = process }
    }

    /// Looks again and again, from its readiness on, whether an agent has fed its watchdog since the last look (systemd.service(5),
    /// WatchdogSec=).
    private func watch(_ process: Int32, feedings: Int) {
        DispatchQueue.global().asyncAfter(deadline: .now() + Double(watchdog)) { [self] in
            let (agent, now) = state.withLock { ($0.agent?.processIdentifier, $0.feedings) }
            guard agent == process else { return }
            if now == feedings { events.put(.agentSilent(process: process)) }
            watch(process, feedings: now)
        }
    }

    /// Starts what has ended again, as `Restart=` of the units says: at once what was killed, after a pause what gave up by itself.
    private func replaceAgent(_ ending: String, isFailure: Bool, _ notify: NotifySocket) throws {
        state.withLock { $0.agent = nil }
        guard isFailure else {
            try startAgent(notify)
            return say("service manager: the agent ended with \(ending) and is started again")
        }
        say("service manager: the agent ended with \(ending) and will be started again")
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.restartPause) { [events] in events.put(.agentDue) }
    }

    /// As `RestartSec=` of the unit, shorter, in seconds: nobody waits for a hospital's journal here.
    private static let restartPause = 0.5

    /// Keeps the services running until the machine restarts (true) or goes off (false).
    private func serve(_ boot: String, _ notify: NotifySocket) throws -> Bool {
        while let event = events.take() {
            switch event {
            case .agentEnded(let ending, let isFailure): try replaceAgent(ending, isFailure: isFailure, notify)
            case .agentDue: if state.withLock({ $0.agent == nil }) { try startAgent(notify) }
            case .agentSilent(let process):
                guard state.withLock({ $0.agent?.processIdentifier }) == process else { continue }
                say("service manager: the agent did not feed its watchdog for \(watchdog) s and is killed")
                // SIGABRT first, as systemd does, would not end one that is stopped.
                kill(process, SIGKILL)
            case .busEnded:
                // Its socket is the service manager's: whoever connects next finds it started again.
                try startBus()
                say("service manager: the message bus ended and is there again")
            case .power("restart"):
                say("power: restart")
                return true
            case .power:
                say("power: off")
                return false
            case .deadline(boot):
                say("dead-man: the trial was not committed in time")
                try write("state/dead-man", boot + "\n")
                return true
            case .deadline: continue
            }
        }
        return false
    }

    /// Stops the agent and then the bus it speaks on, as a service manager does: a signal first, SIGKILL for what stays.
    private func stopAll() {
        let (agent, bus) = state.withLock { state in
            defer { (state.agent, state.bus) = (nil, nil) }
            return (state.agent, state.bus)
        }
        var (agentEnded, busEnded) = (agent == nil, bus == nil)
        stop(agent ?? bus)
        // Foundation's own wait needs a run loop, which this thread does not have; each process says when it has ended.
        while !agentEnded || !busEnded, let event = events.take() {
            switch event {
            case .agentEnded:
                agentEnded = true
                if !busEnded { stop(bus) }
            case .busEnded: busEnded = true
            case .power, .deadline, .agentDue, .agentSilent: continue
            }
        }
    }

    private func stop(_ process: Process?) {
        guard let process else { return }
        process.terminate()
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.stopPatience) {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    /// How long a service may take to stop, in seconds.
    private static let stopPatience = 30.0

    /// `machine/power` is the machine's restart line and its switch.
    private func listenForPower() throws {
        let path = device.path("machine/power").string
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else {
            throw VirtualDeviceError.cannot("make '\(path)'", reason: "\(Errno(rawValue: errno))")
        }
        // Open for both, so that it never ends when a writer goes.
        let line = open(path, O_RDWR | O_CLOEXEC)
        Thread.detachNewThread { [events] in
            var buffer = [UInt8](repeating: 0, count: 256)
            while true {
                let count = read(line, &buffer, buffer.count)
                guard count > 0 else { return }
                let words = String(decoding: buffer[0..<count], as: UTF8.self).split(separator: "\n")
                for word in words { events.put(.power(String(word))) }
            }
        }
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler { [events] in events.put(.power("off")) }
        source.resume()
        // Lives as long as the machine's process.
        withExtendedLifetime(source) { _ = Unmanaged.passRetained(source as AnyObject) }
    }

    /// What `systemd/aftercare-deadman.timer` does on a real device.
    private func watchTrial(_ boot: String) {
        let marker = device.path("state/trial").string
        guard let text = try? String(contentsOfFile: marker, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("deadline=") }),
            let seconds = Double(line.dropFirst("deadline=".count))
        else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds + Self.deadManMargin) { [events] in
            guard FileManager.default.fileExists(atPath: marker) else { return }
            events.put(.deadline(boot: boot))
        }
    }

    /// How long after the agent's own deadline the dead-man acts, in seconds.
    private static let deadManMargin = 30.0
}
