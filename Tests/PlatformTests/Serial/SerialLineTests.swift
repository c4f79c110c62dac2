import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("Serial ports under load and on pulled cables", .timeLimit(.minutes(2)))
struct SerialLineTests {
    @Test("Megabytes both ways at once come through whole, though the far end takes only crumbs")
    func load() async throws {
        let cable = try SerialCable()
        let port = try SerialPort(cable.path)
        var dice = Dice(seed: 7)
        let there = (0..<2_000_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        let back = (0..<2_000_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        async let said: Void = BlockingThread.run("far mouth") { try cable.say(back) }
        async let taken = BlockingThread.run("far ear") {
            var (heard, dice) = ([UInt8](), Dice(seed: 8))
            while heard.count < there.count { heard += try cable.hear(Int.random(in: 1...300, using: &dice)) }
            return heard
        }
        async let wrote: Void = BlockingThread.run("near mouth") { () throws(SerialError) in
            try port.write(there, within: .seconds(60))
        }
        let heard = try await BlockingThread.run("near ear") { () throws(SerialError) in
            try port.read(all: back.count, within: .seconds(60))
        }
        try await wrote
        try await said
        let tookAll = try await taken == there
        #expect(tookAll)
        #expect(heard == back)
        try port.drain(within: .seconds(1))
    }

    @Test("A far end that takes nothing ends a write in its time, with what it took")
    func stuck() async throws {
        let cable = try SerialCable()
        let error = await #expect(throws: SerialError.self) {
            try await BlockingThread.run("serial") { () throws(SerialError) in
                try SerialPort(cable.path).write([UInt8](repeating: 1, count: 1_000_000), within: .milliseconds(100))
            }
        }
        guard case .notTaken(_, let sent, 1_000_000) = error else { throw try #require(error) }
        #expect(sent > 0 && sent < 1_000_000)
    }

    @Test("A read of a count gives what came when its time is up, and never more than it asked for")
    func bounded() async throws {
        let cable = try SerialCable()
        try cable.say(Array("0123456789".utf8))
        let (seven, rest) = try await BlockingThread.run("serial") { () throws(SerialError) in
            // Opening forgets what came before: say it again.
            let port = try SerialPort(cable.path)
            do { try cable.say(Array("0123456789".utf8)) } catch { throw .hungUp(cable.path) }
            return (
                try port.read(all: 7, within: .seconds(10)), try port.read(all: 7, within: .milliseconds(50))
            )
        }
        #expect(String(decoding: seven, as: UTF8.self) == "0123456")
        #expect(String(decoding: rest, as: UTF8.self) == "789")
    }

    @Test("A babbler cannot hold a read beyond its time or its count")
    func babbler() async throws {
        let cable = try SerialCable()
        let port = try SerialPort(cable.path)
        let isOver = Switch()
        async let babble: Void = BlockingThread.run("babbler") {
            while !isOver.isOn { try? cable.say([UInt8](repeating: 0x55, count: 100)) }
        }
        let pattern = try #require(TextPattern("never"))
        let (answer, took) = try await BlockingThread.run("serial") { () throws(SerialError) in
            let start = ContinuousClock.now
            let answer = try port.listen(for: pattern, within: .milliseconds(300), limit: 100_000_000)
            return (answer, ContinuousClock.now - start)
        }
        isOver.isOn = true
        // The babbler may be stuck in a full line: listening makes room.
        _ = try await BlockingThread.run("serial") { () throws(SerialError) in
            while try !port.read(4096, within: .milliseconds(100)).isEmpty {}
        }
        await babble
        #expect(answer.match == nil && !answer.bytes.isEmpty)
        #expect(took < .seconds(30))
    }

    @Test("A read, a write and a pause that wait are ended from another thread", arguments: ["read", "write", "break"])
    func cancelled(what: String) async throws {
        let cable = try SerialCable()
        let port = try SerialPort(cable.path)
        async let outcome: SerialError? = BlockingThread.run("serial") {
            do throws(SerialError) {
                switch what {
                case "read": _ = try port.read(1, within: .seconds(100))
                case "write": try port.write([UInt8](repeating: 0, count: 1_000_000), within: .seconds(100))
                default: try port.sendBreak(for: .seconds(100))
                }
                return nil
            } catch { return error }
        }
        port.cancel()
        let error = await outcome
        #expect(error == .cancelled(cable.path))
        #expect(throws: SerialError.cancelled(cable.path)) { try port.read(1, within: .seconds(1)) }
    }

    @Test("A cable pulled while a call waits is told as a hang-up", arguments: [true, false])
    func pulled(reading: Bool) async throws {
        let cable = try SerialCable()
        let path = cable.path
        let port = try SerialPort(path)
        async let outcome: SerialError? = BlockingThread.run("serial") {
            do throws(SerialError) {
                if reading {
                    _ = try port.read(1, within: .seconds(100))
                } else {
                    try port.write([UInt8](repeating: 0, count: 1_000_000), within: .seconds(100))
                }
                return nil
            } catch { return error }
        }
        if !reading { _ = try cable.hear(all: 1000) }
        cable.pull()
        let error = await outcome
        #expect(error == .hungUp(path))
        #expect(throws: SerialError.hungUp(path)) { try port.write([1], within: .seconds(1)) }
        #expect(throws: SerialError.hungUp(path)) { try port.drain(within: .seconds(1)) }
    }

    @Test("A line whose port comes back as another one is opened and set again")
    func comesBack() async throws {
        let cable = try SerialCable()
        let line = try SerialLine(cable.path, SerialSettings(baud: 31_250))
        try line.write([1], within: .seconds(10))
        #expect(try cable.hear(1) == [1])
        cable.pull()
        #expect(throws: SerialError.hungUp(cable.path)) { try line.write([2], within: .seconds(10)) }
        #expect(throws: SerialError.cannot("open", cable.path, .noSuchFileOrDirectory)) {
            try line.write([2], within: .milliseconds(100))
        }
        async let written: Void = BlockingThread.run("serial") { () throws(SerialError) in
            try line.write([3], within: .seconds(60))
        }
        try cable.plug()
        try await written
        #expect(try cable.hear(1) == [3])
        #expect(line.openings == 2)
        let words = try cable.examine([Tool.python, "-c", Self.speed])
        #expect(words == "31250\n")
    }

    @Test("A line that waits for its port is ended from another thread, and what can never work does not wait")
    func notWaiting() async throws {
        let cable = try SerialCable()
        cable.pull()
        let line = try SerialLine(cable.path)
        async let outcome: SerialError? = BlockingThread.run("serial") {
            do throws(SerialError) {
                _ = try line.read(1, within: .seconds(100))
                return nil
            } catch { return error }
        }
        line.cancel()
        let error = await outcome
        #expect(error == .cancelled(cable.path))

        let other = try SerialCable()
        let settings = try #require(SerialSettings(baud: 9600, framing: "7E1"))
        let wrong = try SerialLine(other.path, settings)
        #expect(throws: SerialError.unsupported(other.path, "framing 7E1")) { try wrong.read(1, within: .seconds(100)) }
    }

    @Test("A line that was closed lets another program have the port, and opens it again when it is needed")
    func closed() throws {
        let cable = try SerialCable()
        let line = try SerialLine(cable.path)
        try line.write([1], within: .seconds(10))
        #expect(throws: SerialError.inUse(cable.path)) { try SerialPort(cable.path) }
        line.close()
        do { _ = try SerialPort(cable.path) }
        try line.write([1], within: .seconds(10))
        #expect(line.openings == 2)
    }

    private static let speed = """
        import fcntl, struct
        print(struct.unpack("4I20B2I", fcntl.ioctl(0, 0x802C542A, bytes(44)))[-1])
        """
}
