import Foundation
import Glibc
import SystemPackage

extension VirtualDevice {
    /// The process of the machine that is on.
    package func process() throws(VirtualDeviceError) -> Int32 {
        guard let text = try? String(contentsOfFile: path("machine/pid").string, encoding: .utf8),
            let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)), kill(process, 0) == 0,
            !Self.isZombie(process)
        else { throw .off }
        return process
    }

    package var isOn: Bool { (try? process()) != nil }

    /// Cuts the power: everything on the device is killed at once and nothing is told.
    package func cut() throws(VirtualDeviceError) {
        let process = try process()
        // The machine goes first, so that it starts nothing again; what it started is known from before.
        let started = Self.descendants(of: process)
        kill(process, SIGKILL)
        for child in started { kill(child, SIGKILL) }
        for gone in [process] + started { try waitUntilGone(gone) }
    }

    private static func descendants(of process: Int32) -> [Int32] {
        var children: [Int32: [Int32]] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            // "PID (name) state PPID ...": the name may hold anything, also ')'.
            guard let child = Int32(name),
                let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let parent = text.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap({
                    Int32($0)
                })
            else { continue }
            children[parent, default: []].append(child)
        }
        var all: [Int32] = []
        var open = [process]
        while let next = open.popLast() {
            all += children[next] ?? []
            open += children[next] ?? []
        }
        return all
    }

    /// Switches it off in an orderly way.
    package func switchOff() throws(VirtualDeviceError) {
        let process = try process()
        kill(process, SIGTERM)
        try waitUntilGone(process)
    }

    private func waitUntilGone(_ process: Int32) throws(VirtualDeviceError) {
        // pidfd_open has no wrapper in Debian 12's C library; /proc tells as well, and a cut is over in milliseconds.
        for _ in 0..<3000 {
            if kill(process, 0) != 0 || Self.isZombie(process) { return }
            usleep(10000)
        }
        throw .cannot("stop the device", reason: "process \(process) does not end")
    }

    /// A process that ended and that nobody has asked about yet.
    private static func isZombie(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
        return status.split(separator: ")").last?.split(separator: " ").first == "Z"
    }
}
