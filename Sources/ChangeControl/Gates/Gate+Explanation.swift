package import Documents

extension Gate {
    /// A paragraph for whoever meets the gate: what it asks, why, and what to do where it says no.
    package var explanation: String {
        switch self {
        case .changeRecord:
            """
            Every release carries the assessment of its change. It must be complete in the form aftercare.change/1, speak of \
            the same versions and hardware as the signed manifest, and keep the rules of the pack COMMON: what the analysis of \
            risk, of security and of usability says must fit together. A rule that is not kept is named with its clause. \
            The record is corrected at the manufacturer, and the release is approved again.
            """
        case .approvals:
            """
            An approval is a signature over the release's manifest, and with it over every byte of it. The roles that the device's \
            configuration names must have given one, those of the rule packs too, each by another person with another key. \
            A certificate that expired or was revoked does not count, nor does an approval that its role took back with a \
            signed withdrawal. What is missing is added with 'aftercare-fleet bundle approve'.
            """
        case .address:
            """
            A release names its product, the hardware revisions that it was verified on, and the exact versions that it may be \
            installed over. Anything else was never tested. Take the release that was made for this device, or install first \
            the one that lies between.
            """
        case .lineage:
            """
            Authorities compare a device with what they cleared, not with the version before. So a device knows the change \
            records from its baseline to what runs, and takes only a release whose own chain is the same as far as it goes, and \
            that brings the records of every release that it skips. A device that does not know its baseline gets it as a \
            signed document, with 'aftercare apply'.
            """
        case .market:
            """
            Every device is on one market, by one route. The record must hold that market's assessment; the release must be \
            released there, from a day that has come; and the market's rule pack must know the outcome and find what it \
            asks for: a notified body's supplement, a clearance's number. A market that the record does not speak of is a no. \
            The pack, its version and the rule that decided stand in the verdict.
            """
        case .identifier:
            """
            The device identifier (UDI-DI) before the change must be the one that this device has. Changes that make it another \
            device to its users need a new one; others keep it, and only the software's production identifier changes. \
            Which changes these are stands in the rule packs. The device takes the new identifiers with the commit, never before.
            """
        case .securityVersion:
            """
            An older release brings back what a newer one mended. So none is installed below the security floor, which rises once \
            a release has proved stable, and none that is older than the running one, unless the manufacturer signed a \
            downgrade authorisation that names this device or its group, both versions, the reason, and an end.
            """
        case .fieldSafety:
            """
            A release that carries out a field safety corrective action names the action's reference, or says why it could not wait; \
            a correction under 21 CFR part 806 names its report, or the justification and who reviewed it. If the record has a \
            field safety notice, somebody at the device must have read it before the restart: 'aftercare acknowledge'.
            """
        case .materials:
            """
            The release says what it is made of, and what is known of the weaknesses in it: both digests are in the record, and \
            that of the bill of materials is in the signed manifest too. They must agree, or nobody could tell later which \
            devices have a component.
            """
        case .training:
            """
            Where users must be trained before they use the new release, somebody at the device says so before it is activated, \
            with name and capacity: 'aftercare acknowledge'. Until then the release is installed and waits.
            """
        case .holds:
            """
            What may be evidence of an incident must not be altered before the authority is informed. A slot set that is on hold \
            is not overwritten. The hold ends when whoever placed it releases it.
            """
        case .interlock:
            """
            The device is not restarted while it is in use, or while anything else of its interlocks says no. It is asked before \
            the restart, and the release waits until the device is free.
            """
        case .verification:
            """
            The record says how many tests there were and what came out. Each failure must be explained by a deviation that the \
            role quality approved, and quality must be among the release's approvals.
            """
        case .time:
            """
            Where the clock cannot be relied on, the time of the newest thing that was signed is a lower bound: a day before it has \
            come for certain, a later one may have. Whatever hangs on such a day is listed, and two different people at the device \
            confirm it before the restart: 'aftercare acknowledge'. With a clock that is set, nothing is asked.
            """
        }
    }

    package var json: JSON {
        [
            "gate": .string(name), "title": .string(title), "clause": .string(clause),
            "explanation": .string(explanation), "askedAtActivation": .bool(isAskedAtActivation),
        ]
    }
}
