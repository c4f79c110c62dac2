import CLinux
import Glibc
package import SystemPackage

/// A GPIO controller's character device (kernel: Documentation/userspace-api/gpio/chardev.rst).
///
/// Expanders on a bus can hang: call this on a thread that may be lost.
package final class GPIOChip: Sendable {
    package let path: FilePath
    /// `gpiochip2`: its number changes between boots.
    package let name: String
    /// What the driver calls it; a number does not change.
    package let label: String
    package let lineCount: UInt32
    private let descriptor: CInt

    package init(_ path: FilePath) throws(StorageError) {
        let descriptor = retrying { path.withPlatformString { ac_open($0, O_RDWR | O_CLOEXEC | O_NONBLOCK, 0) } }
        guard descriptor >= 0 else { throw .cannot("open", path, Errno(rawValue: -descriptor)) }
        var chip = ac_gpio_chip()
        let status = ac_gpio_examine(descriptor, &chip)
        guard status >= 0 else {
            close(descriptor)
            throw .cannot("examine", path, Errno(rawValue: -status))
        }
        self.path = path
        self.descriptor = descriptor
        name = text(&chip.name)
        label = text(&chip.label)
        lineCount = chip.lines
    }

    deinit { close(descriptor) }

    /// The number of the line with this name; nil where there is none.
    package func offset(ofLine name: String) throws(StorageError) -> UInt32? {
        for offset in 0..<lineCount {
            var found = [CChar](repeating: 0, count: 32)
            let status = ac_gpio_line_name(descriptor, offset, &found)
            guard status >= 0 else { throw .cannot("examine", path, Errno(rawValue: -status)) }
            if found.prefix(while: { $0 != 0 }).map(UInt8.init(bitPattern:)) == Array(name.utf8) { return offset }
        }
        return nil
    }

    /// Takes one line; refused with EBUSY where a driver or another program has it.
    package func request(
        _ offset: UInt32, output value: Bool? = nil, isActiveLow: Bool
    ) throws(StorageError) -> GPIOLine {
        let line = ac_gpio_request(
            descriptor, offset, value == nil ? 0 : 1, isActiveLow ? 1 : 0, value == true ? 1 : 0, "aftercare")
        guard line >= 0 else { throw .cannot("take line \(offset) of", path, Errno(rawValue: -line)) }
        return GPIOLine(descriptor: line, path: path)
    }
}

/// A GPIO line that is ours until its owner lets go of it; an output may change then.
package final class GPIOLine: Sendable {
    private let descriptor: CInt
    private let path: FilePath

    fileprivate init(descriptor: CInt, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Whether the line is active: high, or low where it is active low.
    package func isActive() throws(StorageError) -> Bool {
        let value = ac_gpio_get(descriptor)
        guard value >= 0 else { throw .cannot("read a line of", path, Errno(rawValue: -value)) }
        return value == 1
    }

    package func set(_ isActive: Bool) throws(StorageError) {
        let status = ac_gpio_set(descriptor, isActive ? 1 : 0)
        guard status >= 0 else { throw .cannot("set a line of", path, Errno(rawValue: -status)) }
    }
}

/// The text in a fixed field that a zero byte ends.
private func text<Field>(_ field: inout Field) -> String {
    withUnsafeBytes(of: &field) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}
