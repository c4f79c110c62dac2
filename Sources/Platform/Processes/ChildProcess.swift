import CLinux
import Glibc
package import SystemPackage

/// Runs programs as children in sessions of their own, and ends each with all it started.
///
/// How it works: the child is forked into a session of its own and watched by a thread of its own, which polls a
/// pidfd, both outputs and a wake-up. When the child has ended or its time is up, its whole process group is killed
/// while its number cannot yet belong to anybody else. A grandchild that made a session of its own escapes that; what
/// it writes is no longer read.
package enum ChildProcess {
    /// Where programs look for others, and the only other thing in a cleared environment.
    package static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]

    /// Runs `arguments[0]`, an absolute path, to its end or for `timeout`, whichever comes first.
    ///
    /// When the time is up the group gets SIGTERM, and SIGKILL after `grace`. `outputLimit` holds for each of both
    /// outputs; what comes after it is read and dropped. `environment` is added to `ChildProcess.environment`; nothing
    /// of the parent's is passed on. A `stream` is the child's standard input and output instead of `input` and what is
    /// captured; it is open in the child for as long as that lives.
    package static func run(
        arguments: [String], environment: [String: String] = [:], folder: FilePath = "/", input: [UInt8] = [],
        stream: OpenFile? = nil, timeout: Duration, grace: Duration = .milliseconds(500), outputLimit: Int = 65536,
        sandbox: ProcessSandbox = .plain
    ) async throws(ProcessError) -> ProcessResult {
        let program = arguments.first ?? ""
        guard program.hasPrefix("/") else { throw .unsuitable(program, reason: "its path does not start with '/'") }
        let variables = Self.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }.sorted()
        guard !(arguments + variables + [folder.string]).contains(where: { $0.utf8.contains(0) }) else {
            throw .unsuitable(program, reason: "an argument holds a zero byte")
        }
        let descriptor = stream?.descriptor
        let wakeUp: WakeUp
        do { wakeUp = try WakeUp() } catch { throw .cannotWatch(program, error) }
        let result = await withTaskCancellationHandler {
            await BlockingThread.run("child") { () -> Result<ProcessResult, ProcessError> in
                Result { () throws(ProcessError) in
                    var child = try StartedChild(
                        arguments: arguments, environment: variables, folder: folder, input: input, stream: descriptor,
                        sandbox: sandbox)
                    return try child.watch(timeout: timeout, grace: grace, outputLimit: outputLimit, wakeUp: wakeUp)
                }
            }
        } onCancel: {
            wakeUp.signal()
        }
        return try result.get()
    }
}
