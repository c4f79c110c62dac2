import Foundation

/// The product's programs as the build made them, beside the program that runs.
package enum Programs {
    /// There is no such program: the whole package was not built.
    package struct NotBuilt: Error, CustomStringConvertible {
        package let path: String
        package var description: String { "build it first: \(path)" }
    }

    /// The path of the program `name`; throws `NotBuilt` where there is none.
    package static func path(_ name: String) throws(NotBuilt) -> String {
        let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = products.appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw NotBuilt(path: path) }
        return path
    }
}
