package import Platform
package import SystemPackage

/// A kind of board as its maker describes it in `board.toml`: what is on it, where it is found, and what it can measure.
///
/// It is data and holds no number of the kernel's that changes between boots. `docs/hardware.md` is its reference.
package struct BoardProfile: Sendable, Hashable {
    /// Where the profile is in the signed root of a release.
    package static let place: FilePath = "/usr/lib/aftercare/board.toml"
    package static let sizeLimit = 1 << 20
    /// How many entries a section may have.
    package static let entryLimit = 4096

    package let name: String
    package let maker: String?
    /// Which machines it is for, by the devicetree's `compatible` or DMI's product name; empty for any.
    package let compatible: [String]
    package let system: [SystemQuantity]
    package let sensors: [Sensor]
    package let supplies: [Supply]
    package let storages: [StorageDevice]
    package let networks: [Network]
    package let leds: [LED]
    package let gpios: [GPIO]
    package let watchdog: Watchdog?
    package let rtc: RTC?
    package let serials: [Serial]
    /// In the order in which they are updated.
    package let peripherals: [Peripheral]
    package let interlocks: [Interlock]

    /// Reads a profile from a file; every refusal of its content says line and column.
    package static func read(
        _ path: FilePath = place, storage: Storage = Storage()
    ) throws(HardwareError) -> BoardProfile {
        let bytes: [UInt8]
        do throws(StorageError) { bytes = try storage.read(path, limit: sizeLimit) } catch { throw .cannotRead(error) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(path) }
        do { return try BoardProfile(text) } catch { throw .malformed(path, error) }
    }
}

extension BoardProfile {
    /// A place where one number or word can be measured.
    package struct Sensor: Sendable, Hashable {
        /// The name of its indicator.
        package let name: String
        package let source: SensorSource
        /// What the reading is in, after `scale` and `offset`.
        package let unit: MeasuredUnit
        /// Turn the number that the driver means, in its own unit, into this one's: number × scale + offset.
        package let scale: Double
        package let offset: Double
        /// What is physically possible: anything beyond is implausible, not a finding about the patient's device.
        package let plausible: ClosedRange<Double>
        /// A value that never changes for so long is stale; nil where standing still is fine.
        package let changesWithin: Duration?
    }

    /// A power supply of the kernel's: a battery, a mains adapter, a UPS.
    package struct Supply: Sendable, Hashable {
        package let name: String
        /// Its folder's name in `/sys/class/power_supply`.
        package let device: String
        package let kind: SupplyKind
        package let reads: [SupplyQuantity]
    }

    /// A medium whose wear and traffic count.
    package struct StorageDevice: Sendable, Hashable {
        package let name: String
        /// The kernel's name of the disk (`mmcblk2`), or a link to it below `/dev` (`/dev/disk/by-path/…`).
        package let device: String
        package let kind: StorageKind
        package let reads: [StorageQuantity]
    }

    package struct Network: Sendable, Hashable {
        package let name: String
        package let interface: String
        package let reads: [NetworkQuantity]
    }

    package struct LED: Sendable, Hashable {
        package let name: String
        /// Its folder's name in `/sys/class/leds`.
        package let device: String
        package let reads: [LEDQuantity]
    }

    /// One line of a GPIO controller, through the character device.
    package struct GPIO: Sendable, Hashable {
        package let name: String
        /// The controller's label or its name (`gpiochip2`); labels do not move between boots.
        package let chip: String
        package let line: Line
        package let isActiveLow: Bool
        package let direction: Direction

        package enum Line: Sendable, Hashable {
            case offset(UInt32)
            case name(String)
        }

        package enum Direction: String, CaseIterable, Sendable {
            case input = "in"
            case output = "out"
        }
    }

    package struct Watchdog: Sendable, Hashable {
        package let device: FilePath
        package let timeout: Duration
        package let pretimeout: Duration?
        package let feeder: Feeder
        package let reads: [WatchdogQuantity]

        /// Who keeps it from firing.
        package enum Feeder: String, CaseIterable, Sendable { case agent, systemd }
    }

    package struct RTC: Sendable, Hashable {
        /// Its folder's name in `/sys/class/rtc`.
        package let device: String
        package let reads: [RTCQuantity]
    }

    /// A serial port as it is wired: what stands at the other end, and how it speaks.
    package struct Serial: Sendable, Hashable {
        package let name: String
        package let path: FilePath
        package let role: Role
        package let baud: Int
        package let dataBits: Int
        package let parity: Parity
        package let stopBits: Int
        package let flow: Flow
        package let rs485: RS485?

        /// Who is at the other end.
        package enum Role: String, CaseIterable, Sendable {
            /// A technician's laptop.
            case service
            /// A microcontroller whose firmware is updated with the host's.
            case peripheral
            /// The controller of the therapy, which is only asked.
            case therapy
        }

        package enum Parity: String, CaseIterable, Sendable { case none, even, odd }
        package enum Flow: String, CaseIterable, Sendable { case none, hardware, software }

        /// Half duplex on two wires (linux/serial.h, struct serial_rs485).
        package struct RS485: Sendable, Hashable {
            /// Whether RTS is high while it sends; else it is low then and high afterwards.
            package let isRTSHighOnSend: Bool
            package let delayBeforeSend: Duration
            package let delayAfterSend: Duration
            /// Whether it hears itself while it sends.
            package let receivesWhileSending: Bool
            package let isTerminated: Bool
        }
    }

    /// A microcontroller behind a serial port.
    package struct Peripheral: Sendable, Hashable {
        package let name: String
        /// The kind of image in a bundle that is for it.
        package let image: String
        /// The name of its serial port.
        package let port: String
        package let peripheralProtocol: PeripheralProtocol
        /// Which of the images that MCUboot keeps, from 0.
        package let imageNumber: Int

        package enum PeripheralProtocol: String, CaseIterable, Sendable { case smp }
    }
}
