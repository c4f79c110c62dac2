import Foundation
import SystemPackage

/// Takes the root file system out of a slot's image, without mounting it and without being root.
struct SlotRoot {
    private let debugfs: String

    init() throws(VirtualDeviceError) {
        debugfs = try Command.find("debugfs", package: "e2fsprogs")
    }

    /// Puts the root of the ext4 image `slot` into `folder`; false where a kernel could not start from it.
    func extract(_ slot: FilePath, into folder: FilePath) -> Bool {
        let manager = FileManager.default
        // Folders in an image may lack the right to write, which their removal needs.
        try? Command.run("/bin/chmod", ["-R", "u+rwX", folder.string])
        try? manager.removeItem(atPath: folder.string)
        guard (try? manager.createDirectory(atPath: folder.string, withIntermediateDirectories: true)) != nil,
            (try? Command.run(debugfs, ["-R", "rdump / \(folder)", slot.string])) != nil
        else { return false }
        // debugfs ends well also with an image that it cannot read.
        return manager.fileExists(atPath: "\(folder)/usr/lib/os-release")
    }
}
