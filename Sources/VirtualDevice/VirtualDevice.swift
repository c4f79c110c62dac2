import BootControl
import Documents
import Foundation
package import Platform
package import SystemPackage
import Vocabulary

/// A device that lives in a folder: real daemon, real D-Bus, files as slots, and the boot loader's algorithm.
///
/// ```
/// etc/aftercare.toml, etc/<role>/  the device's configuration and trust anchors
/// disk/<image>-<set>.img           its slots
/// disk/grubenv | disk/uboot*.env   its boot environment
/// state/                           what survives a power cut: database, ledger
/// run/                             what does not
/// machine/                         what a real machine has in hardware and kernel: root file system, command line, bus, log
/// service-port                     where a technician's terminal program connects, while the device is on
/// machine/board/                   its sensors, supplies and storage, as the kernel shows them: sys, proc, dev
/// ```
package struct VirtualDevice: Sendable {
    package let folder: FilePath
    let storage: Storage

    /// What a new device is.
    package struct Description: Sendable {
        package var id: String
        package var product: String
        package var hardware: String
        /// The image that is in the slot set A from the start, for each kind.
        package var images: [(name: String, file: FilePath)]
        /// The folder with `trust.toml` and the anchors it names; with a `change-control.toml` there, the device is on a market.
        package var trust: FilePath
        package var loader: Loader
        package var soakSeconds: Int
        /// Where its heartbeats go, and how often; nil for nowhere.
        package var heartbeat: Heartbeat?
        /// The rate of its service port in baud; it has one where the folder with `trust.toml` has a `service.toml` too.
        package var serviceBaud: Int

        package struct Heartbeat: Sendable {
            package let url: String
            package let seconds: Int

            package init(url: String, seconds: Int) {
                self.url = url
                self.seconds = seconds
            }
        }

        package init(
            id: String, product: String, hardware: String, images: [(name: String, file: FilePath)], trust: FilePath,
            loader: Loader, soakSeconds: Int, heartbeat: Heartbeat? = nil, serviceBaud: Int = 115_200
        ) {
            self.id = id
            self.product = product
            self.hardware = hardware
            self.images = images
            self.trust = trust
            self.loader = loader
            self.soakSeconds = soakSeconds
            self.heartbeat = heartbeat
            self.serviceBaud = serviceBaud
        }
    }

    package enum Loader: String, Sendable, CaseIterable {
        case grub
        case uboot
    }

    /// Takes a device that is there.
    package init(_ folder: FilePath, storage: Storage) throws(VirtualDeviceError) {
        self.init(at: folder, storage)
        guard storage.exists(configurationFile) else { throw .notADevice(folder) }
    }

    private init(at folder: FilePath, _ storage: Storage) {
        self.folder = FilePath(URL(fileURLWithPath: folder.string).standardizedFileURL.path)
        self.storage = storage
    }

    /// Makes a new device whose slot set A holds the images and is confirmed; B is empty.
    package static func create(
        _ folder: FilePath, _ description: Description, storage: Storage
    ) throws(VirtualDeviceError) -> VirtualDevice {
        guard !storage.exists(folder) else { throw .alreadyThere(folder) }
        let device = VirtualDevice(at: folder, storage)
        do {
            for part in ["etc", "disk", "state", "run", "machine"] {
                try storage.createFolder(device.folder.pushing(FilePath(part)), mode: 0o755)
            }
            try device.copy(table: "trust", from: description.trust)
            if storage.exists(description.trust.appending("service.toml")) {
                try device.copy(table: "service", from: description.trust)
                try storage.replace(
                    device.path("machine/service-baud"), with: Array("\(description.serviceBaud)\n".utf8), mode: 0o644)
            }
            if storage.exists(description.trust.appending("change-control.toml")) {
                try device.copy(table: "change-control", from: description.trust)
            }
            for image in description.images { try device.makeSlots(image.name, from: image.file) }
            let text = try device.configurationText(description)
            try storage.replace(device.configurationFile, with: Array(text.utf8), mode: 0o644)
            try device.boot().createEnvironment(confirmed: .a, storage: storage)
        } catch {
            try? FileManager.default.removeItem(atPath: device.folder.string)
            throw .cannot("make the device", reason: (error as? any Fault)?.description ?? "\(error)")
        }
        return device
    }

    package var configurationFile: FilePath { path("etc/aftercare.toml") }
    package var busAddress: String { "unix:path=\(path("machine/bus"))" }
    /// A clinical program on the device holds a lock on this while a patient is connected.
    package var interlockFile: FilePath { path("run/in-use.lock") }
    /// The far end of the cable that is plugged into its service port, for a terminal program.
    package var servicePort: FilePath { path("service-port") }
    package var log: FilePath { path("machine/log") }
    /// The kernel's files of its board; made when it is first switched on, from the profile in its root.
    package var board: FilePath { path("machine/board") }

    func path(_ name: String) -> FilePath { folder.pushing(FilePath(name)) }

    func slot(_ image: String, _ set: SlotSet) -> FilePath { path("disk/\(image)-\(set.name.lowercased()).img") }

    /// The environment in which commands talk to this device.
    package var environment: [String: String] {
        ["AFTERCARE_CONFIG": configurationFile.string, "DBUS_SYSTEM_BUS_ADDRESS": busAddress]
    }

    /// What the boot loader of this device is and where it keeps its variables.
    func boot() throws -> BootConfiguration {
        let text = String(decoding: try storage.read(configurationFile, limit: 1 << 20), as: UTF8.self)
        var fields = try Fields(try TOML.read(text))
        return try BootConfiguration(try fields.fields("boot"))
    }

    /// The names of the images, in the order of the configuration.
    func images() throws -> [String] {
        let text = String(decoding: try storage.read(configurationFile, limit: 1 << 20), as: UTF8.self)
        var fields = try Fields(try TOML.read(text))
        var names: [String] = []
        for (value, place) in try fields.list("slots") {
            var slot = try Fields(value, at: place)
            let name = try slot.string("image")
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

extension VirtualDevice {
    /// Copies a table (`trust`, `service`, `change-control`) and the files that it names: certificates, revocation lists, signed
    /// documents, never a key.
    private func copy(table name: String, from source: FilePath) throws {
        let table = try storage.read(source.appending("\(name).toml"), limit: 1 << 20)
        var fields = try Fields(try TOML.read(String(decoding: table, as: UTF8.self)))
        var trust = try fields.fields(name)
        var files = try ["revocation-lists", "people", "rule-packs"].flatMap { (key) throws(DocumentError) in
            try trust.optionalStrings(key)
        }
        if let baseline = try trust.optionalString("baseline", limit: 4096) { files.append(baseline) }
        if case .object(let roles)? = trust.optional("roles") {
            for role in roles.values { files += role["anchors"]?.array?.compactMap(\.string) ?? [] }
        }
        for file in files {
            let target = path("etc").pushing(FilePath(file))
            try storage.createFolder(target.removingLastComponent(), mode: 0o755)
            let content = try storage.read(source.pushing(FilePath(file)), limit: 1 << 20)
            try storage.replace(target, with: content, mode: 0o644)
        }
        try storage.replace(path("etc/\(name).toml"), with: table, mode: 0o644)
    }

    /// Slot A is a copy of the image, B a hole of the same size.
    private func makeSlots(_ name: String, from image: FilePath) throws {
        let source = FileIdentity.resolve(image)
        let size = try storage.open(source, .read).size()
        try Command.run("/bin/cp", ["--sparse=always", source.string, slot(name, .a).string])
        let empty = try storage.open(slot(name, .b), [.write, .create, .exclusive], mode: 0o644)
        try empty.truncate(to: size)
    }

    private func configurationText(_ description: Description) throws(StorageError) -> String {
        let slots = description.images.flatMap { image in
            [SlotSet.a, .b].map { set in
                """
                [[slots]]
                set = "\(set)"
                image = "\(image.name)"
                device = "\(slot(image.name, set))"

                """
            }
        }
        return """
            [device]
            id = "\(description.id)"
            product = "\(description.product)"
            hardware = "\(description.hardware)"

            \(slots.joined(separator: "\n"))
            \(bootText(description.loader))
            \(try table("trust"))
            [update]
            soak-seconds = \(description.soakSeconds)
            interlock-seconds = 1
            restart-command = ["/bin/sh", "-c", "echo restart > '\(path("machine/power"))'"]

            [interlocks]
            inhibitors = false
            lock-files = ["\(interlockFile)"]

            [paths]
            state = "\(path("state"))"
            runtime = "\(path("run"))"
            root = "\(path("machine/root"))"
            hardware = "\(board)"
            kernel-command-line = "\(path("machine/cmdline"))"
            boot-id = "\(path("machine/boot-id"))"
            watchdog = "\(path("machine/watchdog"))"

            \(heartbeatText(description.heartbeat))
            \(try table("service"))
            \(try table("change-control"))
            """
    }

    /// A table that was copied, empty where there was none.
    private func table(_ name: String) throws(StorageError) -> String {
        let file = path("etc/\(name).toml")
        guard storage.exists(file) else { return "" }
        return String(decoding: try storage.read(file, limit: 1 << 20), as: UTF8.self)
    }

    /// The rate of the service port in baud; nil where the device has none.
    func serviceBaud() throws -> Int? {
        guard storage.exists(path("machine/service-baud")) else { return nil }
        let text = String(decoding: try storage.read(path("machine/service-baud"), limit: 64), as: UTF8.self)
        return Int(text.filter(\.isNumber))
    }

    /// A device of one's own is watched by eyes: it sends and tries again more often than one in a hospital.
    private func heartbeatText(_ heartbeat: Description.Heartbeat?) -> String {
        guard let heartbeat else { return "" }
        return """
            [heartbeat]
            interval-seconds = \(heartbeat.seconds)
            jitter-seconds = 0
            catch-up-pause-seconds = 0
            longest-retry-seconds = 10

            [[heartbeat.endpoints]]
            name = "receiver"
            url = "\(heartbeat.url)"
            proxy = "none"

            """
    }

    private func bootText(_ loader: Loader) -> String {
        switch loader {
        case .grub:
            """
            [boot]
            loader = "grub"
            slot-sets = ["A", "B"]
            environment = "\(path("disk/grubenv"))"

            """
        case .uboot:
            """
            [boot]
            loader = "uboot"
            slot-sets = ["A", "B"]
            environment = [
                { path = "\(path("disk/uboot.env"))", size = 16384 },
                { path = "\(path("disk/uboot-redundant.env"))", size = 16384 },
            ]

            """
        }
    }
}
