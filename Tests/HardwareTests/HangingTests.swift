import Foundation
import Hardware
import SystemPackage
import TestSupport
import Testing

/// A FIFO in the place of an attribute: opening it blocks, or, once somebody holds it open, reading it does.
private final class Fifo {
    private let path: String
    private var descriptor: CInt = -1

    init(_ tree: KernelFolder, _ name: String) throws {
        path = tree.root.appending(name).string
        try #require(mkfifo(path, 0o600) == 0)
    }

    deinit { close(descriptor) }

    /// From now on opening succeeds, and reading blocks.
    func hold() { if descriptor < 0 { descriptor = open(path, O_RDWR) } }

    func answer(_ text: String) {
        hold()
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }
}

@Suite("Drivers that do not come back", .timeLimit(.minutes(2)))
struct HangingTests {
    private func board(_ names: [String], _ tree: KernelFolder, threadLimit: Int = 8) throws -> Board {
        var text = "[board]\nname = \"x\"\n[system]\nreads = []\n"
        for name in names {
            text += "[[sensor]]\nname = \"\(name)\"\ndriver = \"file\"\npath = \"/sys/\(name)\"\nunit = \"1\"\n"
        }
        return Board(
            profile: try BoardProfile(text), root: tree.root, timeLimit: .milliseconds(300), threadLimit: threadLimit)
    }

    @Test(
        "One that hangs costs its own reading and no other, and is asked again once it came back",
        arguments: [false, true])
    func oneHangs(isOpen: Bool) async throws {
        let tree = try KernelFolder("sys/a = 1\nsys/c = 3")
        let fifo = try Fifo(tree, "sys/b")
        if isOpen { fifo.hold() }
        let board = try board(["a", "b", "c"], tree)
        let first = await board.read()
        #expect(first.map(\.reading.quality) == [.good, .unreadable, .good])
        #expect(first[1].reading.reason?.contains("0.3 s") == true)
        #expect(board.lostThreads == 1)
        let second = await board.read()
        #expect(second.map(\.reading.quality) == [.good, .unreadable, .good])
        #expect(second[1].reading.reason?.contains("still hangs") == true)
        var last = second
        for _ in 0..<1000 where last[1].reading != .good(.number(7)) {
            fifo.answer("7\n")
            last = await board.read()
        }
        #expect(last.map(\.reading) == [.good(.number(1)), .good(.number(7)), .good(.number(3))])
        #expect(board.lostThreads == 0)
    }

    @Test("No more threads are lost than allowed; then nothing is read until one is back")
    func manyHang() async throws {
        let tree = try KernelFolder("sys/e = 5")
        let fifos = try ["a", "b", "c", "d"].map { try Fifo(tree, "sys/\($0)") }
        let board = try board(["a", "b", "c", "d", "e"], tree, threadLimit: 3)
        let first = await board.read()
        #expect(first.map(\.reading.quality) == Array(repeating: .unreadable, count: 5))
        #expect(first[4].reading.reason?.contains("3 devices hang") == true)
        #expect(board.lostThreads == 3)
        #expect(await board.read().allSatisfy { $0.reading.quality == .unreadable })
        #expect(board.lostThreads == 3)
        for fifo in fifos { fifo.hold() }
        var last = first
        for _ in 0..<1000 where !last.allSatisfy({ $0.reading.quality == .good }) {
            for fifo in fifos { fifo.answer("2\n") }
            last = await board.read()
        }
        #expect(last.map(\.reading) == [2, 2, 2, 2, 5].map { .good(.number($0)) })
        #expect(board.lostThreads == 0)
    }

    @Test("A chip that hangs costs one thread, however many channels it has")
    func oneChip() async throws {
        let tree = try KernelFolder("sys/class/hwmon/hwmon0/name = chip\nsys/class/hwmon/hwmon0/temp2_input = 2000")
        let fifo = try Fifo(tree, "sys/class/hwmon/hwmon0/temp1_input")
        var text = "[board]\nname = \"x\"\n[system]\nreads = []\n"
        for number in 1...3 {
            text +=
                "[[sensor]]\nname = \"t\(number)\"\ndriver = \"hwmon\"\nchip = \"chip\"\nchannel = \"temp\(number)\"\n"
        }
        let board = Board(profile: try BoardProfile(text), root: tree.root, timeLimit: .milliseconds(300))
        #expect(await board.read().map(\.reading.quality) == [.unreadable, .unreadable, .unreadable])
        #expect(board.lostThreads == 1)
        var last = await board.read()
        for _ in 0..<1000 where last[0].reading.quality != .good {
            fifo.answer("1000\n")
            last = await board.read()
        }
        #expect(last.map(\.reading) == [.good(.number(1)), .good(.number(2)), .absent])
    }

    @Test("Several readers at once each get all of their readings")
    func concurrent() async throws {
        let tree = try KernelFolder("sys/a = 1\nsys/c = 3")
        let fifo = try Fifo(tree, "sys/b")
        let board = try board(["a", "b", "c"], tree)
        let all = await withTaskGroup(of: [Reading.Quality].self) { group in
            for _ in 0..<20 { group.addTask { await board.read().map(\.reading.quality) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all == Array(repeating: [.good, .unreadable, .good], count: 20))
        #expect(board.lostThreads == 1)
        fifo.answer("1\n")
    }

    /// Reads `a` and gives the nanoseconds that its thread has used of a processor (proc(5), schedstat).
    private func usedTime(_ board: Board) async throws -> UInt64 {
        let sample = try #require(await board.read(board.indicators.filter { $0.name == "a" }).first)
        guard case .good(.word(let word)) = sample.reading else { throw Unread(reading: sample.reading) }
        return try #require(word.split(separator: " ").first.flatMap { UInt64($0) })
    }

    private struct Unread: Error { let reading: Reading }

    @Test("Readings go on over one thread; one that is lost is replaced")
    func oneThread() async throws {
        // Each thread reads its own there: what never falls from reading to reading, and rises, is one thread's.
        let tree = try KernelFolder("sys/a -> /proc/thread-self/schedstat")
        let fifo = try Fifo(tree, "sys/b")
        let text = """
            [board]
            name = "x"
            [system]
            reads = []
            [[sensor]]
            name = "a"
            driver = "file"
            path = "/sys/a"
            unit = "{word}"
            [[sensor]]
            name = "b"
            driver = "file"
            path = "/sys/b"
            unit = "1"
            """
        let board = Board(profile: try BoardProfile(text), root: tree.root, timeLimit: .milliseconds(300))
        var times: [UInt64] = []
        for _ in 0..<100 { times.append(try await usedTime(board)) }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times[0] < times[99])
        #expect(await board.read().map(\.reading.quality) == [.good, .unreadable])
        #expect(board.lostThreads == 1)
        var after: [UInt64] = []
        for _ in 0..<10 { after.append(try await usedTime(board)) }
        #expect(zip(after, after.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(after[0] < times[99])
        fifo.answer("1\n")
    }
}
