package import SystemPackage
package import Vocabulary

/// Why a virtual device was not made or did not start.
package enum VirtualDeviceError: Fault, Equatable {
    case alreadyThere(FilePath)
    case notADevice(FilePath)
    case alreadyOn(process: Int32)
    case off
    case cannot(String, reason: String)
    case missingTool(String, package: String)
    case notReady(seconds: Int)
    case noBootableSlotSet
    case badScript(line: Int, text: String)

    package var code: FaultCode {
        switch self {
        case .alreadyThere: FaultCode(2901)
        case .notADevice: FaultCode(2902)
        case .alreadyOn: FaultCode(2903)
        case .off: FaultCode(2904)
        case .cannot: FaultCode(2905)
        case .missingTool: FaultCode(2906)
        case .notReady: FaultCode(2907)
        case .noBootableSlotSet: FaultCode(2908)
        case .badScript: FaultCode(2909)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .alreadyThere, .notADevice, .badScript: .usage
        case .alreadyOn, .off: .inUse
        default: .failed
        }
    }

    package var description: String {
        switch self {
        case .alreadyThere(let folder): "'\(folder)' is there already"
        case .notADevice(let folder): "'\(folder)' holds no virtual device"
        case .alreadyOn(let process): "the device is on already, as process \(process)"
        case .off: "the device is off"
        case .cannot(let what, let reason): "cannot \(what): \(reason)"
        case .missingTool(let tool, _): "the program '\(tool)' is not installed"
        case .notReady(let seconds): "the agent was not ready within \(seconds) seconds"
        case .noBootableSlotSet: "the boot loader found nothing to boot and waits for a technician"
        case .badScript(let line, let text): "line \(line) of the script is no event: '\(text)'"
        }
    }

    package var advice: String {
        switch self {
        case .alreadyThere: "Take another folder or remove this one."
        case .notADevice: "Make one with 'aftercare-fleet device new'."
        case .off: "Start it with 'aftercare-fleet device boot'."
        case .missingTool(_, let package): "Install the Debian package '\(package)'."
        case .notReady: "The device's log says why: machine/log in its folder."
        case .badScript: "Write lines like: at 10s cpu.temperature ramp 45..92 over 30s"
        default: ""
        }
    }
}
