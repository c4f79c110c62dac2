import Foundation
import TestSupport
import Testing

@Suite("The device program as it is linked")
struct BinaryTests {
    /// The folder that the build put the tests and the programs into.
    private static let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

    private let program: String

    init() throws {
        let candidates = [Self.products, SourceTree.root.appendingPathComponent(".build/debug")]
            .map { $0.appendingPathComponent("aftercare").path }
        program = try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0) }, "build it first")
    }

    @Test("It needs neither full Foundation nor ICU, directly or through what it needs")
    func libraries() throws {
        let result = try Tool.run(["ldd", program])
        try #require(result.status == 0, "\(result.error)")
        #expect(result.text.contains("libc.so.6"))
        let heavy = [
            "libFoundation.so", "libFoundationNetworking.so", "lib_FoundationICU.so", "libicu",
            "libFoundationInternationalization.so",
        ]
        for name in heavy { #expect(!result.text.contains(name), "\(name)") }
    }

    @Test("It calls nothing of full Foundation or ICU")
    func symbols() throws {
        let result = try Tool.run(["nm", "--undefined-only", program])
        try #require(result.status == 0, "\(result.error)")
        // Swift's mangled names begin with their module: its length in bytes, then its name.
        for name in [
            "$s10Foundation", "$s26FoundationInternationalization", "$s17FoundationNetworking", "ucal_", "uloc_",
            "unorm2_",
        ] {
            #expect(!result.text.contains(" \(name)"), "\(name)")
        }
    }
}
