package import SystemPackage

/// Where a sensor is found, in words that are the same after every boot.
package enum SensorSource: Sendable, Hashable {
    case hwmon(HwmonChannel)
    case thermal(ThermalZone)
    case cooling(CoolingDevice)
    case iio(IIOChannel)
    case file(FilePath)

    /// As profiles spell it.
    package var driver: SensorDriver {
        switch self {
        case .hwmon: .hwmon
        case .thermal: .thermal
        case .cooling: .cooling
        case .iio: .iio
        case .file: .file
        }
    }
}

package enum SensorDriver: String, CaseIterable, Sendable { case hwmon, thermal, cooling, iio, file }

/// A channel of a monitoring chip (kernel: Documentation/hwmon/sysfs-interface.rst).
package struct HwmonChannel: Sendable, Hashable {
    /// The chip's `name`.
    package let chip: String
    /// The end of its device's path, where several chips have the same name: `i2c-2/2-0048`.
    package let device: String?
    package let kind: Kind
    package let selector: Selector

    package enum Selector: Sendable, Hashable {
        /// `temp1`
        case number(Int)
        /// The content of `temp*_label`.
        case label(String)
    }

    package enum Kind: String, CaseIterable, Sendable {
        case temperature = "temp"
        case voltage = "in"
        case current = "curr"
        case power = "power"
        case energy = "energy"
        case fan = "fan"
        case humidity = "humidity"
        case pwm = "pwm"

        package var unit: MeasuredUnit {
            switch self {
            case .temperature: .celsius
            case .voltage: .volt
            case .current: .ampere
            case .power: .watt
            case .energy: .joule
            case .fan: .rotationsPerMinute
            case .humidity, .pwm: .percent
            }
        }

        /// What the kernel's number is multiplied by to be in `unit`.
        package var scale: Double {
            switch self {
            case .temperature, .voltage, .current, .humidity: 1e-3
            case .power, .energy: 1e-6
            case .fan: 1
            case .pwm: 100.0 / 255.0
            }
        }
    }
}

/// A thermal zone by its `type` (kernel: Documentation/driver-api/thermal/sysfs-api.rst).
package struct ThermalZone: Sendable, Hashable {
    package let type: String
    /// Which of several of the same type, in the order of the kernel's numbers, from 0.
    package let index: Int
}

/// What the kernel cools with, by its `type`: a fan, or a processor that is slowed down.
package struct CoolingDevice: Sendable, Hashable {
    package let type: String
    /// Which of several of the same type, in the order of the kernel's numbers, from 0.
    package let index: Int
}

/// A channel of an industrial I/O device (kernel: Documentation/ABI/testing/sysfs-bus-iio).
package struct IIOChannel: Sendable, Hashable {
    /// The device's `name`.
    package let device: String
    /// The end of its path, where several devices have the same name: `spi0.1`.
    package let path: String?
    package let kind: Kind
    /// As it stands between `in_` and `_raw`: `voltage0`, `accel_x`.
    package let channel: String

    package enum Kind: String, CaseIterable, Sendable {
        case voltage, current, power, temp, resistance, pressure, illuminance, accel, anglvel, magn, energy
        case relativeHumidity = "humidityrelative"
        case proximity, count, index

        package var unit: MeasuredUnit {
            switch self {
            case .voltage: .volt
            case .current: .ampere
            case .power: .watt
            case .temp: .celsius
            case .resistance: .ohm
            case .pressure: .pascal
            case .illuminance: .lux
            case .accel: .metrePerSecondSquared
            case .anglvel: .degreePerSecond
            case .magn: .tesla
            case .energy: .joule
            case .relativeHumidity: .percent
            case .proximity, .count, .index: .one
            }
        }

        /// What the ABI's number is multiplied by to be in `unit`: it has millivolts, kilopascals, gauss, radians.
        package var scale: Double {
            switch self {
            case .voltage, .current, .power, .temp, .relativeHumidity: 1e-3
            case .pressure: 1e3
            case .magn: 1e-4
            case .anglvel: 180.0 / Double.pi
            case .resistance, .illuminance, .accel, .energy, .proximity, .count, .index: 1
            }
        }
    }
}
