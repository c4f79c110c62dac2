import Foundation
import SystemPackage
import TestSupport

/// A folder that looks like the kernel's, written from a listing: `path = content`, `path -> target` for a link.
///
/// The listings are of real boards, with the files that matter here.
struct KernelFolder {
    let folder: TemporaryFolder

    var root: FilePath { folder.path }

    init(_ listing: String) throws {
        folder = try TemporaryFolder(inMemory: true)
        for line in listing.split(separator: "\n") where !line.hasPrefix("#") {
            if let arrow = line.firstRange(of: " -> ") {
                try link(String(line[..<arrow.lowerBound]), to: String(line[arrow.upperBound...]))
            } else if let equals = line.firstRange(of: " = ") {
                let content = line[equals.upperBound...].replacingOccurrences(of: "\\n", with: "\n")
                let whole =
                    content.hasSuffix("\\0") ? content.replacingOccurrences(of: "\\0", with: "\0") : content + "\n"
                try set(String(line[..<equals.lowerBound]), whole)
            }
        }
    }

    func set(_ path: String, _ content: String) throws { try folder.write(path, content) }
    func set(_ path: String, bytes: [UInt8]) throws { try folder.write(path, bytes) }

    func link(_ path: String, to target: String) throws {
        let file = folder.file(path)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: file.string, withDestinationPath: target)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: folder.file(path).string) }
}

/// What stands on real machines, in the kernel's own words.
enum Listing: String, CaseIterable {
    case computeModule4, imx8mp, industrialPC, laptop

    var text: String {
        switch self {
        case .computeModule4: Self.computeModule4Text
        case .imx8mp: Self.imx8mpText
        case .industrialPC: Self.industrialPCText
        case .laptop: Self.laptopText
        }
    }

    // The long paths of devices; links lead there from below `sys`.
    private static let emmc = "sys/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:0001"
    private static let i2c2 = "sys/devices/platform/soc@0/30800000.bus/30a40000.i2c/i2c-2"
    private static let i2c1 = "sys/devices/platform/soc@0/30800000.bus/30a30000.i2c/i2c-1"
    private static let nvme = "sys/devices/pci0000:00/0000:00:1d.0/0000:01:00.0/nvme/nvme0"

    /// A Raspberry Pi Compute Module 4 with eMMC.
    private static let computeModule4Text = """
        proc/device-tree/model = Raspberry Pi Compute Module 4 Rev 1.1\\0
        proc/device-tree/compatible = raspberrypi,4-compute-module\\0brcm,bcm2711\\0
        proc/device-tree/serial-number = 10000000a1b2c3d4\\0
        proc/sys/kernel/random/boot_id = 6f1f9a35-2a0c-4e0f-9f6a-27a1a4a4a5d1
        proc/sys/kernel/osrelease = 6.6.51+rpt-rpi-v8
        proc/uptime = 4242.42 16000.01
        proc/loadavg = 0.15 0.10 0.05 1/180 4711
        proc/meminfo = MemTotal:        3884304 kB\\nMemFree:         3000000 kB\\nMemAvailable:    3500000 kB
        sys/devices/virtual/thermal/thermal_zone0/type = cpu-thermal
        sys/devices/virtual/thermal/thermal_zone0/temp = 48686
        sys/devices/virtual/thermal/thermal_zone0/hwmon0/name = cpu_thermal
        sys/devices/virtual/thermal/thermal_zone0/hwmon0/temp1_input = 48686
        sys/class/thermal/thermal_zone0 -> ../../devices/virtual/thermal/thermal_zone0
        sys/class/hwmon/hwmon0 -> ../../devices/virtual/thermal/thermal_zone0/hwmon0
        sys/devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1/name = rpi_volt
        sys/devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1/in0_lcrit_alarm = 0
        sys/class/hwmon/hwmon1 -> ../../devices/platform/soc/soc:firmware/raspberrypi-hwmon/hwmon/hwmon1
        \(emmc)/block/mmcblk0/size = 61079552
        \(emmc)/block/mmcblk0/ro = 0
        \(emmc)/block/mmcblk0/stat = 8192 3133 524288 12345 2048 1024 65536 5432 0 9876 17777 0 0 0 0 0 0
        \(emmc)/block/mmcblk0/device -> ../..
        \(emmc)/block/mmcblk0/mmcblk0p1/partition = 1
        \(emmc)/block/mmcblk0/mmcblk0p1/size = 1048576
        \(emmc)/life_time = 0x01 0x02
        \(emmc)/pre_eol_info = 0x01
        \(emmc)/name = BJTD4R
        \(emmc)/manfid = 0x000015
        \(emmc)/serial = 0x7d2f1a33
        \(emmc)/fwrev = 0x0300000000000000
        \(emmc)/cid = 150100424a54443452037d2f1a33a700
        sys/class/block/mmcblk0 -> ../../\(emmc.dropFirst(4))/block/mmcblk0
        sys/class/block/mmcblk0p1 -> ../../\(emmc.dropFirst(4))/block/mmcblk0/mmcblk0p1
        sys/class/block/loop0/size = 0
        dev/mmcblk0 = a device node
        dev/disk/by-path/platform-fe340000.mmc -> ../../mmcblk0
        sys/class/net/eth0/device/uevent = DRIVER=bcmgenet
        sys/class/net/eth0/operstate = up
        sys/class/net/eth0/carrier = 1
        sys/class/net/eth0/speed = 1000
        sys/class/net/eth0/duplex = full
        sys/class/net/eth0/carrier_changes = 2
        sys/class/net/eth0/address = dc:a6:32:01:02:03
        sys/class/net/eth0/statistics/rx_bytes = 123456789
        sys/class/net/eth0/statistics/tx_bytes = 9876543
        sys/class/net/eth0/statistics/rx_errors = 0
        sys/class/net/eth0/statistics/tx_errors = 0
        sys/class/net/eth0/statistics/rx_dropped = 7
        sys/class/net/eth0/statistics/tx_dropped = 0
        sys/class/net/lo/operstate = unknown
        sys/class/leds/ACT/brightness = 0
        sys/class/leds/ACT/max_brightness = 255
        sys/class/leds/ACT/trigger = none kbd-scrolllock timer heartbeat [mmc0] default-on
        sys/class/leds/PWR/brightness = 255
        sys/class/leds/PWR/max_brightness = 255
        sys/class/leds/PWR/trigger = none timer heartbeat mmc0 [default-on]
        dev/watchdog0 = a device node
        sys/class/watchdog/watchdog0/identity = Broadcom BCM2835 Watchdog timer
        sys/class/watchdog/watchdog0/timeout = 15
        sys/class/watchdog/watchdog0/state = active
        sys/class/watchdog/watchdog0/bootstatus = 0
        sys/class/watchdog/watchdog0/timeleft = 11
        sys/class/watchdog/watchdog0/nowayout = 0
        sys/class/tty/ttyAMA0/device/driver/uevent = x
        sys/class/tty/ttyAMA0/type = 32
        """

    /// An NXP i.MX8M Plus evaluation kit.
    private static let imx8mpText = """
        proc/device-tree/model = NXP i.MX8MPlus EVK board\\0
        proc/device-tree/compatible = fsl,imx8mp-evk\\0fsl,imx8mp\\0
        proc/device-tree/serial-number = 0a1b2c3d4e5f6071\\0
        proc/uptime = 100.00 300.00
        proc/loadavg = 1.00 0.90 0.80 2/200 999
        proc/meminfo = MemTotal:        5900000 kB\\nMemAvailable:    5000000 kB
        proc/pressure/cpu = some avg10=1.25 avg60=0.50 avg300=0.10 total=123456\\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0
        proc/pressure/memory = some avg10=0.00 avg60=0.00 avg300=0.00 total=0\\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0
        proc/pressure/io = some avg10=3.50 avg60=1.00 avg300=0.10 total=4444\\nfull avg10=1.00 avg60=0.20 avg300=0.00 total=222
        sys/class/thermal/thermal_zone0/type = cpu-thermal
        sys/class/thermal/thermal_zone0/temp = 55000
        sys/class/thermal/thermal_zone1/type = soc-thermal
        sys/class/thermal/thermal_zone1/temp = 53000
        sys/class/thermal/cooling_device0/type = cpufreq-cpu0
        sys/class/thermal/cooling_device0/cur_state = 1
        sys/class/thermal/cooling_device0/max_state = 2
        \(i2c2)/2-0048/hwmon/hwmon2/name = tmp102
        \(i2c2)/2-0048/hwmon/hwmon2/temp1_input = 31250
        \(i2c2)/2-0049/hwmon/hwmon3/name = tmp102
        \(i2c2)/2-0049/hwmon/hwmon3/temp1_input = -5500
        \(i2c2)/2-0040/hwmon/hwmon4/name = ina226
        \(i2c2)/2-0040/hwmon/hwmon4/in1_input = 12015
        \(i2c2)/2-0040/hwmon/hwmon4/curr1_input = 842
        \(i2c2)/2-0040/hwmon/hwmon4/power1_input = 10125000
        \(i2c2)/2-0041/hwmon/hwmon5/name = sht3x
        \(i2c2)/2-0041/hwmon/hwmon5/humidity1_input = 43210
        sys/class/hwmon/hwmon2 -> ../../\(i2c2.dropFirst(4))/2-0048/hwmon/hwmon2
        sys/class/hwmon/hwmon3 -> ../../\(i2c2.dropFirst(4))/2-0049/hwmon/hwmon3
        sys/class/hwmon/hwmon4 -> ../../\(i2c2.dropFirst(4))/2-0040/hwmon/hwmon4
        sys/class/hwmon/hwmon5 -> ../../\(i2c2.dropFirst(4))/2-0041/hwmon/hwmon5
        \(i2c1)/1-0049/iio:device0/name = ads1115
        \(i2c1)/1-0049/iio:device0/in_voltage0_raw = 8000
        \(i2c1)/1-0049/iio:device0/in_voltage0_scale = 0.125000000
        \(i2c1)/1-0049/iio:device0/in_voltage0-voltage1_raw = -400
        \(i2c1)/1-0049/iio:device0/in_voltage0-voltage1_scale = 0.125000000
        \(i2c1)/1-0076/iio:device1/name = bmp280
        \(i2c1)/1-0076/iio:device1/in_pressure_input = 101.325
        \(i2c1)/1-0076/iio:device1/in_temp_input = 23500
        \(i2c1)/1-006a/iio:device2/name = lsm6dso_accel
        \(i2c1)/1-006a/iio:device2/in_accel_z_raw = 16384
        \(i2c1)/1-006a/iio:device2/in_accel_scale = 0.000598
        \(i2c1)/1-0077/iio:device3/name = lm73
        \(i2c1)/1-0077/iio:device3/in_temp_raw = 100
        \(i2c1)/1-0077/iio:device3/in_temp_scale = 250
        \(i2c1)/1-0077/iio:device3/in_temp_offset = -10
        sys/bus/iio/devices/iio:device0 -> ../../../\(i2c1.dropFirst(4))/1-0049/iio:device0
        sys/bus/iio/devices/iio:device1 -> ../../../\(i2c1.dropFirst(4))/1-0076/iio:device1
        sys/bus/iio/devices/iio:device2 -> ../../../\(i2c1.dropFirst(4))/1-006a/iio:device2
        sys/bus/iio/devices/iio:device3 -> ../../../\(i2c1.dropFirst(4))/1-0077/iio:device3
        sys/class/block/mmcblk2/size = 30535680
        sys/class/block/mmcblk2/ro = 0
        sys/class/block/mmcblk2/stat = 100 0 800 10 200 0 1600 20 1 30 40
        sys/class/block/mmcblk2/device/life_time = 0x0b 0x03
        sys/class/block/mmcblk2/device/pre_eol_info = 0x03
        sys/class/block/mmcblk2/device/name = DG4032
        sys/class/block/mmcblk2boot0/size = 8192
        sys/class/net/eth0/device/uevent = DRIVER=fec
        sys/class/net/eth0/operstate = down
        sys/class/net/eth0/speed = -1
        sys/class/net/eth0/carrier_changes = 0
        sys/class/net/eth0/statistics/rx_errors = 0
        sys/class/net/eth0/statistics/tx_errors = 0
        sys/class/leds/yellow:status/brightness = 1
        sys/class/leds/yellow:status/max_brightness = 1
        sys/class/leds/yellow:status/trigger = none [heartbeat]
        dev/watchdog0 = a device node
        sys/class/watchdog/watchdog0/identity = imx2+ watchdog
        sys/class/watchdog/watchdog0/timeout = 60
        sys/class/watchdog/watchdog0/pretimeout = 0
        sys/class/watchdog/watchdog0/state = inactive
        sys/class/watchdog/watchdog0/bootstatus = 32
        sys/class/rtc/rtc0/name = rtc-pcf85063 1-0051
        sys/class/rtc/rtc0/since_epoch = 1790000010
        sys/class/rtc/rtc0/hctosys = 1
        sys/class/tty/ttymxc1/device/driver/uevent = x
        """

    /// An industrial x86 PC: coretemp, a Nuvoton super-I/O, NVMe and SATA, iTCO watchdog.
    private static let industrialPCText = """
        sys/class/dmi/id/sys_vendor = Supermicro
        sys/class/dmi/id/product_name = SYS-E100-12T-H
        sys/class/dmi/id/board_name = X12STN-H
        sys/class/dmi/id/bios_version = 1.4
        proc/uptime = 86400.00 170000.00
        proc/loadavg = 0.00 0.01 0.05 1/300 1234
        proc/meminfo = MemTotal:       16000000 kB\\nMemAvailable:   15000000 kB
        sys/devices/platform/coretemp.0/hwmon/hwmon3/name = coretemp
        sys/devices/platform/coretemp.0/hwmon/hwmon3/temp1_input = 51000
        sys/devices/platform/coretemp.0/hwmon/hwmon3/temp1_label = Package id 0
        sys/devices/platform/coretemp.0/hwmon/hwmon3/temp2_input = 49000
        sys/devices/platform/coretemp.0/hwmon/hwmon3/temp2_label = Core 0
        sys/class/hwmon/hwmon3 -> ../../devices/platform/coretemp.0/hwmon/hwmon3
        sys/devices/platform/nct6775.656/hwmon/hwmon4/name = nct6798
        sys/devices/platform/nct6775.656/hwmon/hwmon4/in0_input = 856
        sys/devices/platform/nct6775.656/hwmon/hwmon4/in2_input = 3376
        sys/devices/platform/nct6775.656/hwmon/hwmon4/fan1_input = 0
        sys/devices/platform/nct6775.656/hwmon/hwmon4/fan2_input = 1284
        sys/devices/platform/nct6775.656/hwmon/hwmon4/pwm2 = 153
        sys/devices/platform/nct6775.656/hwmon/hwmon4/temp1_input = 36000
        sys/devices/platform/nct6775.656/hwmon/hwmon4/temp1_label = SYSTIN
        sys/devices/platform/nct6775.656/hwmon/hwmon4/temp1_fault = 0
        sys/devices/platform/nct6775.656/hwmon/hwmon4/temp3_input = 127500
        sys/devices/platform/nct6775.656/hwmon/hwmon4/temp3_label = AUXTIN0
        sys/devices/platform/nct6775.656/hwmon/hwmon4/temp3_fault = 1
        sys/class/hwmon/hwmon4 -> ../../devices/platform/nct6775.656/hwmon/hwmon4
        sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI000D:00/hwmon/hwmon5/name = power_meter
        sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI000D:00/hwmon/hwmon5/power1_average = 38500000
        sys/class/hwmon/hwmon5 -> ../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI000D:00/hwmon/hwmon5
        \(nvme)/model = Samsung SSD 980 500GB
        \(nvme)/serial = S64ENX0R123456
        \(nvme)/firmware_rev = 3B4QFXO7
        \(nvme)/state = live
        \(nvme)/hwmon1/name = nvme
        \(nvme)/hwmon1/temp1_input = 41850
        \(nvme)/hwmon1/temp1_label = Composite
        \(nvme)/nvme0n1/size = 976773168
        \(nvme)/nvme0n1/ro = 0
        \(nvme)/nvme0n1/stat = 1 0 8 1 2 0 16 2 0 3 4
        \(nvme)/nvme0n1/device -> ../../nvme0
        sys/class/block/nvme0n1 -> ../../\(nvme.dropFirst(4))/nvme0n1
        sys/class/hwmon/hwmon1 -> ../../\(nvme.dropFirst(4))/hwmon1
        sys/class/block/sda/size = 1000215216
        sys/class/block/sda/ro = 1
        sys/class/block/sda/stat = 1 0 8 1 2 0 16 2 0 3 4
        sys/class/block/sda/device/state = running
        sys/class/block/sda/device/ioerr_cnt = 0x1f
        sys/class/block/sda/device/vendor = ATA
        sys/class/block/sda/device/model = INTEL SSDSC2KB48
        sys/class/block/sda/device/rev = 0132
        sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count = 3
        sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count = 4
        sys/devices/system/cpu/cpufreq/policy0/x = 0
        sys/class/thermal/cooling_device0/type = Processor
        sys/class/thermal/cooling_device0/cur_state = 0
        sys/class/thermal/cooling_device0/max_state = 10
        dev/watchdog0 = a device node
        sys/class/watchdog/watchdog0/identity = iTCO_wdt
        sys/class/watchdog/watchdog0/timeout = 30
        sys/class/watchdog/watchdog0/state = inactive
        sys/class/watchdog/watchdog0/bootstatus = 0
        sys/class/watchdog/watchdog0/nowayout = 0
        sys/class/rtc/rtc0/name = rtc_cmos rtc_cmos
        sys/class/rtc/rtc0/since_epoch = 1790000000
        """

    /// A laptop with its battery and charger.
    private static let laptopText = """
        sys/class/dmi/id/sys_vendor = LENOVO
        sys/class/dmi/id/product_name = 20XW0026GE
        proc/uptime = 5.00 6.00
        proc/loadavg = 0.00 0.01 0.05 1/300 1234
        proc/meminfo = MemTotal:       16000000 kB\\nMemAvailable:   15000000 kB
        sys/class/power_supply/BAT0/type = Battery
        sys/class/power_supply/BAT0/present = 1
        sys/class/power_supply/BAT0/status = Discharging
        sys/class/power_supply/BAT0/capacity = 76
        sys/class/power_supply/BAT0/capacity_level = Normal
        sys/class/power_supply/BAT0/cycle_count = 213
        sys/class/power_supply/BAT0/energy_full_design = 57000000
        sys/class/power_supply/BAT0/energy_full = 48450000
        sys/class/power_supply/BAT0/energy_now = 36822000
        sys/class/power_supply/BAT0/power_now = 6543000
        sys/class/power_supply/BAT0/voltage_now = 15812000
        sys/class/power_supply/BAT0/manufacturer = SMP
        sys/class/power_supply/BAT0/model_name = 5B10W51826
        sys/class/power_supply/AC/type = Mains
        sys/class/power_supply/AC/online = 0
        sys/class/power_supply/hid-mouse/type = Battery
        sys/class/power_supply/hid-mouse/scope = Device
        sys/class/power_supply/hid-mouse/capacity = 50
        """
}
