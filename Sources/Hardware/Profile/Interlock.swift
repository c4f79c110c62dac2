package import Documents
package import Platform
package import SystemPackage

extension BoardProfile {
    /// A reason of the clinic's not to restart now, and how it is asked for.
    ///
    /// What cannot be asked, or answers anything but that the device is free, counts as in use.
    package struct Interlock: Sendable, Hashable {
        package let name: String
        /// The sentence a person sees while it holds.
        package let sentence: String
        package let question: Question

        package enum Question: Sendable, Hashable {
            case value(ValueQuestion)
            case gpio(GPIOQuestion)
            case serial(SerialQuestion)
            case bus(BusQuestion)
        }

        /// As profiles spell it.
        package enum Kind: String, CaseIterable, Sendable { case value, gpio, serial, dbus }
    }

    /// A number or word that is compared.
    package struct ValueQuestion: Sendable, Hashable {
        package let subject: Subject
        package let answer: Answer

        package enum Subject: Sendable, Hashable {
            /// The name of an indicator of this profile.
            case indicator(String)
            /// A file of the kernel's with one number or word.
            case file(FilePath)
        }

        package enum Answer: Sendable, Hashable {
            /// Free is one of these; all else is in use.
            case free([Reading.Value])
            /// In use is one of these; another good reading is free.
            case inUse([Reading.Value])
        }
    }

    package struct GPIOQuestion: Sendable, Hashable {
        /// The name of an input of this profile.
        package let gpio: String
        /// Whether the line is active while the device is free.
        package let isFreeWhileActive: Bool
    }

    package struct SerialQuestion: Sendable, Hashable {
        /// The name of a serial port of this profile.
        package let port: String
        package let ask: [UInt8]
        /// What is found in the answer while the device is free.
        package let free: TextPattern
        package let timeout: Duration
    }

    package struct BusQuestion: Sendable, Hashable {
        package let service: String
        package let path: String
        package let interface: String
        package let member: Member
        /// What is answered while the device is free: text, a whole number, or true or false.
        package let free: JSON
        package let timeout: Duration

        package enum Member: Sendable, Hashable {
            case property(String)
            /// A method without arguments.
            case method(String)
        }
    }
}
