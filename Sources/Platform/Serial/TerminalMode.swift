import CLinux
import Glibc

/// The flags of termios(3) that a port is set to: raw, and framed as its settings say.
package struct TerminalMode: Sendable, Equatable {
    package let inputFlags: UInt32
    package let outputFlags: UInt32
    package let controlFlags: UInt32
    package let localFlags: UInt32

    /// What is compared when a driver is asked what it took: a pseudo-terminal takes eight bits without parity only.
    private static let framing = UInt32(CSIZE | PARENB | PARODD | CSTOPB) | markOrSpace | hardwareFlow
    private static let softwareFlow = UInt32(IXON | IXOFF)
    /// CMSPAR and CRTSCTS, which the C library shows to Swift with other types on other architectures.
    private static let markOrSpace: UInt32 = 0o10_000_000_000
    private static let hardwareFlow: UInt32 = 0o20_000_000_000

    package init(_ settings: SerialSettings) {
        // A break, and a byte whose parity or framing is wrong, is nothing that was said.
        var input = UInt32(IGNBRK)
        let size =
            switch settings.dataBits {
            case .five: CS5
            case .six: CS6
            case .seven: CS7
            case .eight: CS8
            }
        var control = UInt32(CREAD | CLOCAL | size)
        if settings.parity != .none {
            input |= UInt32(INPCK | IGNPAR)
            control |= UInt32(PARENB)
        }
        if settings.parity == .odd || settings.parity == .mark { control |= UInt32(PARODD) }
        if settings.parity == .mark || settings.parity == .space { control |= Self.markOrSpace }
        if settings.stopBits == .two { control |= UInt32(CSTOPB) }
        switch settings.flowControl {
        case .none: break
        case .hardware: control |= Self.hardwareFlow
        case .software: input |= Self.softwareFlow
        }
        inputFlags = input
        outputFlags = 0
        controlFlags = control
        localFlags = 0
    }

    func words(baud: UInt32) -> ac_terminal_mode {
        ac_terminal_mode(
            input_flags: inputFlags, output_flags: outputFlags, control_flags: controlFlags, local_flags: localFlags,
            input_baud: baud, output_baud: baud, least_bytes: 1, wait_tenths: 0)
    }

    /// Whether a driver that says it is set to `words` frames bytes and stops the flow as this mode asks.
    func isTaken(in words: ac_terminal_mode) -> Bool {
        (words.control_flags ^ controlFlags) & Self.framing == 0
            && (words.input_flags ^ inputFlags) & Self.softwareFlow == 0
    }
}
