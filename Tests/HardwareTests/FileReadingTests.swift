import Hardware
import SystemPackage
import TestSupport
import Testing

@Suite("A file of the kernel's that is compared and no indicator")
struct FileReadingTests {
    static let contents: [(text: String, kind: Reading.Value, quality: Reading.Quality)] = [
        ("1\n", .number(0), .good), ("nan\n", .number(0), .unreadable), ("inf\n", .number(0), .unreadable),
        ("0x1\n", .number(0), .unreadable), ("idle\n", .number(0), .unreadable), ("", .number(0), .unreadable),
        ("-2147483648\n", .number(0), .implausible), ("idle\n", .word(""), .good), ("", .word(""), .unreadable),
    ]

    @Test("It is a good reading only where it is what it is compared with", arguments: contents)
    func kinds(_ text: String, _ kind: Reading.Value, _ quality: Reading.Quality) async throws {
        let folder = try TemporaryFolder()
        try folder.write("sys/class/pump/state", text)
        let board = Board(profile: try BoardProfile("[board]\nname = \"test\"\n"), root: folder.path)
        #expect(await board.read("/sys/class/pump/state", as: kind).quality == quality)
        #expect(await board.read("/sys/class/pump/none", as: kind) == .absent)
    }
}
