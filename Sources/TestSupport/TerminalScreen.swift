import Foundation
import Glibc
import SystemPackage

/// A terminal program on a serial line, in a terminal of 80 by 24 whose screen can be looked at: picocom in tmux.
package final class TerminalScreen: Sendable {
    /// What the device's end of the line is: closed by whoever has it.
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
        // Without locks and resets: the port is nobody else's, and comes and goes with this.
        let program = "picocom --quiet --nolock --noreset --baud 115200 \(port)"
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

    private func tmux(_ arguments: String...) throws -> Tool.Result {
        try Tool.run(["tmux", "-S", socket] + arguments, environment: ["TERM": "xterm", "LC_ALL": "C.UTF-8"])
    }
}
