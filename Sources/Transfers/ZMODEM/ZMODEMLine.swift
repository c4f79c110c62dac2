import Platform
import Synchronization
import SystemPackage

/// Lets a ZMODEM program speak over a line that stays ours: bytes go between the line and the program's socket.
///
/// So the line can be watched: a far end that says nothing for too long, or says far more than was agreed, is ended.
final class ZMODEMLine: Sendable {
    /// Eight times CAN ends a transfer, and backspaces take away what a terminal showed of it (ZMODEM, "session abort").
    private static let abortion = [UInt8](repeating: 0x18, count: 8) + [UInt8](repeating: 0x08, count: 10)

    /// How the receiver says that it has everything: a ZFIN header in hexadecimal.
    private static let farewell: [UInt8] = Array("**\u{18}B08".utf8)

    /// Why the transfer was ended from here.
    enum Cause: Equatable {
        case silence, tooMuch, cancelled
        case line(SerialError)
    }

    private let line: any ByteLine
    private let socket: StreamSocket
    private let isReceiving: Bool
    private let state = Mutex(State())

    private struct State {
        var isOver = false
        var cause: Cause?
        var received: UInt64 = 0
        var saidFarewell = false
    }

    init(_ line: any ByteLine, _ socket: StreamSocket, isReceiving: Bool) {
        self.line = line
        self.isReceiving = isReceiving
        self.socket = socket
    }

    var cause: Cause? { state.withLock { $0.cause } }
    var received: UInt64 { state.withLock { $0.received } }

    /// Carries bytes both ways until the program has ended, or `silence` passes without a byte, or more than `limit` came.
    func carry(silence: Duration, limit: UInt64) async {
        async let inwards: Void = BlockingThread.run("zmodem in") { self.bringIn(silence, limit) }
        async let outwards: Void = BlockingThread.run("zmodem out") { self.bringOut() }
        _ = await (inwards, outwards)
    }

    func end(_ cause: Cause? = nil) {
        state.withLock { state in
            if !state.isOver { state.cause = cause }
            state.isOver = true
        }
        socket.shutDown()
    }

    /// Ends the far end's transfer and lets go by what it still says, so that a person can be spoken to again.
    func clear() async {
        await BlockingThread.run("zmodem clear") {
            do throws(SerialError) {
                try self.line.write(Self.abortion, within: .seconds(2))
                // Until it is quiet, and no longer than a sender takes to notice.
                let deadline = ContinuousClock.now + .seconds(10)
                while ContinuousClock.now < deadline, try !self.line.read(4096, within: .milliseconds(700)).isEmpty {}
            } catch {
                self.end(.line(error))
            }
        }
    }

    private func bringIn(_ silence: Duration, _ limit: UInt64) {
        var heard = ContinuousClock.now
        while !state.withLock({ $0.isOver }) {
            do throws(SerialError) {
                let bytes = try line.read(4096, within: .milliseconds(200))
                if bytes.isEmpty {
                    let passed = ContinuousClock.now - heard
                    if passed > silence { return end(.silence) }
                    if passed > .seconds(1) { standIn() }
                    continue
                }
                heard = .now
                let total = state.withLock { state in
                    state.received += UInt64(bytes.count)
                    return state.received
                }
                guard total <= limit else { return end(.tooMuch) }
                guard (try? socket.write(bytes)) == true else { return end() }
            } catch { return end(.line(error)) }
        }
    }

    /// Says the last word, `OO`, where a sender went without it: the receiver would wait for it for half a minute.
    private func standIn() {
        let isDue = state.withLock { state in
            defer { state.saidFarewell = false }
            return state.saidFarewell
        }
        if isDue { _ = try? socket.write(Array("OO".utf8)) }
    }

    private func bringOut() {
        while let bytes = try? socket.read(4096), !bytes.isEmpty {
            if isReceiving, bytes.starts(with: Self.farewell) { state.withLock { $0.saidFarewell = true } }
            do throws(SerialError) { try line.write(bytes, within: .seconds(20)) } catch { return end(.line(error)) }
        }
        end()
    }
}
