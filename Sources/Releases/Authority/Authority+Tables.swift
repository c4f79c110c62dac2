import Platform
import Servicing
import SystemPackage
import Trust

/// What people are certified for; nobody for both.
package enum CertificatePurpose: Sendable, CaseIterable {
    case releases
    case service

    /// The file with the device's table.
    var table: FilePath.Component {
        switch self {
        case .releases: "trust.toml"
        case .service: "service.toml"
        }
    }

    /// The extended key usage of people's certificates.
    var keyUsage: String {
        switch self {
        case .releases: "codeSigning"
        case .service: "clientAuth"
        }
    }

    /// What limits an authority to it.
    var authorityExtensions: [CertificateExtension] {
        switch self {
        case .releases: []
        case .service: [CertificateExtension("extendedKeyUsage", keyUsage)]
        }
    }
}

extension Authority {
    func purpose(of role: Role) throws(AuthorityError) -> CertificatePurpose {
        try certificate("issuing", of: role).allowsClientAuthentication == true ? .service : .releases
    }

    func policyText(_ roles: [Role]) -> String {
        let lists = roles.flatMap { ["\($0)/root-crl.pem", "\($0)/issuing-crl.pem"] }
        return """
            # Trust in the authorities of this folder, \(Self.warning).
            [trust]
            required = [\(Self.quoted(roles.map(\.name)))]
            revocation-lists = [\(Self.quoted(lists))]

            """ + roles.map { "\n[trust.roles.\($0)]\nanchors = [\"\($0)/root.pem\"]\n" }.joined()
    }

    /// Both roles may do everything at first: what a manufacturer's technicians may not do is taken out here.
    func serviceText(_ roles: [Role]) -> String {
        let lists = roles.flatMap { ["\($0)/root-crl.pem", "\($0)/issuing-crl.pem"] }
        let head = """
            # Service by people of the authorities of this folder, \(Self.warning).
            # 'people' holds what the device knows already: the issuing authorities, so that a grant needs the
            # person's certificate only; with the person's own file here, it needs none ('grant --short').
            [service]
            people = [\(Self.quoted(roles.map { "\($0)/issuing.pem" }))]
            revocation-lists = [\(Self.quoted(lists))]

            """
        return head
            + roles.map { role in
                """

                [service.roles.\(role)]
                anchors = ["\(role)/root.pem"]
                rights = [\(Self.quoted(ServiceRights.all.names))]

                """
            }.joined()
    }

    private static func quoted(_ texts: [String]) -> String { texts.map { "\"\($0)\"" }.joined(separator: ", ") }
}
