package import Platform
import SystemPackage

// What of a board can be driven, by the names of its profile.
extension Board {
    /// Has a trigger of the kernel's switch an LED (`heartbeat`, `none`); it blocks for as long as the driver does.
    package func setTrigger(_ trigger: String, ofLED name: String) throws(HardwareError) {
        let led = try led(name)
        try write("\(led.folder)/trigger", trigger)
    }

    /// Lights an LED to a share of its brightest, from 0 to 1; a trigger that still switches it would undo that.
    package func setBrightness(_ share: Double, ofLED name: String) throws(HardwareError) {
        let led = try led(name)
        var tree = KernelTree(root: root)
        let most: Double
        do throws(Lack) { most = try tree.number("\(led.folder)/max_brightness") } catch {
            throw .cannotDrive(name, reason: error.words)
        }
        // The least light is still light.
        let level = share <= 0 ? 0 : max(1, (min(share, 1) * most).rounded())
        try write("\(led.folder)/trigger", "none")
        try write("\(led.folder)/brightness", level.plain)
    }

    /// The triggers that an LED can have.
    package func triggers(ofLED name: String) throws(HardwareError) -> [String] {
        let led = try led(name)
        var tree = KernelTree(root: root)
        do throws(Lack) {
            return try tree.text("\(led.folder)/trigger").split(separator: " ").map { word in
                String(word.filter { $0 != "[" && $0 != "]" })
            }
        } catch {
            throw .cannotDrive(name, reason: error.words)
        }
    }

    /// Takes an output and sets it; it may change again once the line is let go of.
    package func takeOutput(_ name: String, isActive: Bool) throws(HardwareError) -> GPIOLine {
        guard let gpio = profile.gpios.first(where: { $0.name == name }), gpio.direction == .output else {
            throw .notThere("output", name)
        }
        let line: GPIOLine?
        do {
            let chip = try gpio.controller(KernelTree(root: root))
            line = try gpio.offset(on: chip).map { (offset) throws(StorageError) in
                try chip.request(offset, output: isActive, isActiveLow: gpio.isActiveLow)
            }
        } catch let lack as Lack {
            throw .cannotDrive(name, reason: lack.words)
        } catch {
            throw .cannotDrive(name, reason: "\(error)")
        }
        guard let line else { throw .cannotDrive(name, reason: "its chip has no such line") }
        return line
    }

    /// Opens the watchdog, which arms it, and gives it the profile's times; from now on it must be fed.
    package func takeWatchdog() throws(HardwareError) -> WatchdogDevice {
        guard let watchdog = profile.watchdog else { throw .notThere("watchdog", "watchdog") }
        do throws(StorageError) {
            let device = try WatchdogDevice(FilePath(KernelTree(root: root).located(watchdog.device.string)))
            // Before anything is set: how much of the time before is left, nobody knows.
            try device.feed()
            try device.setTimeout(seconds: Int(watchdog.timeout.components.seconds))
            if let pretimeout = watchdog.pretimeout, device.hasPretimeout {
                try device.setPretimeout(seconds: Int(pretimeout.components.seconds))
            }
            return device
        } catch {
            throw .cannotDrive("watchdog", reason: error.description)
        }
    }

    private func led(_ name: String) throws(HardwareError) -> BoardProfile.LED {
        guard let led = profile.leds.first(where: { $0.name == name }) else { throw .notThere("LED", name) }
        return led
    }

    private func write(_ path: String, _ text: String) throws(HardwareError) {
        let file = FilePath(KernelTree(root: root).located(path))
        do { try KernelFile.write(file, text) } catch { throw .cannotDrive(path, reason: error.description) }
    }
}
