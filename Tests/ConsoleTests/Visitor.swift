import Console
import Foundation
import Glibc
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Somebody at a terminal: types, and sees what the console at the other end of the line shows.
final class Visitor: Sendable {
    private let far: CInt
    private let state = Mutex(State())
    private let console: Task<String, Never>
    /// Closed to have the far end go.
    private let cable: Mutex<FileDescriptor?>

    private struct State {
        var seen: [UInt8] = []
        /// How much of it was waited for already.
        var read = 0
        /// One at a time waits.
        var waiter: (texts: [[UInt8]], continuation: CheckedContinuation<String, Never>)?
    }

    /// The console's own end is a pseudo-terminal that it makes raw itself.
    init(_ desk: some ServiceDesk, adjust: (inout ConsoleSettings) -> Void = { _ in }) throws {
        var (far, near): (CInt, CInt) = (-1, -1)
        guard openpty(&far, &near, nil, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        let (end, cable) = try FileDescriptor.pipe()
        for descriptor in [far, near, end.rawValue, cable.rawValue] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        self.far = far
        self.cable = Mutex(cable)
        var settings = ConsoleSettings(port: "ttyS0", baud: 115_200)
        settings.terminalTime = .milliseconds(1)
        settings.pasteSilence = .milliseconds(50)
        adjust(&settings)
        let line = try PortLine(owning: near)
        let session = ConsoleSession(on: line, at: desk, settings)
        console = Task { await session.run() }
        BlockingThread.start("visitor") { [weak self, far] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                var waits = [
                    pollfd(fd: far, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: end.rawValue, events: 0, revents: 0),
                ]
                guard poll(&waits, 2, -1) > 0, waits[1].revents == 0 else { break }
                let count = Glibc.read(far, &buffer, buffer.count)
                guard count > 0 else { break }
                self?.see(Array(buffer[0..<count]))
            }
            close(far)
            try? end.close()
        }
    }

    deinit { hangUp() }

    /// Everything that was shown so far.
    var seen: String { String(decoding: bytes, as: UTF8.self) }
    var bytes: [UInt8] { state.withLock { $0.seen } }

    func type(_ text: String) { type(Array(text.utf8)) }

    func type(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(far, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Waits until `text` is shown, after what was waited for last, and gives all between.
    @discardableResult
    func wait(for text: String, location: SourceLocation = #_sourceLocation) async throws -> String {
        let found = await Attempt.run(within: .seconds(15)) { [self] in await see(until: [Array(text.utf8)]) }
        return try #require(found, "'\(text)' did not come; seen: \(seen.suffix(2000))", sourceLocation: location)
    }

    /// Waits for the first of some texts to be shown.
    func wait(forOneOf texts: [String], location: SourceLocation = #_sourceLocation) async throws -> String {
        let wanted = texts.map { Array($0.utf8) }
        let found = await Attempt.run(within: .seconds(15)) { [self] in await see(until: wanted) }
        return try #require(found, "none of \(texts) came; seen: \(seen.suffix(2000))", sourceLocation: location)
    }

    /// Whether `text` is shown in time.
    func shows(_ text: String, within time: Duration) async -> Bool {
        await Attempt.run(within: time) { [self] in await see(until: [Array(text.utf8)]) } != nil
    }

    /// Lets go of what was not waited for.
    func lookAway() { state.withLock { $0.read = $0.seen.count } }

    /// Presses Enter on a silent line and waits for the first prompt.
    func arrive() async throws {
        type("\r")
        try await wait(for: "IP4-000417> ")
    }

    /// Arrives and logs in.
    func logIn() async throws {
        try await arrive()
        type("login\r")
        try await wait(for: "grant> ")
        type("1: ABCDE.\r")
        try await wait(for: "IP4-000417# ")
    }

    /// Types a command and gives what is shown until the next prompt.
    func run(_ command: String, until prompt: String = "IP4-000417# ") async throws -> String {
        type(command + "\r")
        return try await wait(for: prompt)
    }

    /// Pulls the cable.
    func hangUp() {
        cable.withLock { cable in
            try? cable?.close()
            cable = nil
        }
    }

    /// What the console ended with.
    func end() async throws -> String {
        let console = console
        let end = await Attempt.run(within: .seconds(15)) { await console.value }
        return try #require(end, "the console goes on")
    }

    private func see(_ bytes: [UInt8]) {
        let ready = state.withLock { state -> (String, CheckedContinuation<String, Never>)? in
            state.seen += bytes
            guard let waiter = state.waiter, let text = Self.take(waiter.texts, from: &state) else { return nil }
            state.waiter = nil
            return (text, waiter.continuation)
        }
        if let (text, continuation) = ready { continuation.resume(returning: text) }
    }

    private func see(until texts: [[UInt8]]) async -> String {
        await withCheckedContinuation { continuation in
            let found = state.withLock { state -> String? in
                if let found = Self.take(texts, from: &state) { return found }
                state.waiter = (texts, continuation)
                return nil
            }
            if let found { continuation.resume(returning: found) }
        }
    }

    private static func take(_ texts: [[UInt8]], from state: inout State) -> String? {
        let unread = Data(state.seen[state.read...])
        let ranges = texts.compactMap { unread.firstRange(of: Data($0)) }
        guard let range = ranges.min(by: { $0.lowerBound < $1.lowerBound }) else { return nil }
        let found = String(decoding: unread[..<range.upperBound], as: UTF8.self)
        state.read += range.upperBound
        return found
    }
}
