import Foundation
import Glibc
import SystemPackage

/// The kernel's files of a virtual board, below a folder: written so that a reader sees the old or the new content, as of sysfs.
struct BoardFiles: Sendable {
    let root: FilePath

    func located(_ path: String) -> String { root.string + path }

    func make(_ folder: String) throws(VirtualDeviceError) {
        do {
            try FileManager.default.createDirectory(atPath: located(folder), withIntermediateDirectories: true)
        } catch {
            throw .cannot("make '\(folder)'", reason: error.localizedDescription)
        }
    }

    /// Links a path to another of the machine's, relatively, so that the tree can be moved.
    func link(_ path: String, to target: String) throws(VirtualDeviceError) {
        let depth = path.split(separator: "/").count - 1
        try make(FilePath(path).removingLastComponent().string)
        let relative = String(repeating: "../", count: depth) + target.dropFirst()
        unlink(located(path))
        guard symlink(relative, located(path)) == 0 else {
            throw .cannot("link '\(path)'", reason: "\(Errno(rawValue: errno))")
        }
    }

    func write(_ path: String, _ text: String) throws(VirtualDeviceError) {
        let file = located(path)
        let temporary = FilePath(file).removingLastComponent().appending(
            ".\(FilePath(file).lastComponent?.string ?? "")"
        ).string
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: temporary))
        } catch {
            throw .cannot("write '\(path)'", reason: error.localizedDescription)
        }
        guard rename(temporary, file) == 0 else {
            throw .cannot("write '\(path)'", reason: "\(Errno(rawValue: errno))")
        }
    }

    func remove(_ path: String) { unlink(located(path)) }

    /// Puts what never answers in the place of a file: a pipe that nobody writes to, whose opening blocks.
    func hang(_ path: String) throws(VirtualDeviceError) {
        unlink(located(path))
        guard mkfifo(located(path), 0o644) == 0 else {
            throw .cannot("hang '\(path)'", reason: "\(Errno(rawValue: errno))")
        }
    }

    /// Lets those go that hang at a file.
    func release(_ path: String) {
        var status = stat()
        guard lstat(located(path), &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        let pipe = open(located(path), O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        if pipe >= 0 { close(pipe) }
    }
}
