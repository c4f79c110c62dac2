import ArgumentParser
import Commands
import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

struct PKICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pki", abstract: "Keys and certificates for trying and testing.",
        discussion: """
            The keys are plain files, so this is not for production: there, a key lives in a token, and 'bundle approve \
            --key pkcs11:...' signs with it, as 'grant --key pkcs11:...' does.

            'pki init' is for who approves releases, 'pki service' for who services devices; 'pki issue' and 'pki \
            revoke' are for both. Nobody has both by one certificate.
            """,
        subcommands: [Init.self, Service.self, Issue.self, Revoke.self])

    struct Place: ParsableArguments {
        @Option(name: .shortAndLong, help: "The folder of the authorities.", completion: .directory)
        var folder: String = "pki"

        var authority: Authority { Authority(folder: FilePath(folder), storage: Storage()) }
    }

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a root and an issuing authority for each role, and the trust table of a device.")

        @OptionGroup var place: Place
        @Option(name: .long, help: "The roles, with commas between them.")
        var roles = RolesArgument(TrustPolicy.usualRoles)
        @Option(name: .long, help: "The organisation in the certificates.")
        var organization = "Example Medical"
        @Option(name: .long, help: "The kind of key: rsa3072, rsa4096, p256, p384, ed25519.")
        var keys: KeyArgument = .p384

        func run() async throws {
            try place.authority.create(
                roles: roles.roles, organization: organization, keys: keys.kind, now: SystemClock().now())
            Terminal.say("\(place.folder)/trust.toml is what a device trusts; keep the .key files to yourself")
        }
    }

    struct Service: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the authorities of those who service devices, and the service table of a device.",
            discussion: """
                Then 'pki issue --role technician --person NAME' makes somebody a technician, and 'grant' answers a \
                device's challenge as that person. service.toml goes into the device's aftercare.toml; what a role may \
                do at most stands there.
                """)

        @OptionGroup var place: Place
        @Option(name: .long, help: "The roles, with commas between them.")
        var roles = RolesArgument(["technician", "service-lead"].compactMap { Role($0) })
        @Option(name: .long, help: "The organisation in the certificates.")
        var organization = "Example Medical"
        @Option(name: .long, help: "The kind of key: rsa3072, rsa4096, p256, p384, ed25519.")
        var keys: KeyArgument = .p256

        func run() async throws {
            try place.authority.create(
                roles: roles.roles, for: .service, organization: organization, keys: keys.kind,
                now: SystemClock().now())
            Terminal.say("\(place.folder)/service.toml is who may service a device; keep the .key files to yourself")
        }
    }

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a certificate for what the role is for: approving releases, or service.")

        @OptionGroup var place: Place
        @Option(name: .long, help: "The role that the person has.")
        var role: RoleArgument
        @Option(name: .long, help: "The person's name.")
        var person: String
        @Option(name: .long, help: "The kind of key: rsa3072, rsa4096, p256, p384, ed25519.")
        var keys: KeyArgument = .p256
        @Option(name: .long, help: "How many days it is valid.")
        var days: Int64 = 365

        func run() async throws {
            let authority = place.authority
            let others = try authority.otherRoles(of: person, than: role.role)
            let issued = try authority.issue(
                role: role.role, person: person, keys: keys.kind, days: days, now: SystemClock().now())
            if !others.isEmpty {
                let names = others.map { "'\($0)'" }.joined(separator: ", ")
                Terminal.write(
                    """
                    '\(person)' has a certificate for \(names) already. One person's approvals count once: two roles in \
                    one pair of hands are one role.\n
                    """, to: .messages)
            }
            Terminal.say(issued.certificate.string)
            Terminal.say(issued.key.string)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a person's certificate and sign the revocation list again.")

        @OptionGroup var place: Place
        @Option(name: .long, help: "The role that the person had.")
        var role: RoleArgument
        @Option(name: .long, help: "The person's name.")
        var person: String

        func run() async throws {
            let list = try place.authority.revoke(role: role.role, person: person, now: SystemClock().now())
            Terminal.say(list.string)
        }
    }
}

/// A role on the command line.
struct RoleArgument: ExpressibleByArgument {
    let role: Role

    init(_ role: Role) { self.role = role }

    init?(argument: String) {
        guard let role = Role(argument) else { return nil }
        self.role = role
    }
}

/// Roles on the command line, with commas between them.
struct RolesArgument: ExpressibleByArgument {
    let roles: [Role]

    init(_ roles: [Role]) { self.roles = roles }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        roles = names.compactMap { Role(String($0)) }
        guard roles.count == names.count, Set(roles).count == roles.count else { return nil }
    }

    var defaultValueDescription: String { roles.map(\.name).joined(separator: ",") }
}

/// A kind of key on the command line.
enum KeyArgument: String, ExpressibleByArgument, CaseIterable {
    case rsa3072
    case rsa4096
    case p256
    case p384
    case ed25519

    var kind: KeyKind {
        switch self {
        case .rsa3072: .rsa(bits: 3072)
        case .rsa4096: .rsa(bits: 4096)
        case .p256: .p256
        case .p384: .p384
        case .ed25519: .ed25519
        }
    }
}
