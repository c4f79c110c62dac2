import Documents
import Foundation
import Hardware
import SystemPackage
import Testing
import Vocabulary

@Suite("Board profiles")
struct BoardProfileTests {
    private static let boards = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("boards").path

    @Test(
        "The example profiles are accepted",
        arguments: [("imx8mp-infusion-pump", 3, 1), ("x86-industrial-pc", 1, 0), ("qemu-q35", 2, 1)])
    func examples(name: String, ports: Int, peripherals: Int) throws {
        let profile = try BoardProfile.read(FilePath(Self.boards).appending("\(name).toml"))
        #expect(profile.name == name)
        #expect(profile.serials.count == ports)
        #expect(profile.peripherals.count == peripherals)
        #expect(!profile.interlocks.isEmpty)
    }

    @Test("A profile says what it says")
    func values() throws {
        let profile = try BoardProfile.read(FilePath(Self.boards).appending("imx8mp-infusion-pump.toml"))
        let pressure = try #require(profile.sensors.first { $0.name == "line.pressure" })
        #expect(pressure.unit == .pascal)
        #expect(pressure.plausible == -30000...250_000)
        let therapy = try #require(profile.serials.first { $0.role == .therapy })
        #expect(therapy.dataBits == 8 && therapy.parity == .even && therapy.stopBits == 1)
        #expect(therapy.rs485?.delayAfterSend == .milliseconds(1))
        #expect(profile.watchdog?.pretimeout == .seconds(20))
        #expect(profile.watchdog?.feeder == .systemd)
        #expect(profile.peripherals.first?.port == "motor")
        #expect(profile.indicators.contains(Indicator(name: "emmc.life-used", unit: .percent)))
        #expect(profile.indicators.contains(Indicator(name: "pump-running", unit: .one)))
        #expect(!profile.indicators.contains { $0.name == "pump-reset" })
    }

    private static let port = "[[serial]]\nname = \"s\"\npath = \"/dev/ttyS0\"\nrole = \"service\""
    private static let call = "[[interlock]]\nname = \"i\"\nsays = \"x\"\nkind = \"dbus\""
    private static let level = "[[sensor]]\nname = \"b.level\"\ndriver = \"thermal\"\nzone = \"z\""

    /// What stands below `[board]`, the place of the refusal, and words that it must say.
    private static let mistakes: [(String, Int, Int, String)] = [
        ("[borad]", 3, 1, "'borad' is not a known key"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\nunti = \"V\"", 7, 1, "'sensor[0].unti'"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"thermal\"", 3, 1, "'sensor[0].zone' is missing"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"termal\"", 5, 10, "not one of hwmon, thermal"),
        ("[[sensor]]\nname = 7", 4, 8, "is not a string"),
        ("[[sensor]]\nname = \"CPU heat\"", 4, 8, "not words of a-z"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\nunit = \"V\"", 7, 8, "no 'scale' converts it"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\nunit = \"°C\"", 7, 8, "write 'Cel'"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"file\"\npath = \"/sys/x\"\nunit = \"furlong\"", 7, 8, "not a unit"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"file\"\npath = \"/sys/x\"", 3, 1, "'sensor[0].unit' is missing"),
        (
            "[[sensor]]\nname = \"a\"\ndriver = \"file\"\npath = \"/etc/passwd\"\nunit = \"1\"", 6, 8,
            "neither below '/sys'"
        ),
        ("[[sensor]]\nname = \"a\"\ndriver = \"file\"\npath = \"/sys/../etc\"\nunit = \"1\"", 6, 8, "without '..'"),
        (
            "[[sensor]]\nname = \"a\"\ndriver = \"file\"\npath = \"/sys/x\"\nunit = \"{word}\"\nscale = 2", 8, 9,
            "has no meaning for a sensor that gives words"
        ),
        ("[[sensor]]\nname = \"a\"\ndriver = \"hwmon\"\nchip = \"c\"\nchannel = \"temp\"", 7, 11, "without a number"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"hwmon\"\nchip = \"c\"\nchannel = \"volt1\"", 7, 11, "does not begin"),
        (
            "[[sensor]]\nname = \"a\"\ndriver = \"hwmon\"\nchip = \"c\"\nchannel = \"temp1\"\nlabel = \"x\"", 8, 9,
            "beside a numbered channel"
        ),
        (
            "[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\nplausible = [5, 1]", 7, 13, "not below 1.0"
        ),
        ("[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\nplausible = [5, \"x\"]", 7, 17, "not a number"),
        ("[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\nscale = 0", 7, 9, "is 0"),
        (
            "[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"z\"\n[[sensor]]\nname = \"a\"\ndriver = \"thermal\"\nzone = \"y\"",
            8, 8, "makes the indicator 'a'"
        ),
        (
            "\(level)\n[[supply]]\nname = \"b\"\ndevice = \"B\"\nkind = \"battery\"",
            8, 8, "makes the indicator 'b.level'"
        ),
        (
            "[[supply]]\nname = \"b\"\ndevice = \"B\"\nkind = \"battery\"\nreads = [\"level\", \"mood\"]", 7, 19,
            "'mood'"
        ),
        (
            "[[supply]]\nname = \"b\"\ndevice = \"B\"\nkind = \"battery\"\nreads = [\"level\", \"level\"]", 7, 19,
            "a second"
        ),
        ("[[supply]]\nname = \"b\"\ndevice = \"../B\"\nkind = \"battery\"", 5, 10, "not a name without '/'"),
        (
            "[[storage]]\nname = \"d\"\ndevice = \"sda\"\nkind = \"scsi\"\nreads = [\"life-used\"]", 7, 10,
            "does not say"
        ),
        ("[[network]]\nname = \"n\"\ninterface = \"\"", 5, 13, "not a name"),
        ("[[gpio]]\nname = \"g\"\nchip = \"c\"\nline = true\ndirection = \"in\"", 6, 8, "neither a line's name"),
        ("[[gpio]]\nname = \"g\"\nchip = \"c\"\nline = 1\ndirection = \"inout\"", 7, 13, "not one of in, out"),
        ("[watchdog]\ntimeout = 0\nfed-by = \"agent\"", 4, 11, "is 0, outside 1 to 86400"),
        ("[watchdog]\ntimeout = 10\npretimeout = 10\nfed-by = \"agent\"", 5, 14, "not below 'timeout'"),
        ("[watchdog]\ntimeout = 10\nfed-by = \"nobody\"", 5, 10, "not one of agent, systemd"),
        (
            "\(port)\nframing = \"9N1\"", 7, 11,
            "not like '8N1'"
        ),
        (
            "\(port)\nflow = \"hardware\"\nrs485 = {}", 7,
            8,
            "RS-485 needs the RTS line"
        ),
        (
            "\(port)\nrs485 = { delay-after = 3 }", 7, 11,
            "'serial[0].rs485.delay-after' is not a known key"
        ),
        (
            "\(port)\n[[serial]]\nname = \"s\"\npath = \"/dev/ttyS1\"\nrole = \"service\"",
            8, 8, "as is serial[0] already"
        ),
        (
            "\(port)\n[[serial]]\nname = \"t\"\npath = \"/dev/ttyS0\"\nrole = \"service\"",
            9, 8, "as is serial[0] already"
        ),
        ("[[peripheral]]\nname = \"p\"\nimage = \"i\"\nport = \"none\"\nprotocol = \"smp\"", 6, 8, "no [[serial]]"),
        (
            "[[peripheral]]\nname = \"p\"\nimage = \"i\"\nport = \"s\"\nprotocol = \"smp\"\n\(port)",
            6, 8, "with the role 'service', not 'peripheral'"
        ),
        ("[[interlock]]\nname = \"i\"\nkind = \"gpio\"", 3, 1, "'interlock[0].says' is missing"),
        (
            "[[interlock]]\nname = \"i\"\nsays = \"x\"\nkind = \"value\"\nindicator = \"no.such\"\nfree = 0", 7, 13,
            "which nothing here measures"
        ),
        (
            "[[interlock]]\nname = \"i\"\nsays = \"x\"\nkind = \"value\"\nfile = \"/sys/x\"\nfree = 0\nin-use = 1", 9,
            10,
            "stands beside 'free'"
        ),
        (
            "[[interlock]]\nname = \"i\"\nsays = \"x\"\nkind = \"value\"\nfile = \"/sys/x\"\nfree = []", 8, 8,
            "is empty"
        ),
        (
            "[[interlock]]\nname = \"i\"\nsays = \"x\"\nkind = \"gpio\"\ngpio = \"g\"\nfree = \"active\"", 7, 8,
            "no [[gpio]] of that name is an input"
        ),
        (
            "[[interlock]]\nname = \"i\"\nsays = \"x\"\nkind = \"serial\"\nport = \"s\"\nask = \"?\"\nfree = \"a{9}\"",
            9,
            8, "without intervals"
        ),
        (
            "\(call)\nservice = \"pump\"\npath = \"/\"\ninterface = \"a.b\"\nproperty = \"P\"\nfree = true",
            7, 11, "not a name on the bus"
        ),
        (
            "\(call)\nservice = \"a.b\"\npath = \"/a/\"\ninterface = \"a.b\"\nproperty = \"P\"\nfree = true",
            8, 8, "not an object's path"
        ),
        ("[rtc]\ndevice = \"rtc0\"\nreads = [\"time\"]\nsets = true", 6, 1, "'rtc.sets' is not a known key"),
    ]

    @Test("A mistake is refused with its line, its column and its reason", arguments: mistakes)
    func everyMistake(text: String, line: Int, column: Int, words: String) {
        let error = #expect(throws: DocumentError.self) { try BoardProfile("[board]\nname = \"x\"\n\(text)\n") }
        #expect(error?.position == TextPosition(line: line, column: column), "\(error?.description ?? "")")
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test("Text that is no TOML is refused where it stops to be it")
    func noTOML() {
        let error = #expect(throws: DocumentError.self) { try BoardProfile("[board]\nname = \n") }
        #expect(error?.position?.line == 2)
    }

    @Test("A profile without a board is refused")
    func nothing() {
        let error = #expect(throws: DocumentError.self) { try BoardProfile("") }
        #expect(error?.cause == .missing("board"))
    }

    @Test("Keys of one's own begin with x-")
    func ownKeys() throws {
        #expect(try BoardProfile("[board]\nname = \"x\"\nx-drawing = \"4711-A\"\n").name == "x")
    }

    @Test("A file that is not there and one that is no text have their own numbers")
    func files() throws {
        let tree = try KernelFolder("")
        let missing = #expect(throws: HardwareError.self) { try BoardProfile.read(tree.root.appending("none")) }
        #expect(missing?.code == FaultCode(3001))
        try tree.set("board.toml", bytes: [0x61, 0xFF])
        let garbled = #expect(throws: HardwareError.self) { try BoardProfile.read(tree.root.appending("board.toml")) }
        #expect(garbled?.code == FaultCode(3002))
        try tree.set("board.toml", "[board]\nname = 1\n")
        let wrong = #expect(throws: HardwareError.self) { try BoardProfile.read(tree.root.appending("board.toml")) }
        #expect(wrong?.code == FaultCode(3003))
        #expect(wrong?.description.contains("line 2, column 8") == true)
    }
}
