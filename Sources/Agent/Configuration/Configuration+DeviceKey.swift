package import Logging
package import Platform
package import Trust

extension Configuration {
    /// The device's own key: a token's where `[device] key` names one, else the file's, which is made the first time.
    ///
    /// Nil where it cannot be used: updates go on without, and what needs a signature is refused with its reason.
    package func openDeviceKey(storage: Storage, log: Logger) -> DeviceKey? {
        do {
            if let uri = device.key { return try DeviceKey.open(token: uri) }
            try storage.createFolder(places.state)
            return try DeviceKey.open(file: places.deviceKey, storage: storage)
        } catch {
            log.error("the device's key cannot be used, nothing is signed with it", metadata: ["reason": "\(error)"])
            return nil
        }
    }
}
