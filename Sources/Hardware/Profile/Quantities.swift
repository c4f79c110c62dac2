/// Something that can be read of every part of one kind, each as an indicator named `part.quantity`.
package protocol Quantity: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    var unit: MeasuredUnit { get }
}

/// What the kernel says of the machine as a whole.
package enum SystemQuantity: String, Quantity {
    case uptime
    /// The load of the last minute.
    case load
    case memoryAvailable = "memory-available"
    /// The share of the last ten seconds in which some task waited.
    case processorPressure = "cpu-pressure"
    case memoryPressure = "memory-pressure"
    case ioPressure = "io-pressure"
    /// How often the cores were slowed because they were hot, since the boot.
    case throttles

    package var unit: MeasuredUnit {
        switch self {
        case .uptime: .second
        case .load, .throttles: .one
        case .memoryAvailable: .byte
        case .processorPressure, .memoryPressure, .ioPressure: .percent
        }
    }

    /// What is read where the profile does not say: what every Linux has.
    package static let standard: [SystemQuantity] = [.uptime, .load, .memoryAvailable]
}

package enum SupplyKind: String, CaseIterable, Sendable {
    case battery, mains, usb, ups

    package var standard: [SupplyQuantity] {
        switch self {
        case .battery: [.status, .health, .level, .condition, .cycles, .voltage]
        case .mains, .usb: [.online]
        case .ups: [.online, .status, .level]
        }
    }
}

/// What a power supply says (kernel: Documentation/ABI/testing/sysfs-class-power).
package enum SupplyQuantity: String, Quantity {
    case status, health, present, online
    /// The charge in percent of a full one.
    case level
    case levelName = "level-name"
    /// What a full charge holds, in percent of what it was designed to hold.
    case condition
    case cycles, voltage, current, power, temperature
    case chargeNow = "charge-now"
    case chargeFull = "charge-full"
    case chargeFullDesign = "charge-full-design"
    case energyNow = "energy-now"
    case energyFull = "energy-full"
    case energyFullDesign = "energy-full-design"
    case timeToEmpty = "time-to-empty"

    package var unit: MeasuredUnit {
        switch self {
        case .status, .health, .levelName: .word
        case .present, .online, .cycles: .one
        case .level, .condition: .percent
        case .voltage: .volt
        case .current: .ampere
        case .power: .watt
        case .temperature: .celsius
        case .chargeNow, .chargeFull, .chargeFullDesign: .ampereHour
        case .energyNow, .energyFull, .energyFullDesign: .wattHour
        case .timeToEmpty: .second
        }
    }
}

package enum StorageKind: String, CaseIterable, Sendable {
    case mmc, nvme, scsi, block

    package var standard: [StorageQuantity] {
        let traffic: [StorageQuantity] = [.isReadOnly, .bytesWritten]
        return switch self {
        case .mmc: [.lifeUsed, .endOfLife] + traffic
        case .nvme: [.state, .temperature] + traffic
        case .scsi: [.state, .ioErrors] + traffic
        case .block: traffic
        }
    }

    /// Whether a medium of this kind can say it at all.
    package func has(_ quantity: StorageQuantity) -> Bool {
        switch quantity {
        case .lifeUsed, .lifeUsedA, .lifeUsedB, .endOfLife: self == .mmc
        case .temperature: self == .nvme
        case .state: self == .nvme || self == .scsi
        case .ioErrors: self == .scsi
        default: true
        }
    }
}

/// What a medium says of itself and of its traffic.
package enum StorageQuantity: String, Quantity {
    /// The larger of the two estimates, at the upper end of the tenth that the medium names.
    case lifeUsed = "life-used"
    case lifeUsedA = "life-used-a"
    case lifeUsedB = "life-used-b"
    /// `normal`, `warning` or `urgent`: how far the reserved blocks are used (JEDEC eMMC 5.0, PRE_EOL_INFO).
    case endOfLife = "end-of-life"
    case state, temperature
    case ioErrors = "io-errors"
    case size
    case isReadOnly = "read-only"
    case reads, writes
    case bytesRead = "bytes-read"
    case bytesWritten = "bytes-written"
    case inFlight = "in-flight"
    /// How long the medium was busy since the boot.
    case busy

    package var unit: MeasuredUnit {
        switch self {
        case .lifeUsed, .lifeUsedA, .lifeUsedB: .percent
        case .endOfLife, .state: .word
        case .temperature: .celsius
        case .size, .bytesRead, .bytesWritten: .byte
        case .busy: .second
        case .ioErrors, .isReadOnly, .reads, .writes, .inFlight: .one
        }
    }
}

/// What a network interface says (kernel: Documentation/ABI/testing/sysfs-class-net and …-statistics).
package enum NetworkQuantity: String, Quantity {
    case carrier, state, speed, duplex
    case carrierChanges = "carrier-changes"
    case bytesReceived = "bytes-received"
    case bytesSent = "bytes-sent"
    case receiveErrors = "receive-errors"
    case sendErrors = "send-errors"
    case receiveDrops = "receive-drops"
    case sendDrops = "send-drops"

    package var unit: MeasuredUnit {
        switch self {
        case .state, .duplex: .word
        case .speed: .megabitPerSecond
        case .bytesReceived, .bytesSent: .byte
        case .carrier, .carrierChanges, .receiveErrors, .sendErrors, .receiveDrops, .sendDrops: .one
        }
    }

    package static let standard: [NetworkQuantity] = [.state, .carrierChanges, .receiveErrors, .sendErrors]
}

package enum LEDQuantity: String, Quantity {
    /// In percent of the brightest.
    case brightness
    /// What switches it.
    case trigger

    package var unit: MeasuredUnit { self == .brightness ? .percent : .word }

    package static let standard: [LEDQuantity] = [.trigger]
}

/// What a watchdog says (kernel: Documentation/ABI/testing/sysfs-class-watchdog).
package enum WatchdogQuantity: String, Quantity {
    case state, timeout, pretimeout
    case timeLeft = "time-left"
    /// Bits that say whether it restarted the machine (linux/watchdog.h, WDIOF_CARDRESET = 32).
    case bootStatus = "boot-status"

    package var unit: MeasuredUnit {
        switch self {
        case .state: .word
        case .timeout, .pretimeout, .timeLeft: .second
        case .bootStatus: .one
        }
    }

    package static let standard: [WatchdogQuantity] = [.state, .bootStatus]
}

package enum RTCQuantity: String, Quantity {
    /// Seconds since 1970.
    case time
    /// How far it is ahead of the system's clock, to a second.
    case offset

    package var unit: MeasuredUnit { .second }

    package static let standard: [RTCQuantity] = [.offset]
}
