import Foundation

/// A program that the virtual device needs from the machine it lives on.
enum Command {
    /// Runs it to its end; what it prints on failure is the reason.
    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws(VirtualDeviceError) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { throw .cannot("run '\(program)'", reason: "\(error.localizedDescription)") }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw .cannot("run '\(program)'", reason: text) }
        return text
    }

    /// Where a program is, or which package has it.
    static func find(_ name: String, package: String) throws(VirtualDeviceError) -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"] {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw .missingTool(name, package: package)
    }
}
