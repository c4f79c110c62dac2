import Commands
import Testing

@Suite("What a program says")
struct TerminalTests {
    @Test("Columns line up two spaces apart; nothing follows the last one")
    func table() {
        let rows = [["NAME", "VALUE", "WHY"], ["supply.battery", "7", "it is old"], ["ü", "12.5 V"]]
        #expect(
            Terminal.table(rows) == """
                NAME            VALUE   WHY
                supply.battery  7       it is old
                ü               12.5 V

                """)
        #expect(Terminal.table([]).isEmpty)
    }
}
