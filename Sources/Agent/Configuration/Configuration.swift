package import BootControl
import Documents
package import Heartbeats
package import Platform
package import Servicing
package import SystemPackage
package import Trust
package import Vocabulary

/// What a device is and how it may be updated: `/etc/aftercare/aftercare.toml` (docs/operations.md).
package struct Configuration: Sendable {
    package static let standardPath: FilePath = "/etc/aftercare/aftercare.toml"
    private static let sizeLimit = 1 << 20

    package let device: DeviceIdentity
    package let slots: [Slot]
    package let loader: BootConfiguration
    package let trust: TrustPolicy
    package let update: UpdatePolicy
    package let interlocks: InterlockConfiguration
    package let places: Places
    package let bus: BusConfiguration
    package let heartbeat: HeartbeatConfiguration
    package let service: ServicePolicy
    package let changeControl: ChangeControlPolicy
    package let ledger: LedgerConfiguration
    package let integrity: IntegrityPolicy

    /// A place for one image of one slot set.
    package struct Slot: Equatable, Sendable {
        package let set: SlotSet
        package let image: String
        package let path: FilePath
    }

    package struct BusConfiguration: Equatable, Sendable {
        /// Whether to serve on D-Bus; an agent without a bus still finishes and rolls back updates.
        package let isServed: Bool
    }

    /// Reads and checks a configuration; nothing in it is taken on trust, and every refusal says line and column.
    package static func read(_ path: FilePath, storage: Storage) throws(AgentError) -> Configuration {
        do {
            let text = String(decoding: try storage.read(path, limit: sizeLimit), as: UTF8.self)
            let folder = path.removingLastComponent()
            return try TOML.read(text, limit: sizeLimit) { (root) throws(DocumentError) in
                let configuration = Configuration(
                    device: try DeviceIdentity(try root.fields("device")),
                    slots: try readSlots(&root),
                    loader: try BootConfiguration(try root.fields("boot")),
                    trust: try readTrust(try root.fields("trust"), folder: folder, storage: storage),
                    update: try UpdatePolicy(try root.optionalFields("update")),
                    interlocks: try InterlockConfiguration(try root.optionalFields("interlocks")),
                    places: try Places(try root.optionalFields("paths")),
                    bus: try readBus(try root.optionalFields("bus")),
                    heartbeat: try HeartbeatConfiguration(try root.optionalFields("heartbeat")),
                    service: try readService(try root.optionalFields("service"), folder: folder, storage: storage),
                    changeControl: try ChangeControlPolicy(try root.optionalFields("change-control"), folder: folder),
                    ledger: try LedgerConfiguration(try root.optionalFields("ledger")),
                    integrity: try IntegrityPolicy(try root.optionalFields("integrity")))
                try configuration.checkSlots()
                return configuration
            }
        } catch let error as any Fault {
            throw .configuration(path.string, reason: "cannot be used: \(error.description)")
        } catch {
            throw .configuration(path.string, reason: "cannot be used: \(error)")
        }
    }

    private static func readSlots(_ root: inout Fields) throws(DocumentError) -> [Slot] {
        var slots: [Slot] = []
        for (value, path) in try root.list("slots", limit: 64) {
            var fields = try Fields(value, at: path)
            guard let set = SlotSet(try fields.string("set")) else {
                throw fields.refuse("set", "is not a slot set's name")
            }
            slots.append(
                Slot(
                    set: set, image: try fields.string("image"),
                    path: FilePath(try fields.string("device", limit: 4096))))
            try fields.done()
        }
        return slots
    }

    /// What is wrong with the table has its own place; what is wrong with a file it names stands where the table does.
    private static func readTrust(
        _ fields: Fields, folder: FilePath, storage: Storage
    ) throws(DocumentError) -> TrustPolicy {
        do throws(TrustError) {
            return try TrustPolicy.read(fields, folder: folder, storage: storage)
        } catch .policy(let error) {
            throw error
        } catch {
            throw .unacceptable(fields.path, reason: "cannot be used: \(error.description)")
        }
    }

    private static func readService(
        _ fields: Fields?, folder: FilePath, storage: Storage
    ) throws(DocumentError) -> ServicePolicy {
        do throws(ServiceError) {
            return try ServicePolicy.read(fields, folder: folder, storage: storage)
        } catch .policy(let error) {
            throw error
        } catch {
            throw .unacceptable("service", reason: "cannot be used: \(error.description)")
        }
    }

    private static func readBus(_ fields: Fields?) throws(DocumentError) -> BusConfiguration {
        guard var fields else { return BusConfiguration(isServed: true) }
        let bus = BusConfiguration(isServed: try fields.bool("serve", default: true))
        try fields.done()
        return bus
    }

    /// Every slot set holds the same image kinds, each in a place of its own.
    private func checkSlots() throws(DocumentError) {
        let sets = Set(slots.map(\.set))
        guard sets == Set(loader.slotSets) else {
            throw .unacceptable("slots", reason: "name other slot sets than boot.slot-sets does")
        }
        guard sets.count >= 2 else { throw .unacceptable("slots", reason: "name fewer than two slot sets") }
        let images = Set(slots.map(\.image))
        for set in sets where Set(slots.filter { $0.set == set }.map(\.image)) != images {
            throw .unacceptable("slots", reason: "give the slot set '\(set)' other images than the rest")
        }
        guard Set(slots.map(\.path)).count == slots.count, images.count * sets.count == slots.count else {
            throw .unacceptable("slots", reason: "name a place or an image twice")
        }
    }

    /// Where each image of a slot set goes.
    package func paths(of set: SlotSet) -> [String: FilePath] {
        Dictionary(uniqueKeysWithValues: slots.filter { $0.set == set }.map { ($0.image, $0.path) })
    }
}
