import Foundation
import SystemPackage

/// Takes the root file system out of a slot's image, without mounting it and without being root.
struct SlotRoot {
    private let debugfs: String

    init() throws(VirtualDeviceError) {
        debugfs = try Command.find("debugfs", package: "e2fsprogs")
    }

    /// What only a kernel and a C library of the image's own would need; the virtual machine runs on those of its host.
    private static let skipped: Set<String> = ["/boot", "/dev", "/proc", "/sys", "/run", "/tmp", "/var"]
    private static let skippedInUsr: Set<String> = ["/usr/share", "/usr/lib/modules", "/usr/lib/firmware"]

    /// Puts the root of the ext4 image `slot` into `folder`; false where a kernel could not start from it.
    func extract(_ slot: FilePath, into folder: FilePath) -> Bool {
        let manager = FileManager.default
        // Folders in an image may lack the right to write, which their removal needs.
        _ = try? Command.run("/bin/chmod", ["-R", "u+rwX", folder.string])
        try? manager.removeItem(atPath: folder.string)
        do {
            try extract(["/"], from: slot, into: folder.string)
        } catch {
            return false
        }
        // debugfs ends well also with an image that it cannot read.
        return manager.fileExists(atPath: "\(folder)/usr/lib/os-release")
    }

    /// Copies what stands in each of `parents`, going one level deeper where something in it is left out.
    private func extract(_ parents: [String], from slot: FilePath, into folder: String) throws {
        for parent in parents {
            try FileManager.default.createDirectory(atPath: folder + parent, withIntermediateDirectories: true)
            let names = try names(in: parent, of: slot)
            let paths = names.map { parent == "/" ? "/\($0)" : "\(parent)/\($0)" }
            let deeper = paths.filter { $0 == "/usr" || $0 == "/usr/lib" }
            let whole = paths.filter { path in
                !deeper.contains(path) && !Self.skipped.contains(path) && !Self.skippedInUsr.contains(path)
                    && !path.hasSuffix("-linux-gnu")
            }
            if !whole.isEmpty {
                let quoted = whole.map { "\"\($0)\"" }.joined(separator: " ")
                try Command.run(debugfs, ["-R", "rdump \(quoted) \"\(folder + parent)\"", slot.string])
            }
            try extract(deeper, from: slot, into: folder)
        }
    }

    /// The names in a folder of the image, from lines like `/12/040755/0/0/etc//`.
    private func names(in parent: String, of slot: FilePath) throws -> [String] {
        let listing = try Command.run(debugfs, ["-R", "ls -p \"\(parent)\"", slot.string])
        return listing.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "/", omittingEmptySubsequences: false)
            guard fields.count > 5, fields[1] != "0" else { return nil }
            let name = String(fields[5])
            return [".", "..", "lost+found", ""].contains(name) ? nil : name
        }
    }
}
