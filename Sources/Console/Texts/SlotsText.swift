package import Documents

/// The slot sets: what they hold and what the boot loader will do.
package enum SlotsText {
    package static func table(_ slots: JSON, width: Int? = nil) -> String {
        var rows = [["SET", "VERSION", "STANDING", "BOOT LOADER", "IMAGES"]]
        for set in slots["slotSets"]?.array ?? [] {
            let marks = [("running", "running"), ("confirmed", "confirmed"), ("trial", "on trial")]
                .filter { set[$0.0] == .bool(true) }.map(\.1)
            let images = set["images"]?.array?.compactMap { $0["device"]?.string } ?? []
            rows.append([
                set["set"]?.string ?? "",
                set["version"]?.string ?? set["content"]?["version"]?.string ?? "-",
                set["content"]?["standing"]?.string ?? "-",
                ([set["bootable"] == .bool(true) ? "bootable" : "not bootable"] + marks).joined(separator: ", "),
                images.joined(separator: " "),
            ])
        }
        return TextLayout.table(rows, width: width)
    }
}
