import Testing
import Vocabulary

@Suite("Versions")
struct VersionTests {
    @Test(
        "Each is older than the next, as Semantic Versioning 2.0.0 §11 orders them",
        arguments: [
            ["1.0.0", "2.0.0", "2.1.0", "2.1.1"],
            [
                "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
                "1.0.0-rc.1", "1.0.0",
            ],
            ["1.9.9", "1.10.0", "1.10.0.1", "1.11"],
            ["1-0", "1-1", "1-9", "1-10", "1-A", "1-a", "1-a-b", "1"],
            ["0.0.1", "18446744073709551615"],
        ])
    func order(versions: [String]) throws {
        let ordered = try versions.map { try #require(Version($0)) }
        for (index, one) in ordered.enumerated() {
            for (other, later) in ordered.enumerated() {
                #expect((one < later) == (index < other), "\(one) and \(later)")
            }
        }
    }

    @Test(
        "Neither is older: build metadata and zeros at the end do not count",
        arguments: [("1.0", "1.0.0"), ("1", "1.0.0.0"), ("1.0.0+a", "1.0.0+b"), ("1.0.0-rc.1+x", "1.0.0-rc.1")])
    func equivalent(one: String, other: String) throws {
        let (one, other) = (try #require(Version(one)), try #require(Version(other)))
        #expect(!(one < other) && !(other < one))
        #expect(one.description != other.description)
    }

    @Test(
        "What is no version is refused",
        arguments: [
            "", " 1.0", "1.0 ", "v1", "1.", ".1", "1..2", "1.2.3.4.5", "01.2", "1.02", "-1", "1.0-", "1.0-a..b", "1.0+",
            "1.0+a+b", "1.0-ä", "1.0/2", "18446744073709551616", "1.0-" + String(repeating: "a", count: 61), "１.0",
        ])
    func refused(text: String) { #expect(Version(text) == nil) }

    @Test("A version keeps the spelling it was given", arguments: ["1", "1.0.0", "1.2.3-rc.1+build.7", "0.0.0.0"])
    func spelling(text: String) { #expect(Version(text)?.description == text) }
}
