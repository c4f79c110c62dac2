import CLinux
import Glibc
package import SystemPackage

/// A stranger's file system, mounted read-only in no place at all, so that nothing but its owner can come into it.
///
/// It goes when its owner lets go of it; a file that was opened stays readable after that, also in another process.
package final class DetachedMount: Sendable {
    private let root: CInt
    private let device: FilePath

    /// Needs CAP_SYS_ADMIN.
    package init(_ kind: FileSystemKind, on device: FilePath) throws(StorageError) {
        let options = kind.mountOptions.map { strdup($0) }
        defer { for option in options { free(option) } }
        let pointers = options.map { UnsafePointer($0) } + [nil]
        let status = device.withPlatformString { source in
            pointers.withUnsafeBufferPointer { ac_mount_detached(kind.rawValue, source, $0.baseAddress) }
        }
        guard status >= 0 else { throw .cannot("mount", device, Errno(rawValue: -status)) }
        root = status
        self.device = device
    }

    deinit { close(root) }

    /// Opens a regular file for reading, by a path from the root that leads through no link; anything else is refused.
    package func open(_ path: String) throws(StorageError) -> OpenFile {
        // A pipe on the stick must not hold us up.
        let file = OpenFile(
            descriptor: try descriptor(path, O_RDONLY | O_NONBLOCK), path: shown(path), observer: nil)
        guard file.isRegular else { throw .cannot("open", shown(path), .notSupported) }
        return file
    }

    /// The names in a folder as they come, without `.` and `..`, at most `limit`; whether there were more.
    package func names(in folder: String, limit: Int) throws(StorageError) -> (names: [[UInt8]], isAll: Bool) {
        let descriptor = try descriptor(folder, O_RDONLY | O_DIRECTORY)
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw .cannot("list", shown(folder), Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .cannot("list", shown(folder), Errno(rawValue: errno)) }
                return (names, true)
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            if name == [46] || name == [46, 46] { continue }
            guard names.count < limit else { return (names, false) }
            names.append(name)
        }
    }

    private func descriptor(_ path: String, _ flags: CInt) throws(StorageError) -> CInt {
        let status = retrying { ac_open_beneath(root, path, flags) }
        guard status >= 0 else { throw .cannot("open", shown(path), Errno(rawValue: -status)) }
        return status
    }

    private func shown(_ path: String) -> FilePath { device.appending(path) }
}
