package import SystemPackage

/// A place where bytes that nobody vouches for come into the product (docs/fuzzing.md).
package enum Door: String, CaseIterable, Sendable {
    case bundle
    case index
    case manifest
    case cms
    case signedDocument = "signed-document"
    case changeRecord = "change-record"
    case rulePack = "rule-pack"
    case grant
    case profile
    case bootEnvironment = "boot-environment"
    case console
    case session
    case frames
    case conversation
    case transfer
    case request
    case smp
    case firmware
    case http
    case ledger
    case export
    case checkpoint
    case state
    case database
    case json
    case statement

    /// Makes what the door needs, below `folder`.
    package func entrance(in folder: FilePath) throws(FuzzingError) -> any Entrance {
        do {
            let ground = try Ground(folder.appending(rawValue))
            return switch self {
            case .bundle: try BundleDoor(ground)
            case .index: try IndexDoor()
            case .manifest: try ManifestDoor()
            case .cms: try CMSDoor(ground)
            case .signedDocument: try SignedDocumentDoor(ground)
            case .changeRecord: try ChangeRecordDoor()
            case .rulePack: try RulePackDoor()
            case .grant: try GrantDoor(ground)
            case .profile: try ProfileDoor(ground)
            case .bootEnvironment: BootEnvironmentDoor(ground)
            case .console: ConsoleDoor()
            case .session: SessionDoor()
            case .frames: FramesDoor()
            case .conversation: ConversationDoor()
            case .transfer: try TransferDoor(ground)
            case .request: RequestDoor()
            case .smp: SMPDoor()
            case .firmware: FirmwareDoor()
            case .http: try HTTPDoor()
            case .ledger: try LedgerDoor(ground)
            case .export: try ExportDoor(ground)
            case .checkpoint: CheckpointDoor()
            case .state: StateDoor()
            case .database: try DatabaseDoor(ground)
            case .json: JSONDoor()
            case .statement: try StatementDoor(ground)
            }
        } catch let error as FuzzingError {
            throw error
        } catch {
            throw .unprepared(door: rawValue, reason: "\(error)")
        }
    }

    package init(named name: String) throws(FuzzingError) {
        guard let door = Door(rawValue: name) else { throw .unknownDoor(name) }
        self = door
    }

    /// The folders of `Sources` whose words this door understands: where its dictionary comes from.
    package var modules: [String] {
        switch self {
        case .bundle, .index, .manifest: ["Bundles", "ChangeControl/Record"]
        case .cms: ["Trust"]
        case .signedDocument: ["Trust", "ChangeControl/Documents", "Servicing/Policy"]
        case .changeRecord: ["ChangeControl/Record", "Bundles"]
        case .rulePack: ["ChangeControl/Rules", "ChangeControl/Record"]
        case .grant: ["Servicing/Grants"]
        case .profile:
            ["Hardware", "SelfTests", "Health/Plan", "Agent/Configuration", "Heartbeats", "Servicing/Policy"]
        case .bootEnvironment: ["BootControl"]
        case .console, .session: ["Console", "Servicing"]
        case .frames, .conversation, .transfer: ["Transfers", "Servicing"]
        case .request: ["Servicing"]
        case .smp, .firmware: ["Peripherals"]
        case .http: ["Platform/HTTP", "Heartbeats/OTLP"]
        case .ledger, .export, .checkpoint: ["Ledger"]
        case .state, .database: ["Agent/Records", "Agent/Lifecycle", "Agent/Holds", "ChangeControl/Gates", "Servicing"]
        case .json: ["Documents"]
        case .statement: ["Trust", "Agent/Servicing"]
        }
    }
}
