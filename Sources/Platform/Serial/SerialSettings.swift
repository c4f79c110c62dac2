/// How a serial port speaks: 115200 baud, 8N1, without flow control, unless told otherwise.
package struct SerialSettings: Sendable, Hashable, CustomStringConvertible {
    /// Speeds that are taken for one: what a driver makes of them is read back when a port is opened.
    package static let bauds = 50...20_000_000

    package enum DataBits: Int, Sendable, CaseIterable {
        case five = 5
        case six, seven, eight
    }

    package enum Parity: String, Sendable, CaseIterable {
        case none, even, odd, mark, space
    }

    package enum StopBits: Int, Sendable, CaseIterable {
        case one = 1
        case two
    }

    package enum FlowControl: String, Sendable, CaseIterable {
        case none
        /// By the lines RTS and CTS.
        case hardware
        /// By the characters XON and XOFF, which then cannot be said.
        case software
    }

    /// How the port drives the transmitter of an RS-485 line (Linux, serial-rs485.rst).
    package struct RS485: Sendable, Hashable {
        /// Whether RTS is high while something is sent.
        package var isRTSOnSend = true
        /// Whether RTS is high after something was sent.
        package var isRTSAfterSend = false
        /// What is waited between switching the transmitter on and the first bit; whole milliseconds.
        package var delayBeforeSend: Duration = .zero
        /// What is waited between the last bit and switching the transmitter off; whole milliseconds.
        package var delayAfterSend: Duration = .zero
        /// Whether the port hears what it sends itself.
        package var receivesOwn = false
        /// Whether the port ends the bus with a resistor, where it has one to switch on.
        package var isTerminated = false

        package init() {}
    }

    package var baud = 115_200
    package var dataBits = DataBits.eight
    package var parity = Parity.none
    package var stopBits = StopBits.one
    package var flowControl = FlowControl.none
    /// Nil leaves the port as it is: an RS-232 port, or one whose driver was told by the device tree.
    package var rs485: RS485?
    /// Has the driver hand on every byte at once, where it can; `SerialPort.isLowLatency` says whether it does.
    package var isLowLatency = false

    package init(baud: Int = 115_200) { self.baud = baud }

    /// Reads the framing as people write it: data bits, the parity's first letter, stop bits, such as `8N1` or `7E2`.
    package init?(baud: Int, framing: String) {
        let parts = Array(framing)
        guard parts.count == 3, let data = parts[0].wholeNumberValue.flatMap(DataBits.init),
            let parity = Parity.allCases.first(where: { $0.letter == parts[1] }),
            let stop = parts[2].wholeNumberValue.flatMap(StopBits.init)
        else { return nil }
        self.baud = baud
        dataBits = data
        self.parity = parity
        stopBits = stop
    }

    /// Such as `8N1`.
    package var framing: String { "\(dataBits.rawValue)\(parity.letter)\(stopBits.rawValue)" }

    package var description: String { "\(baud) baud \(framing)" }
}

extension SerialSettings.Parity {
    var letter: Character {
        switch self {
        case .none: "N"
        case .even: "E"
        case .odd: "O"
        case .mark: "M"
        case .space: "S"
        }
    }
}
