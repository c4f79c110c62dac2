import ArgumentParser
import Commands
import Ledger
import Platform
import SystemPackage
import Vocabulary

struct LedgerWitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Witness the ledgers of devices, so that none can show another history later.",
        subcommands: [Sign.self, Key.self])

    struct Identity: ParsableArguments {
        @Option(name: .long, help: "The name under which this witness signs, like witness.example.com/w1.")
        var name: String
        @Option(
            name: .long,
            help: "Its Ed25519 key: a PEM file or a pkcs11: URI. 'openssl genpkey -algorithm ed25519' makes one.",
            completion: .file())
        var key: String
        @Option(name: .long, help: "The folder that remembers what was signed.", completion: .directory)
        var state: String = "witness"

        func open() throws -> Witness {
            let storage = Storage()
            let key =
                if PrivateKey.isToken(self.key) {
                    try PrivateKey(token: self.key)
                } else {
                    try PrivateKey(pem: try storage.read(FilePath(self.key), limit: 64 << 10))
                }
            return try Witness(folder: FilePath(state), name: name, key: key, storage: storage)
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "witness",
            abstract: "Sign a device's checkpoint, if it continues the one that was signed before.",
            discussion: """
                The request is what 'aftercare ledger checkpoint --since SIZE' prints (C2SP tlog-witness, add-checkpoint); \
                the answer goes back by 'aftercare ledger checkpoint --add'. Exit status 3 where the checkpoint is not \
                signed by the device, or its history is not the one that was signed.
                """)

        @OptionGroup var identity: Identity
        @Option(
            name: .long, help: "The device's public key, the first time and when it has changed.", completion: .file())
        var deviceKey: String?
        @Argument(help: "The request.", completion: .file())
        var request: String

        func run() async throws {
            let storage = Storage()
            let bytes = try storage.read(FilePath(request), limit: WitnessRequest.limit)
            let trusted = try deviceKey.map { try PublicKey.read(FilePath($0), storage: storage) }
            let request = try WitnessRequest(String(decoding: bytes, as: UTF8.self))
            Terminal.write(try identity.open().answer(request, trusted: trusted))
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the verifier key that devices and auditors know this witness by.")

        @OptionGroup var identity: Identity

        func run() async throws { Terminal.say(try identity.open().verifierKey) }
    }
}
