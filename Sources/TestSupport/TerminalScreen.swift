import Foundation
import Glibc
package import SystemPackage

/// A terminal program on a serial line, in a terminal of 80 by 24 whose screen can be looked at: picocom in tmux.
package final class TerminalScreen: Sendable {
    /// What the device's end of the line is, closed by whoever has it; -1 where the line is another's.
    package let line: CInt
    private let socket: String
    private let folder: TemporaryFolder

    package init() throws {
        var (far, near): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&far, &near, &name, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        defer { close(near) }
        let port = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        _ = fcntl(far, F_SETFD, FD_CLOEXEC)
        line = far
        folder = try TemporaryFolder()
        socket = folder.file("tmux").string
        try start(port, send: "sz")
    }

    /// On a port that is there; `send` is what the terminal program starts to send a file.
    package init(port: FilePath, send: String) throws {
        line = -1
        folder = try TemporaryFolder()
        socket = folder.file("tmux").string
        try start(port.string, send: send)
    }

    private func start(_ port: String, send: String) throws {
        // Without locks and resets: the port is nobody else's, and comes and goes with this.
        let program = "picocom --quiet --nolock --noreset --baud 115200 --send-cmd '\(send)' \(port)"
        let started = try tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", program)
        guard started.status == 0 else { throw Errno.noSuchAddressOrDevice }
    }

    deinit { _ = try? tmux("kill-server") }

    /// Types text, or keys by tmux's names for them.
    package func type(_ text: String = "", keys: String...) throws {
        if !text.isEmpty { _ = try tmux("send-keys", "-l", text) }
        if !keys.isEmpty { _ = try Tool.run(["tmux", "-S", socket, "send-keys"] + keys) }
    }

    /// The screen's lines from its top, without what is empty at its end.
    package func capture() throws -> [String] {
        var lines = try tmux("capture-pane", "-p").text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// Looks until the last line begins with `prompt`, and gives the screen; nil when it did not come in time.
    package func capture(at prompt: String, within time: Duration = .seconds(20)) throws -> [String]? {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            let lines = try capture()
            if lines.last?.hasPrefix(prompt) == true { return lines }
        }
        return nil
    }

    /// Pastes text as a person does with the mouse.
    package func paste(_ text: String) throws {
        let file = try folder.write("paste", text)
        _ = try tmux("load-buffer", file.string)
        _ = try tmux("paste-buffer")
    }

    /// Everything that was shown, what has left the screen at its top included.
    package func history() throws -> [String] {
        try tmux("capture-pane", "-p", "-S", "-").text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// Types a line, unless it is nil, and waits until a line that begins with `wanted` has come behind it.
    ///
    /// Gives what came; throws what there was where it did not come in time.
    @discardableResult
    package func say(
        _ line: String? = nil, until wanted: String, within time: Duration = .seconds(60)
    ) throws -> [String] {
        let start = try shownCount()
        if let line { try type(line, keys: "Enter") }
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            let lines = Array(try history().dropFirst(start))
            if lines.contains(where: { $0.hasPrefix(wanted) }) { return lines.filter { !$0.isEmpty } }
            if lines.last(where: { !$0.isEmpty })?.hasPrefix("-- more --") == true { try type(" ") }
        }
        throw NeverShown(wanted: wanted, lines: try history())
    }

    /// How many lines were shown, up to and with the one that is typed into.
    private func shownCount() throws -> Int {
        var lines = try history()
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.count
    }

    package struct NeverShown: Error, CustomStringConvertible {
        let wanted: String
        let lines: [String]

        package var description: String { "'\(wanted)' never came; on the screen:\n" + lines.joined(separator: "\n") }
    }

    private func tmux(_ arguments: String...) throws -> Tool.Result {
        try Tool.run(["tmux", "-S", socket] + arguments, environment: ["TERM": "xterm", "LC_ALL": "C.UTF-8"])
    }
}
