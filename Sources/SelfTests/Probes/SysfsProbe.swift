import Platform

extension Machine {
    /// Attributes of sysfs fit a page (sysfs(5)).
    private static let attributeLimit = 4096

    func observe(_ check: SysfsCheck, within time: Duration) async -> Observation {
        let path = located(check.path)
        return await blocking("sysfs test", within: time) {
            let bytes: [UInt8]
            do throws(StorageError) {
                bytes = try storage.read(path, limit: Self.attributeLimit)
            } catch {
                return Observation(.error, error.description, limit: check.limits.json, unit: check.limits.unit)
            }
            guard let number = Limits.number(String(decoding: bytes, as: UTF8.self)) else {
                var seen = Observation(
                    .failed, "'\(path)' shows no number", limit: check.limits.json, unit: check.limits.unit)
                seen.output = Observation.excerpt(bytes)
                return seen
            }
            return Observation(number * check.scale, check.limits)
        }
    }
}
