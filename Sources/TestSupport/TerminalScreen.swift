import Foundation
import Glibc
import Platform
import Synchronization
package import SystemPackage

/// A terminal program on a serial line, in a terminal of 80 by 24 whose screen can be looked at: picocom in tmux.
package final class TerminalScreen: Sendable {
    /// The device's end of the line, which whoever takes it closes; -1 where the line is another's.
    package let line: CInt
    /// Open until the end, because a line that nobody has opened yet looks like one that hung up.
    private let near: Mutex<CInt?>
    private let socket: String
    private let folder: TemporaryFolder

    package init() throws {
        var (far, near): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&far, &near, &name, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        let port = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for descriptor in [far, near] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        line = far
        self.near = Mutex(near)
        folder = try TemporaryFolder()
        socket = folder.file("tmux").string
        try start(port, options: "")
    }

    /// On a port that is there; `send` is what the terminal program starts to send a file.
    package init(port: FilePath, send: String) throws {
        line = -1
        near = Mutex(nil)
        folder = try TemporaryFolder()
        socket = folder.file("tmux").string
        try start(port.string, options: "--quiet --send-cmd '\(send)'")
    }

    private func start(_ port: String, options: String) throws {
        // Without locks and resets: the port is nobody else's, and comes and goes with this.
        let program = "picocom \(options) --nolock --noreset --baud 115200 \(port)"
        // The server that stays behind would keep open what Foundation's Process and its pipes are waited for by.
        let command = """
            for number in $(ls /proc/$$/fd); do test "$number" -le 2 || eval "exec $number>&-"; done
            exec tmux -S "$0" -f /dev/null new-session -d -x 80 -y 24 "$1" >/dev/null 2>&1
            """
        let started = try Tool.run(["bash", "-c", command, socket, program], environment: Self.environment)
        guard started.status == 0 else { throw Errno.noSuchAddressOrDevice }
    }

    deinit {
        release()
        // On a thread of its own, that the folder of the socket outlives.
        let (socket, folder) = (socket, folder)
        BlockingThread.start("tmux") {
            _ = try? Tool.run(["tmux", "-S", socket, "send-keys", "C-a", "C-x"])
            _ = try? Tool.run(["tmux", "-S", socket, "kill-server"])
            _ = folder
        }
    }

    /// Waits until the terminal program is on the line: what is typed before is lost.
    package func ready() async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if try await capture().contains("Terminal ready") { return true }
        }
        return false
    }

    /// Ends the terminal program, as somebody who closes its window: the line hangs up.
    package func end() async throws {
        release()
        // By picocom's own keys: a program that Foundation started, and what it starts, is deaf to SIGTERM.
        try await type(keys: "C-a", "C-x")
        _ = try await patiently { try $0.tmux("kill-server") }
    }

    private func release() {
        near.withLock { near in
            if let descriptor = near { close(descriptor) }
            near = nil
        }
    }

    /// Types text, or keys by tmux's names for them.
    package func type(_ text: String = "", keys: String...) async throws {
        if !text.isEmpty { _ = try await patiently { try $0.tmux("send-keys", "-l", text) } }
        if !keys.isEmpty { _ = try await patiently { try $0.tmux(["send-keys"] + keys) } }
    }

    /// The screen's lines from its top, without the spaces at their ends and what is empty at its own.
    package func capture() async throws -> [String] {
        var lines = try await patiently { try $0.tmux("capture-pane", "-p") }.text.split(
            separator: "\n", omittingEmptySubsequences: false
        )
        .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// Looks until the last line is `prompt`, and gives the screen; nil when it did not come in time.
    package func capture(at prompt: String, within time: Duration = .seconds(20)) async throws -> [String]? {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            let lines = try await capture()
            if lines.last == prompt { return lines }
        }
        return nil
    }

    /// Pastes text as a person does with the mouse, and waits as `say` does.
    @discardableResult
    package func paste(
        _ text: String, until wanted: String, within time: Duration = .seconds(60)
    ) async throws -> [String] {
        let start = try await shownCount()
        let file = try folder.write("paste", text)
        _ = try await patiently { try $0.tmux("load-buffer", file.string) }
        _ = try await patiently { try $0.tmux("paste-buffer") }
        return try await shown(wanted, after: start, within: time)
    }

    /// Everything that was shown, what has left the screen at its top included.
    package func history() async throws -> [String] {
        try await patiently { try $0.tmux("capture-pane", "-p", "-S", "-") }.text
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Types a line and then `keys`, unless it is nil, and waits until a line that begins with `wanted` has come behind it.
    ///
    /// Gives what came; throws what there was where it did not come in time.
    @discardableResult
    package func say(
        _ line: String? = nil, keys: [String] = ["Enter"], until wanted: String, within time: Duration = .seconds(60)
    ) async throws -> [String] {
        let start = try await shownCount()
        if let line { try await type(line) }
        for key in keys where line != nil { try await type(keys: key) }
        return try await shown(wanted, after: start, within: time)
    }

    private func shown(_ wanted: String, after start: Int, within time: Duration) async throws -> [String] {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            let lines = Array(try await history().dropFirst(start))
            if lines.contains(where: { $0.hasPrefix(wanted) }) { return lines.filter { !$0.isEmpty } }
            if lines.last(where: { !$0.isEmpty })?.hasPrefix("-- more --") == true { try await type(" ") }
        }
        throw NeverShown(wanted: wanted, lines: try await history())
    }

    /// How many lines were shown, up to and with the one that is typed into.
    private func shownCount() async throws -> Int {
        var lines = try await history()
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.count
    }

    package struct NeverShown: Error, CustomStringConvertible {
        let wanted: String
        let lines: [String]

        package var description: String { "'\(wanted)' never came; on the screen:\n" + lines.joined(separator: "\n") }
    }

    /// Off the cooperative threads, which the console needs to answer.
    private func patiently(
        _ body: @escaping @Sendable (TerminalScreen) throws -> Tool.Result
    ) async throws -> Tool.Result {
        try await BlockingThread.run("tmux") { [self] in try body(self) }
    }

    private func tmux(_ arguments: String...) throws -> Tool.Result { try tmux(arguments) }

    private func tmux(_ arguments: [String]) throws -> Tool.Result {
        try Tool.run(["tmux", "-S", socket] + arguments, environment: Self.environment)
    }

    private static let environment = ["TERM": "xterm", "LC_ALL": "C.UTF-8"]
}
