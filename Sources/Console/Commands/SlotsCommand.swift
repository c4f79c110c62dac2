import Servicing

extension ConsoleCommand {
    static let slots = ConsoleCommand(name: "slots", summary: "the slot sets, and what the boot loader will do") {
        session, _ throws(CommandEnd) in
        let slots = try await session.ask(.slots)
        try await session.say(text: SlotsText.table(slots, width: TerminalKind.columns))
    }
}
