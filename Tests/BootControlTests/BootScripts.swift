import Foundation
import SystemPackage
import TestSupport
import Testing

/// The boot scripts that ship, in the folder of the package.
enum BootScripts {
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("scripts/boot/\(name)").path
    }

    static func copy(_ name: String, into folder: TemporaryFolder) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path(name)))
        try folder.write(URL(fileURLWithPath: name).lastPathComponent, Array(bytes))
    }
}
