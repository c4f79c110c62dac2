import CLinux
import Glibc

/// What the kernel says of a file, links not followed (inode(7)).
package struct FileStatus: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case regular = "file"
        case folder, link, fifo, socket
        case blockDevice = "block-device"
        case characterDevice = "character-device"
    }

    package let kind: Kind
    /// The permission bits with set-user-id, set-group-id and sticky.
    package let mode: UInt32
    package let user: UInt32
    package let group: UInt32
    package let size: UInt64
    package let device: UInt64
    package let inode: UInt64
    /// When its content and when anything of it last changed, in nanoseconds since 1970.
    package let modified: Int64
    package let changed: Int64

    init(_ status: ac_status) {
        kind =
            switch mode_t(status.mode) & S_IFMT {
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFBLK: .blockDevice
            case S_IFCHR: .characterDevice
            default: .regular
            }
        mode = status.mode & 0o7777
        user = status.user
        group = status.group
        size = status.size
        device = status.device
        inode = status.inode
        modified = status.modified
        changed = status.changed
    }
}
