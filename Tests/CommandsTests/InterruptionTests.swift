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

    @Test("When the long work is over, they end the program as they always do", arguments: [SIGINT, SIGTERM])
    func over(number: CInt) async {
        await #expect(processExitsWith: .signal(number)) { [number] in
            let interruption = Interruption {}
            interruption.end()
            kill(getpid(), number)
        }
    }
}
