import Foundation
import Testing

@Suite("The rules of the sources")
struct SourceRuleTests {
    private let sources: [SourceTree.File]
    private let tests: [SourceTree.File]

    /// Only these may use full Foundation: they never run on a device.
    private static let offTheDevice: Set<String> = [
        "TestSupport", "VirtualDevice", "PowerCuts", "aftercare-fleet", "fuzz",
    ]
    /// Only these may use FoundationEssentials; nothing needs it so far.
    private static let essentials: Set<String> = []
    private static let executables: Set<String> = ["aftercare", "aftercare-fleet", "power-cut-sweep", "fuzz"]
    private static let cModules: Set<String> = [
        "COpenSSL", "CSystemd", "CCurl", "CZstd", "CZlib", "CCBOR", "CQRencode", "CSQLite", "CLinux",
    ]
    /// Platform is made of it, a virtual device of processes, and programs of exit statuses, terminals and signals.
    private static let libraryC: Set<String> = [
        "Platform", "TestSupport", "VirtualDevice", "PowerCuts", "Commands", "aftercare", "aftercare-fleet",
        "fuzz",
    ]

    init() throws {
        sources = try SourceTree.files(in: "Sources")
        tests = try SourceTree.files(in: "Tests")
        try #require(sources.count > 20 && tests.count > 10)
    }

    private func refuse(_ files: [SourceTree.File], _ rule: String, where breaks: (Substring) -> Bool) {
        for file in files {
            for (number, line) in file.code where breaks(line) {
                Issue.record("\(rule): \(file.path):\(number): \(line)")
            }
        }
    }

    private func imports(_ modules: Set<String>, onlyIn targets: Set<String>) {
        for file in sources where !targets.contains(file.target) {
            #expect(modules.isDisjoint(with: file.imports), "\(file.path)")
        }
    }

    @Test("C modules are imported in Platform alone, but for the one that reads TOML")
    func cModules() {
        imports(Self.cModules, onlyIn: ["Platform"])
        imports(["CTOML"], onlyIn: ["Documents"])
    }

    @Test("Nothing that runs on a device imports Foundation")
    func foundation() {
        imports(["Foundation", "FoundationNetworking", "FoundationXML"], onlyIn: Self.offTheDevice)
        imports(["FoundationEssentials", "FoundationInternationalization"], onlyIn: Self.essentials)
    }

    @Test("The C library is called in Platform and the programs alone")
    func glibc() { imports(["Glibc", "Musl"], onlyIn: Self.libraryC) }

    @Test("Visibility between targets is package: nothing is public or open")
    func nothingIsPublic() throws {
        let rule = try Regex(
            #"(^|\s)(public|open)\s+(final|class|struct|enum|protocol|func|var|let|init|static|extension|import|actor|typealias|subscript)\b"#
        )
        refuse(sources, "nothing is public") { $0.firstMatch(of: rule) != nil }
    }

    @Test("Tests see what other targets see")
    func noTestable() { refuse(sources + tests, "no @testable") { $0.hasPrefix("@testable") } }

    @Test("Only the programs print")
    func printing() throws {
        let rule = try Regex(#"(^|[^\w.])(print|debugPrint|dump|NSLog)\("#)
        refuse(sources.filter { !Self.executables.contains($0.target) }, "only the programs print") {
            $0.firstMatch(of: rule) != nil && !$0.contains("func ")
        }
    }

    @Test("Nothing traps on outside input: no forced tries or casts")
    func forcing() throws {
        let rule = try Regex(#"\b(try!|as!)(\s|$)"#)
        refuse(sources, "no forcing") { $0.firstMatch(of: rule) != nil }
    }

    @Test("A promise that the compiler cannot check has its reason beside it")
    func uncheckedPromises() throws {
        for file in sources {
            for (number, line) in file.code
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let around = file.lines[max(0, number - 4)..<min(file.lines.count, number + 3)]
                #expect(around.contains(where: Self.isReason), "\(file.path):\(number)")
            }
        }
    }

    /// A comment of more than a word or two that is no documentation: that says what a thing is, not why a promise holds.
    private static func isReason(_ line: Substring) -> Bool {
        guard let start = line.firstRange(of: "//") else { return false }
        let comment = line[start.upperBound...]
        return !comment.hasPrefix("/") && comment.split(separator: " ").count >= 3
    }

    @Test(
        "A reason is a comment in words, not documentation",
        arguments: [
            ("    // Not checked, because a pointer never is.", true),
            ("let x = 1  // Set once, before all threads.", true),
            ("    /// What it is, at length and with care.", false), ("    // why", false), ("let x = 1", false),
        ])
    func reasons(_ line: String, _ isReason: Bool) { #expect(Self.isReason(line[...]) == isReason) }

    @Test("A file has at most 400 lines, of at most 140 columns")
    func sizes() {
        for file in sources {
            #expect(file.lines.count <= 401, "\(file.path): \(file.lines.count) lines")
            for (number, line) in file.lines.enumerated() where line.count > 140 {
                Issue.record("\(file.path):\(number + 1): \(line.count) columns")
            }
        }
    }

    @Test("Nothing is left to be done later, and no test waits for a while")
    func noLeftovers() throws {
        let later = try Regex(#"\b(TODO|FIXME|XXX|HACK)\b"#)
        for file in sources + tests where !file.path.hasSuffix("SourceRuleTests.swift") {
            for (number, line) in file.lines.enumerated() where line.firstMatch(of: later) != nil {
                Issue.record("\(file.path):\(number + 1): \(line)")
            }
        }
        let wait = try Regex(#"\b(Task\.sleep|Thread\.sleep|usleep|nanosleep)\b"#)
        refuse(tests.filter { !$0.path.hasSuffix("SourceRuleTests.swift") }, "wait for an event") {
            $0.firstMatch(of: wait) != nil
        }
    }
}
