import Foundation
import Hardware
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("Attributes that hold what no driver should give")
struct BadInputTests {
    private static let profile = """
        [board]
        name = "x"
        [system]
        reads = []
        [[sensor]]
        name = "s"
        driver = "hwmon"
        chip = "lm75"
        channel = "temp1"
        plausible = [-55, 150]
        """
    private static let attribute = "sys/class/hwmon/hwmon0/temp1_input"

    private func reading(_ bytes: [UInt8]) async throws -> Reading {
        let tree = try KernelFolder("sys/class/hwmon/hwmon0/name = lm75")
        try tree.set(Self.attribute, bytes: bytes)
        let board = Board(profile: try BoardProfile(Self.profile), root: tree.root)
        return try #require(await board.read().first?.reading)
    }

    private static let contents: [(String, Reading.Quality, String)] = [
        ("21500\n", .good, ""), ("21500", .good, ""), ("  21500  \n", .good, ""), ("-5000\n", .good, ""),
        ("+5000\n", .good, ""), ("21500.5\n", .good, ""), ("0\n", .good, ""),
        ("", .unreadable, "nothing"), ("\n", .unreadable, "nothing"), (" \t\n", .unreadable, "nothing"),
        ("warm\n", .unreadable, "'warm' is not a number"), ("21500 mC\n", .unreadable, "not a number"),
        ("0x53fc\n", .unreadable, "not a number"), ("nan\n", .unreadable, "not a number"),
        ("inf\n", .unreadable, "not a number"), ("1e3\n", .unreadable, "not a number"),
        ("-\n", .unreadable, "not a number"),
        (".\n", .unreadable, "not a number"), ("1.2.3\n", .unreadable, "not a number"),
        ("--5\n", .unreadable, "not a number"),
        ("21500\n21600\n", .unreadable, "not a number"), ("\u{0}\u{0}", .unreadable, "nothing"),
        ("٣٥\n", .unreadable, "not a number"),
        ("-2147483648\n", .implausible, "stands for no value"),
        ("-9223372036854775808\n", .implausible, "stands for no value"),
        ("2147483647\n", .implausible, "outside -55.0 to 150.0"), ("999999\n", .implausible, "outside"),
        ("-300000\n", .implausible, "outside"), (String(repeating: "9", count: 30), .implausible, "outside"),
        (String(repeating: "9", count: 41), .unreadable, "not a number"),
    ]

    @Test("Each has its own result, and none is zero", arguments: contents)
    func everyContent(content: String, quality: Reading.Quality, words: String) async throws {
        let reading = try await reading(Array(content.utf8))
        #expect(reading.quality == quality, "\(reading)")
        if !words.isEmpty { #expect(reading.reason?.contains(words) == true, "\(reading)") }
        if content != "0\n" { #expect(reading.number != 0) }
    }

    @Test("An attribute is at most 4096 bytes, and of 20 MB no more is read")
    func sizes() async throws {
        let padded = [UInt8](repeating: 0x20, count: 4090) + Array("21500\n".utf8)
        #expect(try await reading(padded).number == 21.5)
        #expect(try await reading([0x20] + padded).reason?.contains("more than 4096 bytes") == true)
        #expect(try await reading([UInt8](repeating: 0x39, count: 20_000_000)).quality == .unreadable)
    }

    @Test("Any bytes at all have a result, whatever they are")
    func anyBytes() async throws {
        var dice = Dice(seed: 7)
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...40, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            let reading = try await reading(bytes)
            if let number = reading.number { #expect((-55...150).contains(number)) }
            #expect(reading.reason?.unicodeScalars.allSatisfy { $0.value >= 0x20 } ?? true)
        }
    }

    @Test("A folder, a link to itself and a file that may not be read are no values")
    func kinds() async throws {
        let board: (KernelFolder) throws -> Board = { Board(profile: try BoardProfile(Self.profile), root: $0.root) }
        let folder = try KernelFolder("sys/class/hwmon/hwmon0/name = lm75\nsys/class/hwmon/hwmon0/temp1_input/x = 1")
        #expect(try await board(folder).read().map(\.reading.quality) == [.unreadable])
        let loop = try KernelFolder("sys/class/hwmon/hwmon0/name = lm75\n\(Self.attribute) -> temp1_input")
        #expect(try await board(loop).read().map(\.reading.quality) == [.unreadable])
        let none = try KernelFolder("sys/class/hwmon/hwmon0/name = lm75")
        #expect(try await board(none).read().map(\.reading) == [.absent])
    }

    @Test("Words are one line of text of at most 64 bytes")
    func words() async throws {
        let text =
            "[board]\nname = \"x\"\n[system]\nreads = []\n[[sensor]]\nname = \"w\"\ndriver = \"file\"\npath = \"/sys/w\"\nunit = \"{word}\""
        for (bytes, quality) in [
            (Array("running\n".utf8), Reading.Quality.good), ([], .unreadable), ([0x61, 0xFF, 0x62], .unreadable),
            (Array("two\nlines\n".utf8), .unreadable), ([UInt8](repeating: 0x61, count: 65), .unreadable),
            (Array("esc\u{1B}[2J".utf8), .unreadable),
        ] {
            let tree = try KernelFolder("")
            try tree.set("sys/w", bytes: bytes)
            let board = Board(profile: try BoardProfile(text), root: tree.root)
            #expect(await board.read().map(\.reading.quality) == [quality], "\(bytes)")
        }
    }

    @Test("A value that should have changed by now is stale, and good again once it moves")
    func stale() async throws {
        let tree = try KernelFolder("sys/class/hwmon/hwmon0/name = lm75\n\(Self.attribute) = 21500")
        let board = Board(profile: try BoardProfile(Self.profile + "\nchanges-within = 1\n"), root: tree.root)
        let begin = ContinuousClock.now
        #expect(await board.read().first?.reading.quality == .good)
        var last: Reading?
        repeat { last = await board.read().first?.reading } while last?.quality == .good && .now - begin < .seconds(30)
        #expect(.now - begin >= .seconds(1))
        guard case .stale(.number(21.5), let age) = last else {
            Issue.record("\(String(describing: last))")
            return
        }
        #expect(age >= .seconds(1))
        try tree.set(Self.attribute, "21600\n")
        #expect(await board.read().first?.reading == .good(.number(21.6)))
    }
}
