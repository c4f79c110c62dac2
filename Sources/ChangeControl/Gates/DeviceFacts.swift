package import Documents
package import Trust
package import Vocabulary

/// When gates are asked: what depends on time or on the device's state is asked again before the restart.
package enum GateMoment: String, Sendable {
    case verification
    case activation
}

/// What the gates ask of the device.
package struct DeviceFacts: Sendable {
    package var product: String
    package var hardware: String
    package var running: Version
    /// The lowest security version that may be installed: the stored floor or the running release's, whichever is higher.
    package var securityFloor: Int64

    /// The serial or name by which documents for single devices name it.
    package var id = ""
    /// The groups of devices that it belongs to.
    package var groups: [String] = []
    /// Where it is on the market, and by which route; nil where nobody has said.
    package var market: DeviceMarket?
    /// The device identifier of its UDI (UDI-DI); nil where nobody has said.
    package var udiDI: String?
    /// The change record of the running release and those before it, back to the baseline; nil where it is not known.
    package var lineage: ChangeLineage?
    package var time = TrustedTime(clock: Timestamp(seconds: 0), watermark: nil)
    /// False where the clock was never set; then `time` is only a lower bound, as it is with a watermark ahead of the clock.
    package var isClockSet = true
    /// Why the slot set that would be written must stay as it is; empty where nothing is on hold.
    package var holds: [String] = []
    /// Why the device must not be restarted now; nil at verification, where nobody was asked yet.
    package var interlocks: [String]?
    /// What people have acknowledged of this very release.
    package var acknowledgements: [Acknowledgement] = []

    package init(product: String, hardware: String, running: Version, securityFloor: Int64) {
        self.product = product
        self.hardware = hardware
        self.running = running
        self.securityFloor = securityFloor
    }

    /// The clock can be relied on: it was set, and is not behind what something signed has told.
    package var isTimeKnown: Bool { isClockSet && time.confidence == .clock }
}

/// Where a device is on the market, and by which route it got there.
package struct DeviceMarket: Sendable, Equatable {
    /// A rule pack's word: `EU`, `US`, `GB`.
    package let code: String
    /// A rule pack's word: `mdr_certificate`, `legacy_directive`, `class_i`, `510k`, `pma`, `exempt`.
    package let route: String

    package init(code: String, route: String) {
        self.code = code
        self.route = route
    }
}

/// The change records from the market's baseline to what runs, by digest, oldest first; the last one is the running release's.
package struct ChangeLineage: Sendable, Equatable {
    package let records: [Digest]

    package init(records: [Digest]) { self.records = records }

    package var running: Digest? { records.last }
}

/// What a person at the device confirmed before an update may go on.
package struct Acknowledgement: Sendable, Equatable {
    /// What there is to confirm.
    package enum Subject: String, Sendable, CaseIterable {
        /// Users were trained for the release (G10).
        case training
        /// The field safety notice was read (G8).
        case notice
        /// The date is right, though the device's clock cannot be relied on; two people must say so (G14).
        case date
    }

    package let subject: Subject
    package let person: String
    /// In which capacity: `nurse`, `biomedical-engineer`.
    package let role: String
    package let time: Timestamp
    /// The manifest of the release that it is for.
    package let release: Digest

    package init(subject: Subject, person: String, role: String, time: Timestamp, release: Digest) {
        self.subject = subject
        self.person = person
        self.role = role
        self.time = time
        self.release = release
    }

    package var json: JSON {
        [
            "subject": .string(subject.rawValue), "person": .string(person), "role": .string(role),
            "time": .string(time.description), "release": .string(release.hex),
        ]
    }

    package init?(_ value: JSON) {
        guard let subject = value["subject"]?.string.flatMap(Subject.init), let person = value["person"]?.string,
            let role = value["role"]?.string, let time = value["time"]?.string.flatMap({ Timestamp($0) }),
            let release = value["release"]?.string.flatMap(Digest.init(hex:))
        else { return nil }
        self.init(subject: subject, person: person, role: role, time: time, release: release)
    }
}
