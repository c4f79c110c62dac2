import CLinux
import Glibc
package import SystemPackage

/// The terminal, serial line or socket that a program was started on: standard input and output.
///
/// Where it is a terminal it is raw while this lives, and set back afterwards; its speed and framing stay unless `settings` say
/// otherwise. The descriptors stay open: they are the program's.
package final class TerminalLine: ByteLine {
    package let path: FilePath
    package let isTerminal: Bool
    private let flow: DescriptorFlow
    private let before: [Descriptor]

    private struct Descriptor {
        let number: CInt
        let flags: CInt
        let state: SerialState?
    }

    package init(
        input: CInt = STDIN_FILENO, output: CInt = STDOUT_FILENO, settings: SerialSettings? = nil
    ) throws(SerialError) {
        var name = [CChar](repeating: 0, count: 256)
        let isNamed = ttyname_r(input, &name, name.count) == 0
        path = isNamed ? FilePath(platformString: name) : "standard input"
        isTerminal = isatty(input) == 1
        let wakeUp: WakeUp
        do { wakeUp = try WakeUp() } catch { throw .cannot("watch", path, error) }
        flow = DescriptorFlow(path: path, input: input, output: output, wakeUp: wakeUp)
        var before: [Descriptor] = []
        for number in Set([input, output]).sorted() {
            let flags = fcntl(number, F_GETFL)
            guard flags >= 0 else { throw .cannot("use", path, Errno(rawValue: errno)) }
            let state = isatty(number) == 1 ? try SerialState(of: number, path) : nil
            before.append(Descriptor(number: number, flags: flags, state: state))
        }
        self.before = before
        for descriptor in before {
            try descriptor.state?.setRaw(settings)
            _ = fcntl(descriptor.number, F_SETFL, descriptor.flags | O_NONBLOCK)
        }
    }

    deinit {
        for descriptor in before {
            descriptor.state?.restore()
            _ = fcntl(descriptor.number, F_SETFL, descriptor.flags)
        }
    }

    package func cancel() { flow.wakeUp.signal() }

    package func write(_ bytes: [UInt8], within time: Duration) throws(SerialError) {
        try flow.write(bytes, within: time)
    }

    package func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8] {
        try flow.read(limit, within: time)
    }
}
