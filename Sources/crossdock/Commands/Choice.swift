internal import ArgumentParser
internal import CrossdockDiagnostics

/// Values of options and arguments that are one of a few words.
enum Choice {
    /// Reads a word, for `transform:`; a typo is answered with what was meant.
    static func read<Word: RawRepresentable & CaseIterable>(_ text: String) throws -> Word
    where Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let all = Word.allCases.map(\.rawValue)
        throw ValidationError(
            "'\(text)' is none of \(all.joined(separator: ", "))"
                + (Suggestion.help(for: text, in: all).map { "; \($0)" } ?? ""))
    }
}
