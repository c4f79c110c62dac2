import CLinux
import Glibc
import SystemPackage

/// What a port was set to before it became ours, and how it is set to something else and back.
struct SerialState: Sendable {
    private let descriptor: CInt
    private let path: FilePath
    private let mode: ac_terminal_mode
    /// Nil where the driver has no such choice.
    private let isLowLatency: Bool?
    private let rs485: ac_rs485?

    init(of descriptor: CInt, _ path: FilePath) throws(SerialError) {
        self.descriptor = descriptor
        self.path = path
        mode = try Self.mode(of: descriptor, path)
        let latency = ac_terminal_low_latency(descriptor)
        isLowLatency = latency < 0 ? nil : latency == 1
        var rs485 = ac_rs485()
        self.rs485 = ac_rs485_get(descriptor, &rs485) < 0 ? nil : rs485
    }

    /// Sets the port, sees to it that its driver took everything, and says whether it has a low latency now.
    func set(_ settings: SerialSettings) throws(SerialError) -> Bool {
        try setMode(settings)
        if let wanted = settings.rs485 { try setRS485(wanted) }
        guard settings.isLowLatency, isLowLatency == false else { return isLowLatency == true }
        return ac_terminal_set_low_latency(descriptor, 1) >= 0 && ac_terminal_low_latency(descriptor) == 1
    }

    /// Makes a terminal raw; without `settings` its speed, framing and flow control stay as they are.
    func setRaw(_ settings: SerialSettings?) throws(SerialError) {
        if let settings {
            _ = try set(settings)
            return
        }
        var words = mode
        words.input_flags &= UInt32(IXON | IXOFF)
        words.output_flags = 0
        words.local_flags = 0
        words.least_bytes = 1
        words.wait_tenths = 0
        let status = ac_terminal_set(descriptor, &words)
        guard status >= 0 else { throw .cannot("set", path, Errno(rawValue: -status)) }
    }

    /// Sets the port back, as far as it is still there.
    func restore() {
        var mode = mode
        _ = ac_terminal_set(descriptor, &mode)
        if var rs485 { _ = ac_rs485_set(descriptor, &rs485) }
        if let isLowLatency, ac_terminal_low_latency(descriptor) != (isLowLatency ? 1 : 0) {
            _ = ac_terminal_set_low_latency(descriptor, isLowLatency ? 1 : 0)
        }
    }

    private func setMode(_ settings: SerialSettings) throws(SerialError) {
        guard SerialSettings.bauds.contains(settings.baud) else {
            throw .unsupportedSpeed(path, baud: settings.baud, instead: nil)
        }
        let wanted = TerminalMode(settings)
        var words = wanted.words(baud: UInt32(settings.baud))
        let status = ac_terminal_set(descriptor, &words)
        if status == -EINVAL { throw .unsupported(path, "mode for \(settings)") }
        guard status >= 0 else { throw .cannot("set", path, Errno(rawValue: -status)) }
        // A driver takes what it can and says nothing of the rest (termios(3)): only reading back tells.
        let now = try Self.mode(of: descriptor, path)
        for baud in [now.input_baud, now.output_baud] where !isNear(Int(baud), settings.baud) {
            throw .unsupportedSpeed(path, baud: settings.baud, instead: Int(baud))
        }
        guard wanted.isTaken(in: now) else {
            let flow = settings.flowControl == .none ? "" : " with flow control by \(settings.flowControl.rawValue)"
            throw .unsupported(path, "framing \(settings.framing)\(flow)")
        }
    }

    /// A receiver samples the last of ten bits in its middle, so that 5 % would be too much for two clocks together.
    private func isNear(_ baud: Int, _ wanted: Int) -> Bool { abs(baud - wanted) * 100 <= wanted * 3 }

    private func setRS485(_ wanted: SerialSettings.RS485) throws(SerialError) {
        guard rs485 != nil else { throw .unsupported(path, "RS-485 mode") }
        var words = ac_rs485(
            enabled: 1, rts_on_send: wanted.isRTSOnSend ? 1 : 0, rts_after_send: wanted.isRTSAfterSend ? 1 : 0,
            receives_own: wanted.receivesOwn ? 1 : 0, terminates: wanted.isTerminated ? 1 : 0,
            delay_before_send: Self.milliseconds(wanted.delayBeforeSend),
            delay_after_send: Self.milliseconds(wanted.delayAfterSend))
        let status = ac_rs485_set(descriptor, &words)
        guard status >= 0 else { throw .cannot("set the RS-485 mode of", path, Errno(rawValue: -status)) }
        var now = ac_rs485()
        let isTold = ac_rs485_get(descriptor, &now) >= 0
        guard isTold, now.enabled == 1, now.rts_on_send == words.rts_on_send,
            now.rts_after_send == words.rts_after_send, now.receives_own == words.receives_own,
            now.terminates == words.terminates,
            now.delay_before_send == words.delay_before_send, now.delay_after_send == words.delay_after_send
        else { throw .unsupported(path, "RS-485 mode with these RTS levels and delays") }
    }

    private static func milliseconds(_ time: Duration) -> UInt32 {
        let (seconds, attoseconds) = time.components
        return UInt32(clamping: seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000)
    }

    private static func mode(of descriptor: CInt, _ path: FilePath) throws(SerialError) -> ac_terminal_mode {
        var mode = ac_terminal_mode()
        let status = ac_terminal_get(descriptor, &mode)
        guard status >= 0 else { throw .cannot("examine", path, Errno(rawValue: -status)) }
        return mode
    }
}
