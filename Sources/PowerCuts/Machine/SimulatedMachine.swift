package import Agent
package import BootControl
import Bundles
import Documents
import Foundation
package import Ledger
package import Platform
import Synchronization
import SystemPackage
package import TestSupport
package import Vocabulary

/// A device that lives in a folder and in this process: two slots, the boot loader's specification, and an agent that is an object.
///
/// A restart is a new agent on the same folder, with another boot id and the slot set that the boot loader chooses.
package final class SimulatedMachine: Sendable {
    package let folder: TemporaryFolder
    package let approvers: Approvers
    package let configuration: Configuration
    private let configurationText: String
    private static let configurationName = "etc/aftercare.toml"
    package let crew: (any PeripheralCrew)?
    /// The clock stands here unless a machine has approvers of its own: a minute after everything was signed.
    package static let time = Approvers.time.advanced(by: 60)
    package var time: Timestamp { approvers.time.advanced(by: 60) }
    /// All boots of all machines: no two have the same id, also where a machine goes on with what another one left.
    private static let boots = Mutex(0)
    /// The change records up to each version that a bundle was made of.
    private let records = Mutex<[String: [JSON]]>([:])

    private static let authority = Result { try Approvers() }

    /// A machine whose slot set A holds 1.0.0 and is confirmed, switched on.
    package init(
        soak: Int = 0, lockFile: Bool = false, crew: (any PeripheralCrew)? = nil, update: String = "",
        device: String = "", loader: Loader = .grub, approvers: Approvers? = nil
    ) throws {
        self.crew = crew
        folder = try TemporaryFolder(inMemory: true)
        self.approvers = try approvers ?? Self.authority.get()
        try FileManager.default.copyItem(
            atPath: self.approvers.folder.path.string, toPath: folder.file("etc").string)
        let trust = String(decoding: try self.approvers.folder.read("trust.toml"), as: UTF8.self)
        configurationText =
            Self.configuration(in: folder.path, soak: soak, lockFile: lockFile, update: update, loader: loader)
            .replacing("[device]\n", with: "[device]\n" + device) + trust
            + String(decoding: try self.approvers.folder.read("change-control.toml"), as: UTF8.self)
        let path = try folder.write(Self.configurationName, configurationText)
        configuration = try Configuration.read(path, storage: Storage())
        try folder.write("disk/a.img", TestImage("1.0.0").bytes)
        try folder.write("disk/b.img", [UInt8](repeating: 0, count: TestImage.byteCount))
        try folder.write("watchdog/bootstatus", "0\n")
        try configuration.loader.createEnvironment(confirmed: .a, storage: Storage())
        try boot()
    }

    /// Which boot loader the machine has, and where that keeps its variables.
    package enum Loader: String, Sendable {
        case grub
        case ubootSingle = "uboot-single"
        case ubootRedundant = "uboot-redundant"

        fileprivate func configuration(in folder: FilePath) -> String {
            let size = 8192
            switch self {
            case .grub: return "loader = \"grub\"\nenvironment = \"\(folder)/disk/grubenv\""
            case .ubootSingle:
                return "loader = \"uboot\"\nenvironment = [{ path = \"\(folder)/disk/uboot.env\", size = \(size) }]"
            case .ubootRedundant:
                let copies = [0, size].map { "{ path = \"\(folder)/disk/uboot.env\", offset = \($0), size = \(size) }" }
                return "loader = \"uboot\"\nenvironment = [\(copies.joined(separator: ", "))]"
            }
        }
    }

    private static func configuration(
        in folder: FilePath, soak: Int, lockFile: Bool, update: String, loader: Loader
    ) -> String {
        """
        [device]
        id = "pump-1"
        product = "infusion-pump"
        hardware = "rev-c"

        [[slots]]
        set = "A"
        image = "rootfs"
        device = "\(folder)/disk/a.img"

        [[slots]]
        set = "B"
        image = "rootfs"
        device = "\(folder)/disk/b.img"

        [boot]
        slot-sets = ["A", "B"]
        \(loader.configuration(in: folder))

        [update]
        soak-seconds = \(soak)
        interlock-seconds = 1
        threads = 1
        restart-command = ["/bin/sh", "-c", "kill $PPID"]
        \(update)

        [interlocks]
        inhibitors = false
        lock-files = [\(lockFile ? "\"\(folder)/in-use.lock\"" : "")]

        [bus]
        serve = false

        [paths]
        state = "\(folder)/state"
        runtime = "\(folder)/run"
        root = "\(folder)/root"
        kernel-command-line = "\(folder)/cmdline"
        boot-id = "\(folder)/boot-id"
        watchdog = "\(folder)/watchdog"
        hardware = "\(folder)/hardware"

        """
    }

    /// Writes the machine's own configuration: a content that was recorded on another machine names that one's places.
    func writeConfiguration() throws { try folder.write(Self.configurationName, configurationText) }

    var configurationPath: FilePath { folder.file(Self.configurationName) }

    /// Who tells that the watchdog fired.
    package enum Watchdog {
        case driver
        case loader
    }

    /// What firmware, boot loader and kernel do; gives the slot set that runs.
    @discardableResult
    package func boot(watchdog: Watchdog? = nil, storage: Storage = Storage()) throws -> SlotSet {
        let chosen = configuration.loader.start(storage: storage) { set in
            guard let bytes = try? slot(set), let image = TestImage(bytes: bytes), image.behaviour != .dead else {
                return false
            }
            return (try? unpack(image)) != nil
        }
        guard let running = chosen else { throw PowerCutsError.nothingBoots }
        let number = Self.boots.withLock { boots in
            boots += 1
            return boots
        }
        let told = watchdog == .loader ? " aftercare.watchdog" : ""
        try folder.write("cmdline", "quiet aftercare.slot=\(running)\(told)\n")
        try folder.write("boot-id", "boot-\(number)\n")
        try folder.write("watchdog/bootstatus", watchdog == .driver ? "32\n" : "0\n")
        (crew as? SimulatedCrew)?.losePower()
        return running
    }

    /// Makes the root of the image: what it says of itself, and the self-tests it brings.
    private func unpack(_ image: TestImage) throws {
        try? FileManager.default.removeItem(atPath: folder.file("root").string)
        let right = Array("firmware \(image.version)\n".utf8)
        let isRight = image.behaviour == .good
        try folder.write("root/usr/lib/os-release", "IMAGE_ID=infusion-pump\nIMAGE_VERSION=\(image.version)\n")
        try folder.write("root/usr/lib/pump/firmware", isRight ? right : Array("something else\n".utf8))
        let test = """
            [[test]]
            id = "firmware"
            kind = "file"
            path = "/usr/lib/pump/firmware"
            sha256 = "\(SHA256.digest(of: right).hex)"
            retries = \(image.behaviour == .never ? 100 : 0)
            interval = 0.05

            """
        try folder.write(
            "root/usr/lib/aftercare/self-tests.d/pump.toml", image.behaviour == .unproved ? "" : test)
    }

    package func slot(_ set: SlotSet) throws -> [UInt8] {
        // A device has no length that a file's has.
        let file = try Storage().open(folder.file("disk/\(set.name.lowercased()).img"), .read)
        return try file.read(Int(file.size()), at: 0)
    }

    /// What the loader thinks, read as the loader reads it.
    package func bootStatus() throws -> BootStatus { try configuration.loader.control(storage: Storage()).status() }

    /// Every entry of the ledger, oldest first, but that the clock steps: here it stands still while the machine's uptime runs.
    package func entries() throws -> [LedgerEntry] {
        try LedgerFolder(configuration.places.ledger, storage: Storage()).entries(from: 1, limit: 100_000)
            .filter { $0.event != .clockStepped }
    }

    package func verifyLedger() throws -> LedgerVerdict {
        try LedgerFolder(configuration.places.ledger, storage: Storage()).verify().verdict
    }

    package func read(_ name: String) throws -> String { String(decoding: try folder.read(name), as: UTF8.self) }
}

extension SimulatedMachine {
    /// The bytes of a signed bundle that holds `image`; `change` can make it lie before it is signed.
    package func bundle(
        _ image: TestImage, from: [String] = ["1.0.0"], securityVersion: Int64 = 1, fallbacks: [String]? = nil,
        deadline: Int64 = 600, peripherals: [(name: String, content: [UInt8])] = [],
        change: (inout BundleFactory) throws -> Void = { _ in }
    ) throws -> [UInt8] {
        var factory = try BundleFactory(
            images: [("rootfs", image.bytes)] + peripherals, chunkLength: 32768, version: image.version, from: from,
            securityVersion: securityVersion)
        let earlier = from.first.flatMap { version in records.withLock { $0[version] } }
        factory.manifest.change = SampleRecord.complete(
            image.version, from: from, securityVersion: securityVersion, allowedTo: fallbacks, earlier: earlier)
        factory.manifest.selfTestDeadline = deadline
        if let fallbacks { factory.manifest.fallbacks = fallbacks.compactMap { Version($0) } }
        try change(&factory)
        let record = factory.manifest.change
        records.withLock { $0[image.version] = (earlier ?? SampleRecord.chain(to: from.first ?? "")) + [record] }
        return try factory.bytes(sign: approvers.sign)
    }

    /// Puts a bundle where the agent can read it.
    package func source(_ bytes: [UInt8], named name: String = "release.aftercare") throws -> UpdateSource {
        .file(try folder.write(name, bytes).string)
    }
}

extension LedgerVerdict {
    package var isIntact: Bool { if case .whole = self { true } else { false } }
}
