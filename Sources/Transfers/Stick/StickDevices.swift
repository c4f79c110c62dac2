import Platform
package import SystemPackage

/// The disks that somebody may have plugged in.
package enum StickDevices {
    /// The kernel's names of removable disks and of those on USB, at most 8, in the kernel's order.
    package static func all(root: FilePath = "/") -> [String] {
        let folder = root.appending("sys/block")
        let names = (try? Storage().names(in: folder)) ?? []
        return Array(names.filter { isName($0) && isRemovable(folder.appending($0)) }.prefix(8))
    }

    private static func isRemovable(_ device: FilePath) -> Bool {
        let storage = Storage()
        func number(_ file: String) -> UInt64? {
            guard let bytes = try? storage.read(device.appending(file), limit: 64) else { return nil }
            return UInt64(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
        }
        // A card reader without a card has no size.
        guard number("size") ?? 0 > 0 else { return false }
        let isOnUSB = FileIdentity.resolve(device).components.contains { $0.string.hasPrefix("usb") }
        return number("removable") == 1 || isOnUSB
    }

    /// The names of the first four partitions, then the disk itself.
    static func parts(of device: String, root: FilePath) -> [String] {
        let names = (try? Storage().names(in: root.appending("sys/block").appending(device))) ?? []
        return Array(names.filter { $0.hasPrefix(device) && isName($0) }.prefix(4)) + [device]
    }

    /// What a block device can be called, so that it is a name in a folder and a unit's instance.
    package static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
    }
}
