import Platform
import SystemPackage
import TestSupport
import Testing

/// What the kernel says of a terminal with the kernel's own structure, which stty cannot read.
private let termios2 = """
    import fcntl, struct
    words = struct.unpack("4I20B2I", fcntl.ioctl(0, 0x802C542A, bytes(44)))
    print(*words[:4], *words[-2:])
    """

/// The flags of termios(3) that Python gives these settings, for every framing and flow control.
private let expectedModes = """
    import itertools, termios as t
    for data, parity, stop, flow in itertools.product(
            (5, 6, 7, 8), ("none", "even", "odd", "mark", "space"), (1, 2), ("none", "hardware", "software")):
        control = t.CREAD | t.CLOCAL | {5: t.CS5, 6: t.CS6, 7: t.CS7, 8: t.CS8}[data]
        control |= {"none": 0, "even": t.PARENB, "odd": t.PARENB | t.PARODD,
                    "mark": t.PARENB | t.PARODD | 0x40000000, "space": t.PARENB | 0x40000000}[parity]
        control |= t.CSTOPB if stop == 2 else 0
        control |= t.CRTSCTS if flow == "hardware" else 0
        input = t.IGNBRK | (t.INPCK | t.IGNPAR if parity != "none" else 0)
        input |= t.IXON | t.IXOFF if flow == "software" else 0
        print(data, parity, stop, flow, input, control)
    """

@Suite("Settings of serial ports")
struct SerialSettingsTests {
    @Test("Every framing and flow control is what Python's termios makes of it")
    func modes() throws {
        let oracle = try Tool.run([Tool.python, "-c", expectedModes]).text.split(separator: "\n").map(String.init)
        var ours: [String] = []
        for data in SerialSettings.DataBits.allCases {
            for parity in SerialSettings.Parity.allCases {
                for stop in SerialSettings.StopBits.allCases {
                    for flow in SerialSettings.FlowControl.allCases {
                        var settings = SerialSettings()
                        settings.dataBits = data
                        settings.parity = parity
                        settings.stopBits = stop
                        settings.flowControl = flow
                        let mode = TerminalMode(settings)
                        ours.append(
                            "\(data.rawValue) \(parity) \(stop.rawValue) \(flow.rawValue) "
                                + "\(mode.inputFlags) \(mode.controlFlags)")
                        #expect(mode.outputFlags == 0 && mode.localFlags == 0)
                    }
                }
            }
        }
        #expect(ours == oracle && ours.count == 120)
    }

    @Test("What stty says of an open port is what was asked for, and of one that was closed what it was before")
    func stty() throws {
        let cable = try SerialCable()
        let before = try cable.examine(["stty", "-a"])
        var settings = SerialSettings(baud: 57_600)
        settings.stopBits = .two
        settings.flowControl = .software
        do {
            let port = try SerialPort(cable.path, settings)
            let now = try cable.examine(["stty", "-a"])
            #expect(now.contains("speed 57600 baud"))
            let words = Set(now.split { " ;\n".contains($0) })
            #expect(words.isSuperset(of: ["cs8", "cstopb", "-parenb", "-crtscts", "ixon", "ixoff", "clocal", "-echo"]))
            #expect(words.isSuperset(of: ["-icanon", "-isig", "-opost", "-icrnl", "ignbrk"]))
            #expect(port.settings == settings)
        }
        let after = try cable.examine(["stty", "-a"])
        #expect(after == before)
    }

    @Test(
        "Any speed is set, whether it has a name or not",
        arguments: [50, 134, 9600, 31_250, 74_880, 250_000, 12_345_678])
    func speeds(baud: Int) throws {
        let cable = try SerialCable()
        let port = try SerialPort(cable.path, SerialSettings(baud: baud))
        let words = try cable.examine([Tool.python, "-c", termios2]).split { " \n".contains($0) }.compactMap { Int($0) }
        #expect(words.count == 6 && words[4] == baud && words[5] == baud)
        #expect(port.settings.baud == baud)
    }

    @Test("A speed that no port can have is refused before it is tried", arguments: [0, -1, 49, 20_000_001])
    func impossibleSpeed(baud: Int) throws {
        let cable = try SerialCable()
        #expect(throws: SerialError.unsupportedSpeed(cable.path, baud: baud, instead: nil)) {
            try SerialPort(cable.path, SerialSettings(baud: baud))
        }
    }

    @Test("What the driver does not take is refused, and the port is left as it was", arguments: ["7E1", "8O1", "5N1"])
    func framingNotTaken(framing: String) throws {
        // A pseudo-terminal has eight bits without parity, whatever it is told.
        let cable = try SerialCable()
        let before = try cable.examine(["stty", "-a"])
        let settings = try #require(SerialSettings(baud: 9600, framing: framing))
        #expect(throws: SerialError.unsupported(cable.path, "framing \(framing)")) {
            try SerialPort(cable.path, settings)
        }
        let after = try cable.examine(["stty", "-a"])
        #expect(after == before)
        #expect(throws: Never.self) { try SerialPort(cable.path) }
    }

    @Test("A port without RS-485 refuses a declaration of it; low latency is a wish, and known")
    func lacking() throws {
        let cable = try SerialCable()
        var settings = SerialSettings()
        settings.isLowLatency = true
        let port = try SerialPort(cable.path, settings)
        #expect(!port.isLowLatency)
        #expect(throws: SerialError.unsupported(cable.path, "modem lines")) { try port.lines() }
        #expect(throws: SerialError.unsupported(cable.path, "modem lines")) { try port.set(high: .requestToSend) }
        settings.rs485 = SerialSettings.RS485()
        let other = try SerialCable()
        #expect(throws: SerialError.unsupported(other.path, "RS-485 mode")) { try SerialPort(other.path, settings) }
    }

    @Test("Framings are read as people write them", arguments: ["5N1", "7E2", "8O1", "8M1", "6S2"])
    func framings(text: String) throws {
        #expect(try #require(SerialSettings(baud: 300, framing: text)).framing == text)
    }

    @Test("What is no framing is not taken", arguments: ["", "8", "9N1", "4N1", "8X1", "8N3", "8N0", "8n1", "8N11"])
    func noFraming(text: String) { #expect(SerialSettings(baud: 300, framing: text) == nil) }
}
