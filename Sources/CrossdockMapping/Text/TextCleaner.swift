internal import Foundation

/// The steps of `clean`. Each takes text and gives text; ASCII text never leaves scratch memory.
enum TextCleaner {
    static func apply(
        _ step: CleanStep, to text: Bytes, _ scratch: inout ScratchArena
    ) -> Bytes {
        switch step {
        case .trim: return TextBytes.trimmed(text)
        case .collapse: return collapsed(text, &scratch)
        case .digits: return kept(text, &scratch, TextBytes.isDigit)
        case .upper:
            guard TextBytes.isASCII(text) else { return scratch.copy(string(text).uppercased()) }
            return mapped(text, &scratch) { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 }
        case .lower:
            guard TextBytes.isASCII(text) else { return scratch.copy(string(text).lowercased()) }
            return mapped(text, &scratch) { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        case .title: return scratch.copy(titled(string(text)))
        case .ascii: return TextBytes.isASCII(text) ? text : scratch.copy(ascii(string(text)))
        case .nfc:
            guard !TextBytes.isASCII(text) else { return text }
            return scratch.copy(string(text).precomposedStringWithCanonicalMapping)
        case .stripHtml: return HTMLStripper.strip(text, &scratch)
        }
    }

    private static func string(_ text: Bytes) -> String { TextBytes.string(text) }

    private static func mapped(
        _ text: Bytes, _ scratch: inout ScratchArena, _ change: (UInt8) -> UInt8
    ) -> Bytes {
        let memory = scratch.allocate(text.count)
        for at in 0..<text.count { memory[at] = change(text[at]) }
        return Bytes(start: memory, count: text.count)
    }

    private static func kept(
        _ text: Bytes, _ scratch: inout ScratchArena, _ keeps: (UInt8) -> Bool
    ) -> Bytes {
        let memory = scratch.allocate(text.count)
        var count = 0
        for byte in text where keeps(byte) {
            memory[count] = byte
            count += 1
        }
        return Bytes(start: memory, count: count)
    }

    /// Every run of white space becomes one space.
    static func collapsed(_ text: Bytes, _ scratch: inout ScratchArena) -> Bytes {
        let memory = scratch.allocate(text.count)
        var count = 0
        var at = 0
        var inRun = false
        while at < text.count {
            let width = TextBytes.whiteSpace(text, at: at)
            if width > 0 {
                if !inRun {
                    memory[count] = UInt8(ascii: " ")
                    count += 1
                }
                inRun = true
                at += width
            } else {
                inRun = false
                memory[count] = text[at]
                count += 1
                at += 1
            }
        }
        return Bytes(start: memory, count: count)
    }

    /// The first letter of each word upper, the rest lower; an apostrophe does not begin a word.
    static func titled(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var inWord = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            let isLetter = properties.isAlphabetic || properties.generalCategory == .decimalNumber
            let continues =
                scalar == "'" || scalar == "\u{2019}"
                || properties.generalCategory == .nonspacingMark
            if isLetter {
                result.append(
                    contentsOf: (inWord ? properties.lowercaseMapping : properties.titlecaseMapping)
                        .unicodeScalars)
                inWord = true
            } else {
                result.append(scalar)
                inWord = inWord && continues
            }
        }
        return String(result)
    }

    /// ICU's Latin-ASCII; what it leaves is dropped.
    ///
    /// - Source: Unicode CLDR, transform Latin-ASCII.
    static func ascii(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.isASCII {
                result.append(UInt8(scalar.value))
            } else if let known = CodeTables.latinASCII[scalar.value] {
                result.append(contentsOf: known)
            } else {
                let parts = String(Character(scalar)).decomposedStringWithCanonicalMapping
                for part in parts.unicodeScalars {
                    if part.isASCII {
                        result.append(UInt8(part.value))
                    } else if part != scalar, let known = CodeTables.latinASCII[part.value] {
                        result.append(contentsOf: known)
                    }
                }
            }
        }
        return result
    }
}
