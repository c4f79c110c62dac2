import NetworkDiagnosis
import Platform
import SystemPackage
import TestSupport

/// A machine's network as files, with one interface that works; a test breaks what it is about.
struct NetworkTree {
    let folder: TemporaryFolder
    var addresses = ["10.1.2.3/24"]
    var names: [String: Result<[NetworkAddress], NameLookupError>] = [:]
    var environment: [String: String] = [:]
    var knock: Result<[UInt8], ConnectionProbe.DatagramError> = .failure(.silent)
    var dnsPort: UInt16 = 53

    init() throws {
        folder = try TemporaryFolder()
        try interface("lo", type: 772, carrier: true)
        try interface("eth0", carrier: true)
        try write("proc/net/route", Self.routes)
        try write("proc/net/ipv6_route", "")
        try write("proc/net/if_inet6", "")
        try neighbour(flags: "0x2")
        try write("etc/resolv.conf", "")
    }

    /// As the kernel writes it: 10.1.2.1 by eth0.
    static let routes = """
        Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
        eth0\t00000000\t0102010A\t0003\t0\t0\t0\t00000000\t0\t0\t0
        eth0\t0002010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0

        """

    func write(_ path: String, _ text: String) throws { try folder.write(path, text) }

    func interface(
        _ name: String, type: Int = 1, up: Bool = true, carrier: Bool, duplex: String = "full", errors: Int = 0
    ) throws {
        let files = [
            "type": "\(type)", "flags": up ? "0x1003" : "0x1002", "carrier": carrier ? "1" : "0", "speed": "1000",
            "duplex": duplex, "device/uevent": "", "statistics/rx_packets": "90000",
            "statistics/tx_packets": "10000", "statistics/rx_errors": "\(errors)", "statistics/tx_errors": "0",
        ]
        for (file, text) in files { try write("sys/class/net/\(name)/\(file)", text + "\n") }
    }

    func neighbour(flags: String) throws {
        try write(
            "proc/net/arp",
            """
            IP address       HW type     Flags       HW address            Mask     Device
            10.1.2.1         0x1         \(flags)         02:fc:00:00:00:05     *        eth0

            """)
    }

    var machine: NetworkMachine {
        var machine = NetworkMachine(root: folder.path) { [environment] in environment[$0] }
        let own = addresses.compactMap { text -> InterfaceAddress? in
            let parts = text.split(separator: "/")
            guard let address = NetworkAddress(String(parts[0])), let prefix = Int(parts[1]) else { return nil }
            return InterfaceAddress(interface: "eth0", address: address, prefix: prefix)
        }
        machine.addresses = { own }
        machine.lookUp = { [names] in names[$0] ?? .failure(.noSuchName) }
        machine.knock = { [knock] _ in knock }
        machine.dnsPort = dnsPort
        machine.patience.name = .seconds(1)
        machine.patience.nameServer = .milliseconds(300)
        machine.patience.connection = .milliseconds(500)
        machine.patience.answer = .seconds(2)
        return machine
    }
}

/// A socket of this machine's that is bound, for peers that misbehave below HTTP.
final class BareSocket: Sendable {
    private let process: PythonPeer
    let port: UInt16

    /// What a socket does with who comes.
    enum Manner: String {
        /// Takes connections into its queue and never answers.
        case mute
        /// Has its queue full, so that not even a connection comes about.
        case full
        /// Is bound and does not listen.
        case closed
        /// Is a name server that knows `updates.example` and has no other name.
        case names
        /// Is a name server that fails.
        case failing
        /// Takes datagrams and never answers.
        case deaf
    }

    init(_ manner: Manner) throws {
        process = try PythonPeer(Self.script, [manner.rawValue])
        port = UInt16(process.firstLine) ?? 0
    }

    private static let script = #"""
        import socket, sys
        manner = sys.argv[1]
        datagrams = manner in ("names", "failing", "deaf")
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
        server.bind(("127.0.0.1", 0))
        kept = []
        if manner == "mute": server.listen(8)
        if manner == "full":
            server.listen(0)
            for _ in range(4):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(server.getsockname())
                kept.append(client)
        print(server.getsockname()[1], flush=True)
        import threading
        def serve():
            while True:
                data, peer = server.recvfrom(4096)
                question = data[12:]
                known = b"\x07updates\x07example\x00\x00\x01" in question
                status = 2 if manner == "failing" else 0 if b"\x07updates\x07example\x00" in question else 3
                answer = data[:2] + bytes([0x81, 0x80 | status]) + b"\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0" + question
                if known: answer += b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([127, 0, 0, 1])
                server.sendto(answer, peer)
        if manner in ("names", "failing"): threading.Thread(target=serve, daemon=True).start()
        sys.stdin.read()
        """#
}
