import BootControl
package import Platform
import SystemPackage
package import Vocabulary

/// What runs now: read once at start, from the kernel and from the release's own root.
package struct RunningSystem: Equatable, Sendable {
    package let slotSet: SlotSet
    package let version: Version
    /// Tells one boot from another (random(4), boot_id).
    package let boot: String
    /// A watchdog was the cause of the last restart: its driver says so, or the loader, as not every driver can.
    package let watchdogFired: Bool

    /// `WDIOF_CARDRESET` of linux/watchdog.h: "card previously reset the CPU".
    private static let cardReset: UInt64 = 0x20

    package static func read(_ configuration: Configuration, storage: Storage) throws(AgentError) -> RunningSystem {
        let places = configuration.places
        let commandLine = try text(places.kernelCommandLine, storage)
        guard let name = parameter("aftercare.slot", in: commandLine) ?? parameter("rauc.slot", in: commandLine),
            let set = SlotSet(name), configuration.loader.slotSets.contains(set)
        else {
            throw .unknownRunningSlotSet(
                found: parameter("aftercare.slot", in: commandLine) ?? parameter("rauc.slot", in: commandLine) ?? "")
        }
        let release = try text(places.release, storage)
        guard let version = field("IMAGE_VERSION", in: release).flatMap({ Version($0) }) else {
            throw .configuration(places.release.string, reason: "has no IMAGE_VERSION that is a version")
        }
        let status = (try? text(places.watchdog.appending("bootstatus"), storage)).flatMap { UInt64($0.trimmed) }
        return RunningSystem(
            slotSet: set, version: version, boot: try text(places.bootID, storage).trimmed,
            watchdogFired: (status ?? 0) & cardReset != 0
                || commandLine.split(whereSeparator: \.isWhitespace).contains("aftercare.watchdog"))
    }

    private static func text(_ path: FilePath, _ storage: Storage) throws(AgentError) -> String {
        do { return String(decoding: try storage.read(path, limit: 65536), as: UTF8.self) } catch {
            throw .sourceUnreadable(path.string, reason: error.description)
        }
    }

    /// The last `name=value` of a kernel command line, as the kernel takes it.
    private static func parameter(_ name: String, in commandLine: String) -> String? {
        commandLine.split(whereSeparator: \.isWhitespace).last { $0.hasPrefix(name + "=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }

    /// The value of a variable in an os-release file (os-release(5)), quotes taken off.
    private static func field(_ name: String, in file: String) -> String? {
        file.split(separator: "\n").last { $0.hasPrefix(name + "=") }
            .map { line in
                String(line.dropFirst(name.count + 1)).trimmed.filter { $0 != "\"" && $0 != "'" }
            }
    }
}

extension String {
    /// Without white space at both ends.
    package var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
