/// The file systems of which a stick may have one, told by their superblocks, read by ourselves.
///
/// The kernel is never asked to try one after the other: each try hands hostile bytes to one more driver.
package enum FileSystemKind: String, Sendable, CaseIterable {
    case vfat, exfat, ext4, iso9660

    /// How far into a device the farthest of the marks lies.
    private static let extent = 32774

    /// Nil where none is recognised, also on a device that is too small.
    package init?(_ device: OpenFile) throws(StorageError) {
        let size = try device.size()
        let head = try device.read(Int(min(size, UInt64(Self.extent))), at: 0)
        self.init(head: head)
    }

    init?(head: [UInt8]) {
        func has(_ mark: String, at offset: Int) -> Bool {
            offset + mark.utf8.count <= head.count && head[offset...].starts(with: mark.utf8)
        }
        let isBootSector = head.count >= 512 && head[510] == 0x55 && head[511] == 0xAA
        if isBootSector, has("EXFAT   ", at: 3) {
            self = .exfat
        } else if isBootSector, head[0] == 0xEB || head[0] == 0xE9,
            has("FAT32   ", at: 82) || has("FAT16   ", at: 54) || has("FAT12   ", at: 54)
        {
            self = .vfat
        } else if head.count >= 1082, head[1080] == 0x53, head[1081] == 0xEF {
            self = .ext4
        } else if has("CD001", at: 32769) {
            self = .iso9660
        } else {
            return nil
        }
    }

    /// What a mount of a stranger's file system needs besides being read-only.
    ///
    /// A superblock of ext4 may ask the kernel to panic at the first error, and a journal to be replayed, which writes.
    var mountOptions: [String] {
        switch self {
        case .ext4: ["noload", "errors=continue"]
        case .vfat: ["errors=continue"]
        case .exfat: ["errors=continue"]
        case .iso9660: []
        }
    }
}
