import Foundation
import Testing

/// The sources of this package, as the architecture tests read them.
struct SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File {
        /// The path from the root of the package.
        let path: String
        let text: String
        /// The target it belongs to: the folder below `Sources` or `Tests`.
        let target: String
        let lines: [Substring]

        /// The modules it imports, with whether the import shows in package signatures.
        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                guard let index = words.firstIndex(of: "import"), index <= 2, index + 1 < words.count,
                    words[..<index].allSatisfy({ ["package", "private", "@preconcurrency"].contains($0) })
                else { return nil }
                // `import struct Module.Name` names the module second.
                let kinds = ["struct", "class", "enum", "protocol", "func", "var", "typealias"]
                let name =
                    kinds.contains(words[index + 1]) && index + 2 < words.count ? words[index + 2] : words[index + 1]
                return name.split(separator: ".").first.map(String.init)
            }
        }

        /// The lines without what stands in comments.
        var code: [(number: Int, text: Substring)] {
            lines.enumerated().compactMap { number, line in
                let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line[...]
                return code.allSatisfy(\.isWhitespace) ? nil : (number + 1, code)
            }
        }
    }

    /// Every Swift file below a folder of the package.
    static func files(in folder: String) throws -> [File] {
        let start = root.appendingPathComponent(folder)
        let names = try #require(FileManager.default.enumerator(atPath: start.path))
        return try names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: start.appendingPathComponent(name), encoding: .utf8)
            return File(
                path: "\(folder)/\(name)", text: text, target: String(name.split(separator: "/")[0]),
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}
