import ArgumentParser
import Commands
import Foundation
import Hardware
import Platform
import SystemPackage
import VirtualDevice

struct DeviceBoardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract: "Make the kernel's files of a board in a folder, and let them drift by a script.",
        discussion: """
            The folder gets a 'sys' and a 'proc' as the drivers of the profile read them. A script has one event a line: \
            'at 10s cpu.temperature ramp 45..92 over 30s'; the actions are set VALUE, ramp FROM..TO over TIME, wobble \
            WIDTH, freeze, hang, text, empty, huge, absent, min-int, restore. It stays until it is ended.
            """)

    @Option(name: .long, help: "The board's profile.", completion: .file(extensions: ["toml"]))
    var profile: String
    @Option(name: .long, help: "The folder to make the files in.", completion: .directory)
    var root: String
    @Option(name: .long, help: "The script of what happens.", completion: .file())
    var script: String?
    @Option(name: .long, help: "How often values move, in seconds.")
    var every: Double = 0.5
    @Option(name: .long, help: "End after so many seconds.")
    var duration: Double?
    @Flag(name: .long, help: "Make the files and end.")
    var once = false

    func validate() throws {
        guard every >= 0.01 else { throw ValidationError("--every is less than 0.01 s") }
    }

    func run() async throws {
        let drift = try script.map { path in
            try DriftScript(String(decoding: try Storage().read(FilePath(path), limit: 16 << 20), as: UTF8.self))
        }
        let profile = try BoardProfile.read(FilePath(profile))
        let folder = FilePath(URL(fileURLWithPath: root).standardizedFileURL.path)
        let board = try VirtualBoard(profile: profile, root: folder, script: drift)
        Terminal.say("\(folder): \(profile.name), \(profile.indicators.count) indicators")
        if once { return }
        let end = duration.map { monotonicNanoseconds() + UInt64(max(0, $0) * 1e9) } ?? .max
        let period = every
        try await BlockingThread.run("board") {
            var board = board
            return Result { try board.run(every: period) { monotonicNanoseconds() < end } }
        }.get()
    }
}
