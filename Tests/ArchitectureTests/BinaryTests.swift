import TestSupport
import Testing

@Suite("The device program as it is linked")
struct BinaryTests {
    private let program: String

    init() throws { program = try Programs.path("aftercare") }

    @Test("It uses nothing of full Foundation or ICU, even where a package of others has them linked")
    func libraries() throws {
        // A package that may import Foundation has the linker name it; that costs nothing in a static link, where only what is
        // used comes along. `ldd -u` lists what is named and not used, and ends with status 1 when there is such a library.
        let named = try Tool.run(["readelf", "-d", program])
        try #require(named.status == 0, "\(named.error)")
        #expect(named.text.contains("libc.so.6"))
        let unused = try Tool.run(["ldd", "-u", program]).text
        let heavy = [
            "libFoundation.so", "libFoundationNetworking.so", "libFoundationInternationalization.so",
            "lib_FoundationICU.so",
            "libicu",
        ]
        for name in heavy where named.text.contains("[\(name)") {
            #expect(unused.contains("/\(name)"), "\(name)")
        }
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
