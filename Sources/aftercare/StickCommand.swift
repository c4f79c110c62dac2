import Agent
import ArgumentParser
import Commands
import Documents
import Glibc
import Platform
import SystemPackage
import Transfers
import Vocabulary

struct StickCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stick", abstract: "Look into a USB stick; needs root.",
        discussion: """
            A release lies on a stick as 'aftercare/PRODUCT/VERSION.aftercare'. The file system (FAT, exFAT, ext4 or ISO \
            9660) is recognised by its marks, mounted read-only where nothing else can see it, and let go of at once.
            """,
        subcommands: [List.self, Offer.self, Serve.self])

    /// Which stick, and what of it is wanted.
    struct Place: ParsableArguments {
        @Argument(help: "The kernel's name of the disk, as 'sda'.")
        var device: String
        @Flag(name: .long, help: "Also take a disk that is not removable.")
        var fixed = false
        @Option(name: .long, help: "The largest release that is taken, in bytes.")
        var limit: UInt64 = StickLimits().bytes
        @OptionGroup var configuration: ConfigurationOptions

        func open() throws -> Stick {
            guard fixed || StickDevices.all().contains(device) else {
                throw ValidationError("'\(device.printable(limit: 64))' is no removable disk")
            }
            var limits = StickLimits()
            limits.bytes = limit
            return try Stick(device, limits: limits)
        }

        func product() throws -> String {
            try Configuration.read(configuration.path, storage: Storage()).device.product
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the releases for this device's product.")

        @OptionGroup var place: Place
        @Option(name: .long, help: "Another product than this device's.")
        var product: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let product = try product ?? place.product()
            let place = place
            let (entries, isAll) = try await BlockingThread.run("stick") { () throws in
                try place.open().entries(for: product)
            }
            let json: JSON = ["releases": .array(entries.map(\.json)), "all": .bool(isAll)]
            output.print(json) {
                let rows = entries.map { [$0.path, "\(ByteCount($0.bytes))", $0.refusal ?? ""] }
                let rest = isAll ? "" : "there is more than was looked at\n"
                return (rows.isEmpty ? "no release for '\(product)'\n" : Terminal.table(rows)) + rest
            }
        }
    }

    struct Offer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hand a release on the stick to the daemon, which installs it.")

        @OptionGroup var place: Place
        @Argument(help: "The release, as the list shows it; can be left out where there is one only.")
        var release: String?
        @Flag(name: .long, inversion: .prefixedNo, help: "Restart into the release when the device is free.")
        var activate = true
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let product = try place.product()
            let (place, release) = (place, release)
            let (file, path) = try await BlockingThread.run("stick") { () throws in
                let stick = try place.open()
                let path = try release ?? Self.only(of: stick.entries(for: product).entries, product)
                return (try stick.open(path), path)
            }
            let client = try await DaemonClient.connect()
            let update: String = try await client.call(
                "InstallStream",
                [
                    .string("stick:\(path)"), .descriptor(BusDescriptor(owning: dup(file.descriptor))),
                    .boolean(activate),
                ]
            ).read(0)
            output.print(["update": .string(update), "release": .string(path)]) {
                "'\(path)' is being installed as \(update); 'aftercare status' shows how it goes\n"
            }
        }

        private static func only(of entries: [Stick.Entry], _ product: String) throws -> String {
            let fit = entries.filter { $0.refusal == nil }
            guard let first = fit.first else {
                if let refused = entries.first, let reason = refused.refusal {
                    throw StickError.unfit(refused.path, reason: reason)
                }
                throw StickError.nothingThere(product: product)
            }
            guard fit.count == 1 else { throw StickError.several(fit.map(\.path)) }
            return first.path
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer one question of the daemon; the service manager does this.", shouldDisplay: false)

        @Argument(help: "The disk, and after a '-' what tells this question from others.")
        var instance: String
        @Option(name: .long, help: "Where the daemon listens.")
        var socket: String
        @Option(name: .long, help: "The largest release that is taken, in bytes.")
        var limit: UInt64 = StickLimits().bytes

        func run() async throws {
            var limits = StickLimits()
            limits.bytes = limit
            let (bounded, instance, socket) = (limits, instance, FilePath(socket))
            try await BlockingThread.run("stick") { () throws(StorageError) in
                try StickExchange.serve(instance, at: socket, limits: bounded)
            }
        }
    }
}
