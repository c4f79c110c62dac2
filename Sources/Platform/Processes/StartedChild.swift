import CLinux
import Glibc
import SystemPackage

/// One running child with what is needed to watch it; used by the one thread that started it, and gone with it.
struct StartedChild: ~Copyable {
    private let program: String
    private let process: pid_t
    private let watch: FileDescriptor
    private let isolation: ProcessIsolation
    private let start = ContinuousClock.now
    private let output: OutputPipe
    private let error: OutputPipe
    private var isReaped = false

    init(
        arguments: [String], environment: [String], folder: FilePath, input: [UInt8], stream: CInt?,
        sandbox: ProcessSandbox
    ) throws(ProcessError) {
        program = arguments[0]
        let given = try Self.input(input, program)
        defer { try? given.close() }
        let (output, outputEnd) = try OutputPipe.open(program)
        defer { try? outputEnd.close() }
        let (error, errorEnd) = try OutputPipe.open(program)
        defer { try? errorEnd.close() }
        var what = ac_spawn()
        what.input = stream ?? given.rawValue
        what.output = stream ?? outputEnd.rawValue
        what.error = errorEnd.rawValue
        what.no_new_privileges = sandbox.mayGainPrivileges ? 0 : 1
        what.isolation = sandbox.isolation.rawValue
        what.processor_seconds = sandbox.limits.processorSeconds ?? 0
        what.memory = sandbox.limits.memory ?? 0
        what.open_files = sandbox.limits.openFiles ?? 0
        what.file_size = sandbox.limits.fileSize ?? 0
        if let user = sandbox.user, user.user != geteuid() || user.group != getegid() {
            what.change_user = 1
            what.user = user.user
            what.group = user.group
        }
        let (status, spawned) = Self.spawn(what, arguments: arguments, environment: environment, folder: folder)
        guard status == 0 else { throw Self.failure(program, stage: spawned.stage, Errno(rawValue: -status)) }
        process = spawned.process
        watch = FileDescriptor(rawValue: spawned.descriptor)
        isolation = ProcessIsolation(rawValue: spawned.isolation)
        self.output = output
        self.error = error
    }

    deinit {
        // Only a watch that failed comes here with a child that still runs.
        if !isReaped {
            kill(-process, SIGKILL)
            var status: CInt = 0
            _ = ac_child_end(watch.rawValue, 1, &status)
        }
        try? watch.close()
    }

    /// Waits for the end, takes what is written meanwhile, and leaves nothing of its group behind.
    mutating func watch(
        timeout: Duration, grace: Duration, outputLimit: Int, wakeUp: WakeUp
    ) throws(ProcessError) -> ProcessResult {
        var deadline: ContinuousClock.Instant? = start + timeout
        var wasEnded = false
        var wasCancelled = false
        var status: CInt = 0
        while ac_child_end(watch.rawValue, 0, &status) == 0 {
            if let moment = deadline, ContinuousClock.now >= moment {
                kill(-process, wasEnded ? SIGKILL : SIGTERM)
                deadline = wasEnded ? nil : ContinuousClock.now + grace
                wasEnded = true
            }
            var waits = [
                pollfd(fd: watch.rawValue, events: Int16(POLLIN), revents: 0),
                pollfd(fd: output.polled, events: Int16(POLLIN), revents: 0),
                pollfd(fd: error.polled, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wasCancelled ? -1 : wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, nfds_t(waits.count), milliseconds(until: deadline)) >= 0 || errno == EINTR else {
                throw .cannotWatch(program, Errno(rawValue: errno))
            }
            if waits[1].revents != 0 { output.take(limit: outputLimit) }
            if waits[2].revents != 0 { error.take(limit: outputLimit) }
            if waits[3].revents != 0 {
                wasCancelled = true
                if !wasEnded { deadline = ContinuousClock.now }
            }
        }
        // The child is dead but not reaped, so the number of its group is still its own.
        kill(-process, SIGKILL)
        let ending = ac_child_end(watch.rawValue, 1, &status)
        isReaped = true
        output.drain(limit: outputLimit)
        error.drain(limit: outputLimit)
        if wasCancelled { throw .cancelled(program) }
        return ProcessResult(
            ending: wasEnded ? .timedOut : ending == 1 ? .exited(status) : .signalled(status),
            output: output.captured, error: error.captured, duration: ContinuousClock.now - start,
            isolation: isolation)
    }

    private static func spawn(
        _ what: ac_spawn, arguments: [String], environment: [String], folder: FilePath
    ) -> (Int32, ac_spawned) {
        var what = what
        var spawned = ac_spawned()
        var argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var environmentPointers: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        let status = folder.withPlatformString { folder in
            argumentPointers.withUnsafeMutableBufferPointer { arguments in
                environmentPointers.withUnsafeMutableBufferPointer { environment in
                    what.folder = folder
                    what.program = UnsafePointer(arguments[0])
                    what.arguments = UnsafePointer(arguments.baseAddress)
                    what.environment = UnsafePointer(environment.baseAddress)
                    return ac_spawn(&what, &spawned)
                }
            }
        }
        return (status, spawned)
    }

    private static func failure(_ program: String, stage: CInt, _ errno: Errno) -> ProcessError {
        let step =
            switch Int(stage) {
            case AC_SPAWN_LIMITS: "its limits"
            case AC_SPAWN_USER: "its user"
            case AC_SPAWN_FOLDER: "its working folder"
            case AC_SPAWN_PROGRAM: "the program"
            default: "a process"
            }
        if Int(stage) == AC_SPAWN_PROGRAM, errno == .noSuchFileOrDirectory { return .notFound(program) }
        return .cannotStart(program, step: step, errno)
    }

    /// A file in memory: unlike a pipe it needs nobody to feed it, and cannot raise SIGPIPE.
    private static func input(_ bytes: [UInt8], _ program: String) throws(ProcessError) -> FileDescriptor {
        let descriptor = bytes.isEmpty ? ac_open("/dev/null", O_RDONLY | O_CLOEXEC, 0) : ac_memory_file()
        guard descriptor >= 0 else {
            throw .cannotStart(program, step: "its input", Errno(rawValue: -descriptor))
        }
        let file = FileDescriptor(rawValue: descriptor)
        do {
            try file.writeAll(bytes)
            if !bytes.isEmpty { try file.seek(offset: 0, from: .start) }
            return file
        } catch {
            try? file.close()
            throw .cannotStart(program, step: "its input", (error as? Errno) ?? .ioError)
        }
    }
}
