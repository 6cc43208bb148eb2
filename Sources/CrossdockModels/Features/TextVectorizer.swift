internal import Foundation

/// Texts as weighted words: term frequency times rarity, rows of length one.
///
/// - Source: scikit-learn's `TfidfVectorizer`: tokens `(?u)\b\w\w+\b` of the lower-cased text,
///   idf = ln((1 + n) / (1 + df)) + 1, L2 norm.
struct TextVectorizer: Sendable {
    let ngrams: Int
    /// Sorted by code points.
    let terms: [String]
    let weights: [Double]
    private let table: TextTable

    init(ngrams: Int, terms: [String], weights: [Double]) {
        self.ngrams = ngrams
        self.terms = terms
        self.weights = weights
        table = TextTable(terms)
    }

    /// Learns the vocabulary and how rare each term is.
    init(fitting texts: some Sequence<String>, _ options: FeatureEncoding.TextOptions) {
        var table = TextTable()
        var documents: [Int] = []
        var occurrences: [Int] = []
        var count = 0
        for text in texts {
            count += 1
            var seen: Set<Int> = []
            for term in Self.terms(of: text, ngrams: options.ngrams) {
                guard let number = table.intern(term) else { continue }
                if number == documents.count {
                    documents.append(0)
                    occurrences.append(0)
                }
                occurrences[number] += 1
                if seen.insert(number).inserted { documents[number] += 1 }
            }
        }
        let frequent = documents.indices.filter { documents[$0] >= options.minimum }
        let kept = frequent.sorted { one, other in
            if occurrences[one] != occurrences[other] {
                return occurrences[one] > occurrences[other]
            }
            return table[one].unicodeScalars.lexicographicallyPrecedes(table[other].unicodeScalars)
        }.prefix(options.maximum)
        let sorted = kept.map { (table[$0], documents[$0]) }.sorted {
            $0.0.unicodeScalars.lexicographicallyPrecedes($1.0.unicodeScalars)
        }
        self.init(
            ngrams: options.ngrams, terms: sorted.map(\.0),
            weights: sorted.map { log(Double(1 + count) / Double(1 + $0.1)) + 1 })
    }

    /// Writes the weights of a text's terms; an empty text gives zeros.
    func encode(_ text: String, into columns: UnsafeMutablePointer<Double>) {
        for term in Self.terms(of: text, ngrams: ngrams) {
            if let number = table.find(term) { columns[number] += 1 }
        }
        var squares = 0.0
        for number in weights.indices where columns[number] != 0 {
            columns[number] *= weights[number]
            squares += columns[number] * columns[number]
        }
        guard squares > 0 else { return }
        let norm = squares.squareRoot()
        for number in weights.indices where columns[number] != 0 { columns[number] /= norm }
    }

    /// Words of two characters or more, and runs of them.
    static func terms(of text: String, ngrams: Int) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func close(_ word: inout String.UnicodeScalarView) {
            if word.count >= 2 { words.append(String(word)) }
            word = String.UnicodeScalarView()
        }
        for scalar in text.lowercased().unicodeScalars {
            if isWord(scalar) { word.append(scalar) } else { close(&word) }
        }
        close(&word)
        guard ngrams > 1 else { return words }
        var all = words
        for length in 2...ngrams where words.count >= length {
            for start in 0...(words.count - length) {
                all.append(words[start..<(start + length)].joined(separator: " "))
            }
        }
        return all
    }

    /// What Python's `\w` takes: letters, everything numeric, the underscore.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return true
        default: return scalar.properties.numericType != nil
        }
    }
}
