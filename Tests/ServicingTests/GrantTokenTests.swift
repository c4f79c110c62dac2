import Foundation
import Platform
import Releases
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// Needs softhsm2, opensc and libengine-pkcs11-openssl.
@Suite("Grants by a smart card's key")
struct GrantTokenTests {
    private static let library = "/usr/lib/softhsm/libsofthsm2.so"
    private static let isInstalled =
        FileManager.default.fileExists(atPath: library)
        && FileManager.default.fileExists(atPath: "/usr/bin/pkcs11-tool")

    // In a process of its own: SoftHSM and libp11 take their settings from the environment, which threads must not change.
    @Test("A grant by a token's P-256 key is taken, and as short as by one in a file", .enabled(if: isInstalled))
    func token() async {
        await #expect(processExitsWith: .success) {
            do {
                let technicians = try Technicians()
                try Self.makeToken(in: technicians.folder)
                let key = try PrivateKey(token: "pkcs11:token=service;object=ada;type=private;pin-value=1234")
                let signer = GrantSigner(try technicians.certified("Ada", key: key))
                let challenge = try Challenge(device: "IP4-000417")
                let text = try signer.grant(try .test(challenge), with: .none).text()
                #expect(text.split(separator: "\n").count == 5)
                let policy = try technicians.policy(people: [signer.signer.certificate])
                let verified = try GrantVerifier(policy: policy).verify(
                    try Grant(text: text), answering: challenge, at: .clock(60))
                #expect(verified.certificate.keyID == key.keyID)
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    private static func makeToken(in folder: TemporaryFolder) throws {
        let settings = "directories.tokendir = \(folder.path)\nobjectstore.backend = file\n"
        setenv("SOFTHSM2_CONF", try folder.write("softhsm2.conf", settings).string, 1)
        setenv("PKCS11_MODULE_PATH", library, 1)
        let commands = [
            ["softhsm2-util", "--init-token", "--free", "--label", "service", "--pin", "1234", "--so-pin", "5678"],
            [
                "pkcs11-tool", "--module", library, "--login", "--pin", "1234", "--token-label", "service",
                "--keypairgen", "--key-type", "EC:prime256v1", "--label", "ada", "--id", "01",
            ],
        ]
        for command in commands {
            let result = try Tool.run(command)
            #expect(result.status == 0, "\(result.error)")
        }
    }
}
