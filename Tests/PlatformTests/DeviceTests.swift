import Platform
import SystemPackage
import TestSupport
import Testing

/// Without a GPIO controller and a watchdog only what is refused can be seen here.
@Suite("Devices that are driven by ioctl")
struct DeviceTests {
    @Test("What is no GPIO chip is refused, and so is one that is not there")
    func noChip() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("gpiochip0", "")
        #expect(throws: StorageError.cannot("examine", file, .inappropriateIOCTLForDevice)) { try GPIOChip(file) }
        let none = folder.file("gpiochip1")
        #expect(throws: StorageError.cannot("open", none, .noSuchFileOrDirectory)) { try GPIOChip(none) }
    }

    @Test("What is no watchdog is refused, and so is one that is not there")
    func noWatchdog() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("watchdog0", "")
        #expect(throws: StorageError.cannot("examine", file, .inappropriateIOCTLForDevice)) { try WatchdogDevice(file) }
        let none = folder.file("watchdog1")
        #expect(throws: StorageError.cannot("open", none, .noSuchFileOrDirectory)) { try WatchdogDevice(none) }
    }

    @Test("An attribute is written as one piece")
    func writing() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("trigger", "")
        try KernelFile.write(file, "heartbeat")
        #expect(try folder.read("trigger") == Array("heartbeat".utf8))
        #expect(throws: StorageError.self) { try KernelFile.write(folder.file("none"), "x") }
    }
}
