package import Vocabulary

/// Says which slot set the boot loader starts, and changes its mind.
///
/// Every change is one durable write, and a power cut leaves the state before it or the state after it. The calls block: make
/// them from a thread that may wait.
package protocol BootControl: Sendable {
    /// The slot sets of this device, in the order of its configuration.
    var slotSets: [SlotSet] { get }

    func status() throws(BootControlError) -> BootStatus

    /// Arms a trial: `set` boots next, as often as it has attempts, and the confirmed one stays confirmed.
    ///
    /// A trial of another set that is armed still is abandoned by the same write. Refused while nothing is confirmed, and for
    /// the confirmed set itself.
    func activate(_ set: SlotSet) throws(BootControlError)

    /// Makes `set` the confirmed one; what was confirmed before stays as the one to fall back to if `set` cannot be loaded.
    ///
    /// Writes nothing where that is so already. On a device with RAUC's boot script, call it after every boot of the confirmed
    /// set: that script counts those boots too.
    func commit(_ set: SlotSet) throws(BootControlError)

    /// Never boots `set` again until it is activated; the confirmed one boots next.
    ///
    /// For a trial that failed or was cancelled, and for a slot set that is about to be overwritten. Refused while nothing is
    /// confirmed, and for the confirmed set itself.
    func abandon(_ set: SlotSet) throws(BootControlError)
}
