import Glibc
import Platform
import SystemPackage
import TestSupport
import Testing

private func shell(
    _ script: String, timeout: Duration = .seconds(20), outputLimit: Int = 65536, sandbox: ProcessSandbox = .plain
) async throws -> ProcessResult {
    try await ChildProcess.run(
        arguments: ["/bin/sh", "-c", script], timeout: timeout, outputLimit: outputLimit, sandbox: sandbox)
}

@Suite("Child processes")
struct ChildProcessTests {
    @Test("Output, errors and exit status come back apart")
    func outputErrorsAndStatus() async throws {
        let result = try await shell("echo out; echo err >&2; exit 7")
        #expect(result.ending == .exited(7))
        #expect(result.output.text == "out\n")
        #expect(result.error.text == "err\n")
    }

    @Test("A child that is ended by a signal says which")
    func signalled() async throws {
        #expect(try await shell("kill -SEGV $$").ending == .signalled(SIGSEGV))
    }

    @Test(
        "What cannot be started is refused with the step that failed",
        arguments: [
            (["sh"], "/", ProcessError.unsuitable("sh", reason: "its path does not start with '/'")),
            ([], "/", .unsuitable("", reason: "its path does not start with '/'")),
            (["/no/such"], "/", .notFound("/no/such")),
            (["/etc/passwd"], "/", .cannotStart("/etc/passwd", step: "the program", .permissionDenied)),
            (
                ["/bin/true"], "/no/such",
                .cannotStart("/bin/true", step: "its working folder", .noSuchFileOrDirectory)
            ),
            (["/bin/true", "a\0b"], "/", .unsuitable("/bin/true", reason: "an argument holds a zero byte")),
        ] as [([String], FilePath, ProcessError)])
    func cannotStart(arguments: [String], folder: FilePath, error: ProcessError) async {
        await #expect(throws: error) {
            try await ChildProcess.run(arguments: arguments, folder: folder, timeout: .seconds(10))
        }
    }

    @Test("A mebibyte of input reaches the child and comes back")
    func input() async throws {
        let input = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let result = try await ChildProcess.run(
            arguments: ["/bin/cat"], input: input, timeout: .seconds(20), outputLimit: 1 << 20)
        #expect(result.output.bytes == input)
        #expect(result.output.dropped == 0)
    }

    @Test("A child sees only the environment that it is given")
    func environment() async throws {
        let result = try await ChildProcess.run(
            arguments: ["/usr/bin/env"], environment: ["PUMP": "3"], timeout: .seconds(10))
        let expected = ["LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "PUMP=3"]
        #expect(result.output.text.split(separator: "\n").map(String.init).sorted() == expected)
    }

    @Test("A child inherits no open file, no blocked signal and no ignored one")
    func inheritsNothing() async throws {
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let result = try await shell("ls /proc/$$/fd; grep -E 'SigBlk|SigIgn' /proc/self/status")
        // Dash keeps its script nowhere: what is open is the three of every program.
        #expect(
            result.output.text == "0\n1\n2\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }

    @Test("What is beyond the limit of output is dropped and counted, and the child goes on")
    func babbling() async throws {
        let result = try await shell("head -c 3000000 /dev/zero; echo done >&2", outputLimit: 1000)
        #expect(result.output.bytes.count == 1000)
        #expect(result.output.dropped == 2_999_000)
        #expect(result.error.text == "done\n")
        #expect(result.isSuccess)
    }

    @Test("When the time is up, grandchildren end too", arguments: ["", "trap '' TERM; "])
    func grandchildrenEnd(prelude: String) async throws {
        let folder = try TemporaryFolder()
        let pipe = folder.file("alive")
        #expect(mkfifo(pipe.string, 0o600) == 0)
        // Whoever lives holds the writing end; the reading end hangs up with the last of them.
        let reader = try FileDescriptor.open(pipe, .readOnly, options: .nonBlocking)
        defer { try? reader.close() }
        let script = "\(prelude)exec 3>'\(pipe)'; (sleep 1000; true) & echo started; sleep 1000; true"
        let result = try await ChildProcess.run(
            arguments: ["/bin/sh", "-c", script], timeout: .seconds(1), grace: .milliseconds(100))
        #expect(result.ending == .timedOut)
        #expect(result.output.text == "started\n")
        var wait = pollfd(fd: reader.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(poll(&wait, 1, 10_000) == 1)
        #expect(wait.revents & Int16(POLLHUP) != 0)
    }

    @Test("What a child leaves in the background ends with it")
    func backgroundEnds() async throws {
        let result = try await shell("sleep 1000 & echo left")
        #expect(result.ending == .exited(0))
        #expect(result.output.text == "left\n")
        #expect(result.duration < .seconds(10))
    }

    @Test("A grandchild that left the session holds nobody up, though it keeps the output open")
    func escapedGrandchild() async throws {
        let result = try await shell("setsid sleep 30 & echo left")
        #expect(result.ending == .exited(0))
        #expect(result.output.text.hasPrefix("left"))
        #expect(result.duration < .seconds(10))
    }

    @Test("A child that has ended leaves no zombie")
    func noZombie() async throws {
        let result = try await shell("echo $$")
        let process = result.output.text.split(separator: "\n").first.map(String.init) ?? ""
        #expect(Int(process) != nil)
        #expect(access("/proc/\(process)", F_OK) != 0)
    }

    @Test("Cancelling the task ends the child")
    func cancelling() async {
        let task = Task { try await shell("sleep 1000", timeout: .seconds(900)) }
        task.cancel()
        await #expect(throws: ProcessError.cancelled("/bin/sh")) { try await task.value }
    }

    @Test("The limits of a sandbox hold in the child")
    func limits() async throws {
        let limits = ProcessLimits(processorSeconds: 7, memory: 1 << 30, openFiles: 99, fileSize: 1 << 20)
        let result = try await shell(
            "ulimit -t; ulimit -v; ulimit -n; ulimit -f; ulimit -c", sandbox: ProcessSandbox(limits: limits))
        #expect(result.output.text == "7\n1048576\n99\n2048\n0\n")
    }

    @Test("Rights cannot be gained unless that is allowed", arguments: [(false, "1"), (true, "0")])
    func privileges(allowed: Bool, expected: String) async throws {
        let sandbox = ProcessSandbox(mayGainPrivileges: allowed)
        let result = try await shell("grep NoNewPrivs /proc/self/status", sandbox: sandbox)
        #expect(result.output.text == "NoNewPrivs:\t\(expected)\n")
    }

    @Test("Root can run a child as another user, without groups", .enabled(if: geteuid() == 0))
    func otherUser() async throws {
        let user = try ProcessUser.named("nobody")
        let result = try await shell("id -u; id -G", sandbox: ProcessSandbox(user: user))
        #expect(result.output.text == "\(user.user)\n\(user.group)\n")
    }

    @Test("A user that nobody knows is refused")
    func unknownUser() {
        #expect(throws: ProcessError.unknownUser("no-such-user")) { try ProcessUser.named("no-such-user") }
    }

    @Test("An isolated child can change no file and sees no network", .enabled(if: geteuid() == 0))
    func isolation() async throws {
        let folder = try TemporaryFolder()
        let sandbox = ProcessSandbox(isolation: [.files, .network])
        let result = try await shell(
            "touch '\(folder.file("mark"))' || echo refused; tail -n +3 /proc/net/dev | cut -d: -f1", sandbox: sandbox)
        #expect(result.isolation == [.files, .network])
        #expect(result.output.text.split(separator: "\n").map { $0.drop { $0 == " " } } == ["refused", "lo"])
        #expect(access(folder.file("mark").string, F_OK) != 0)
        // And the parent's own file systems are as they were.
        #expect(throws: Never.self) { try folder.write("mark", "") }
    }
}
