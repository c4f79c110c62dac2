import Glibc
package import SystemPackage

extension Storage {
    /// How many bytes a folder's file system has room for, without what is kept for root (statvfs(3)).
    package func freeSpace(in folder: FilePath) throws(StorageError) -> UInt64 {
        var status = statvfs()
        guard folder.withPlatformString({ statvfs($0, &status) }) == 0 else {
            throw .cannot("examine", folder, Errno(rawValue: errno))
        }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
