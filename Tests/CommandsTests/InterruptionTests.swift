import Commands
import Glibc
import Testing

@Suite("Interrupting a program")
struct InterruptionTests {
    @Test("Ctrl-C and SIGTERM are told to who wants an orderly end", arguments: [SIGINT, SIGTERM])
    func told(number: CInt) async {
        await #expect(processExitsWith: .exitCode(7)) { [number] in
            let interruption = Interruption { exit(7) }
            defer { interruption.end() }
            // Until the signal is listened for, it is ignored.
            while true {
                kill(getpid(), number)
                poll(nil, 0, 10)
            }
        }
    }
}
