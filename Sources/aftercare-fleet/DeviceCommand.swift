import ArgumentParser
import Commands
import Foundation
import Glibc
import Platform
import SystemPackage
import VirtualDevice
import Vocabulary

struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Virtual devices: the real agent on a machine that lives in a folder.",
        discussion: """
            A virtual device runs the real daemon on a bus of its own, with files as slots and a boot loader that does \
            what the scripts for GRUB and U-Boot do. No part of it needs root.
            """,
        subcommands: [New.self, Boot.self, Status.self, Cut.self, Off.self, Shell.self, DeviceBoardCommand.self])

    struct Place: ParsableArguments {
        @Argument(help: "The device's folder.", completion: .directory)
        var folder: String

        func open() throws -> VirtualDevice { try VirtualDevice(FilePath(folder), storage: Storage()) }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a device whose slot set A holds an image.")

        @OptionGroup var place: Place
        @Option(name: .long, help: "NAME=FILE: an image that is in slot set A from the start.")
        var image: [ImageArgument]
        @Option(
            name: .long,
            help:
                "The folder with trust.toml and the anchors it names; also service.toml and change-control.toml, if there.",
            completion: .directory)
        var trust: String
        @Option(name: .long, help: "The product.")
        var product: String
        @Option(name: .long, help: "The hardware revision.")
        var hardware: String
        @Option(name: .long, help: "The device's own name.")
        var id: String = "virtual-1"
        @Option(name: .long, help: "The boot loader: grub or uboot.")
        var loader: LoaderArgument = .grub
        @Option(name: .long, help: "How many seconds a release must hold after its self-tests.")
        var soak: Int = 2
        @Option(name: .long, help: "Where it sends heartbeats: a receiver of OTLP over HTTP.")
        var heartbeat: String?
        @Option(name: .long, help: "How many seconds lie between two heartbeats.")
        var heartbeatInterval: Int = 10
        @Option(
            name: .long,
            help: "The rate of its service port in baud; it has one if the folder of --trust has a service.toml.")
        var serviceBaud: Int = 115_200

        func run() async throws {
            let description = VirtualDevice.Description(
                id: id, product: product, hardware: hardware,
                images: image.map { ($0.name, FilePath($0.file)) }, trust: FilePath(trust), loader: loader.loader,
                soakSeconds: soak,
                heartbeat: heartbeat.map { .init(url: $0, seconds: heartbeatInterval) }, serviceBaud: serviceBaud)
            let device = try VirtualDevice.create(FilePath(place.folder), description, storage: Storage())
            Terminal.say("\(device.folder): \(product) \(hardware), slot set A confirmed, slot set B empty")
        }
    }

    struct Boot: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch the device on.",
            discussion: "Stays until the device is switched off; with --detach only until its agent is ready.")

        @OptionGroup var place: Place
        @Flag(name: .shortAndLong, help: "Leave the device running in the background.")
        var detach = false
        @Option(
            name: .long, help: "The aftercare program; by default the one beside this program.", completion: .file())
        var agent: String?
        @Option(name: .long, help: "How many seconds the agent may leave its watchdog unfed; the unit's by default.")
        var watchdog: Int = 30

        func run() async throws {
            let device = try place.open()
            guard !device.isOn else { throw VirtualDeviceError.alreadyOn(process: try device.process()) }
            if detach { return try leaveRunning(device) }
            setsid()
            let machine = Machine(device, agent: FilePath(try agentPath()), watchdog: watchdog) { line in
                Terminal.say(line)
            } ready: {
                Terminal.say(Self.readyLine)
            }
            try await BlockingThread.run("machine") { Result { try machine.run() } }.get()
        }

        private static let readyLine = "agent: ready"
        private static let patience = 120

        /// Starts this program once more, in a session of its own, and waits until it says that the agent is ready.
        private func leaveRunning(_ device: VirtualDevice) throws {
            let log = device.log.string
            try Data().write(to: URL(fileURLWithPath: log))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try Self.program())
            process.arguments = [
                "device", "boot", place.folder, "--agent", try agentPath(), "--watchdog", "\(watchdog)",
            ]
            let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            process.standardOutput = output
            process.standardError = output
            process.standardInput = FileHandle.nullDevice
            try process.run()
            let deadline = Date(timeIntervalSinceNow: Double(Self.patience))
            while Date() < deadline {
                let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                if text.contains(Self.readyLine) { return Terminal.write(text) }
                guard process.isRunning else { throw VirtualDeviceError.cannot("boot", reason: text) }
                Thread.sleep(forTimeInterval: 0.05)
            }
            throw VirtualDeviceError.notReady(seconds: Self.patience)
        }

        private static func program() throws -> String {
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        }

        private func agentPath() throws -> String {
            try agent ?? FilePath(Self.program()).removingLastComponent().appending("aftercare").string
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show whether the device is on, and its files.")

        @OptionGroup var place: Place

        func run() async throws {
            let device = try place.open()
            let power = (try? device.process()).map { "on, process \($0)" } ?? "off"
            Terminal.say("power          \(power)")
            Terminal.say("configuration  \(device.configurationFile)")
            Terminal.say("bus            \(device.busAddress)")
            Terminal.say("interlock      \(device.interlockFile)")
            Terminal.say("log            \(device.log)")
            Terminal.say("service port   \(device.servicePort)")
        }
    }

    struct Cut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cut the power: everything on the device is killed at once.")

        @OptionGroup var place: Place

        func run() async throws { try place.open().cut() }
    }

    struct Off: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Switch the device off in an orderly way.")

        @OptionGroup var place: Place

        func run() async throws { try place.open().switchOff() }
    }

    struct Shell: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a command, or a shell, in which 'aftercare' talks to the device.")

        @OptionGroup var place: Place
        @Argument(parsing: .captureForPassthrough, help: "The command; your shell if it is left out.")
        var command: [String] = []

        func run() async throws {
            let device = try place.open()
            for (name, value) in device.environment { setenv(name, value, 1) }
            let programs = FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                .removingLastComponent().string
            setenv("PATH", programs + ":" + (Environment.value("PATH") ?? "/usr/bin:/bin"), 1)
            var words = command.first == "--" ? Array(command.dropFirst()) : command
            if words.isEmpty { words = [Environment.value("SHELL") ?? "/bin/sh"] }
            var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            if let program = arguments[0] { execvp(program, &arguments) }
            throw VirtualDeviceError.cannot("run '\(words[0])'", reason: "\(Errno(rawValue: errno))")
        }
    }
}

/// A boot loader on the command line.
struct LoaderArgument: ExpressibleByArgument {
    static let grub = LoaderArgument(loader: .grub)

    let loader: VirtualDevice.Loader

    private init(loader: VirtualDevice.Loader) { self.loader = loader }

    init?(argument: String) {
        guard let loader = VirtualDevice.Loader(rawValue: argument) else { return nil }
        self.loader = loader
    }
}
